{%- set reasons = [
    ('no_demographic_record', 'lacks_demographic_record'),
    ('no_valid_birth_date', 'lacks_valid_birth_date'),
    ('no_valid_race', 'lacks_valid_race'),
    ('under_16', 'is_under_age'),
    ('no_valid_efl', 'lacks_valid_efl'),
] -%}

-- Every reason that applies (R8).
{% for reason, condition in reasons %}
{{ 'union all' if not loop.first }}
select
    person_key,
    program_year,
    '{{ reason }}' as reason
from {{ ref('int_persons') }}
where {{ condition }}
{% endfor %}
