-- Table 1 rules 5 and 7: each participant in the row of the lowest initial level, in one race and sex column.
select
    {{ person_member_keys() }},
    '1' as table_id,
    entering_efl as row_code,
    race_sex as column_code,
    concat('entering EFL ', entering_efl_evidence, '; ', {{ race_sex_evidence() }}) as evidence
from {{ ref('int_participation') }}
where participation_status = 'participant'
