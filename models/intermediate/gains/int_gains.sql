{{ config(materialized='view') }}

{%- for kind in gain_kinds() %}
{{ 'union all' if not loop.first }}
select
    person_key,
    program_year,
    pop_number,
    kind,
    earned_on,
    subject,
    evidence
from {{ ref('int_gains_' ~ kind) }}
{%- endfor %}
