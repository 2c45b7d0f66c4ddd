with participants as (
    select * from {{ ref('int_participation') }}
    where participation_status = 'participant'
)

select
    {{ person_member_keys() }},
    '3' as table_id,
    program_type as row_code,
    age_group as column_code,
    concat('entering EFL ', entering_efl_evidence, ', placing agency ', placing_agency_id, '; ', {{ age_evidence() }}) as evidence
from participants
union all
-- Table 3 rule 4a: the IET rows count the same persons once more (R31).
select
    {{ person_member_keys() }},
    '3' as table_id,
    iet_program_type as row_code,
    age_group as column_code,
    concat('IET course from ', iet_evidence, '; entering EFL ', entering_efl_evidence, '; ', {{ age_evidence() }}) as evidence
from participants
where is_iet
