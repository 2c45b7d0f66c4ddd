{{ config(materialized='view') }}

{%- for kind in ['1a', '1b', '1c', '1d', '2', '3', '4', '5'] %}
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
