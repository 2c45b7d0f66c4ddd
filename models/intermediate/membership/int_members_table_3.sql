with participants as (
    select * from {{ ref('int_persons') }}
    where participation_status = 'participant'
)

select
    {{ person_member_keys() }},
    '3' as table_id,
    'participants' as block,
    program_type as row_code,
    age_group as column_code
from participants
union all
-- Table 3 rule 4a: the IET rows count the same persons once more (R31).
select
    {{ person_member_keys() }},
    '3' as table_id,
    'participants' as block,
    iet_program_type as row_code,
    age_group as column_code
from participants
where is_iet
