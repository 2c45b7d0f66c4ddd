with persons as (
    select * from {{ ref('int_persons') }}
)

{%- set reasons = [
    ('no_demographic_record', 'lacks_demographic_record',
     "'no demographic record of an E term with NRS rows'"),
    ('no_valid_birth_date', 'lacks_valid_birth_date',
     "'no demographic record with a birth date'"),
    ('no_valid_race', 'lacks_valid_race',
     "'no demographic record with Hispanic or a race = Y'"),
    ('under_16', 'is_under_age',
     "concat('born ', birth_date, ' (', birth_date_source, '), earliest NRS entry ', first_entry_date, ': age ', age)"),
    ('no_valid_efl', 'lacks_valid_efl',
     "concat(periods_of_participation, ' period(s) of participation without a pre-test of a valid level')"),
] %}

{% for reason, flag, evidence in reasons %}
{{ 'union all' if not loop.first }}
select
    scope,
    scope_id,
    fleid,
    program_year,
    agency_id,
    student_id,
    '{{ reason }}' as reason,
    {{ evidence }} as evidence
from persons
where {{ flag }}
{% endfor %}
