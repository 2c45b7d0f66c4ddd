with participants as (
    select * from {{ ref('int_persons') }}
    where participation_status = 'participant'
),

barriers as (
    select * from {{ ref('int_person_barriers') }}
)

-- The rows of the SPR and Table 99 in which a participant of a year stands: the person's record of that year (R48).
{%- for row_code in ["'total'", 'sex', 'race', 'age_group', "'english_learner'"] %}
{{ 'union all' if not loop.first }}
select
    person_key,
    program_year,
    {{ row_code }} as row_code
from participants
{%- endfor %}
{%- for barrier in [
    'displaced_homemaker', 'exhausting_tanf', 'ex_offender', 'homeless', 'long_term_unemployed', 'low_income',
    'migrant_farmworker', 'disability', 'single_parent', 'foster_youth',
] %}
union all
select
    participants.person_key,
    participants.program_year,
    '{{ barrier }}' as row_code
from participants
inner join barriers
    on
        participants.person_key = barriers.person_key
        and participants.program_year = barriers.program_year
where barriers.{{ barrier }}
{%- endfor %}
