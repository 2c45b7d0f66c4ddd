-- Table 1 rules 5 and 7: each participant in the row of the lowest initial level, in one race and sex column.
select
    {{ person_member_keys() }},
    '1' as table_id,
    'participants' as block,
    entering_efl as row_code,
    race_sex as column_code
from {{ ref('int_persons') }}
where participation_status = 'participant'
