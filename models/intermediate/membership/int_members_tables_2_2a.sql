-- Table 2: Table 1's participants; Table 2A: reportable individuals (R8). Both by age group, race and sex.
select
    {{ person_member_keys() }},
    case participation_status when 'participant' then '2' else '2A' end as table_id,
    case participation_status when 'participant' then 'participants' else 'reportable_individuals' end as block,
    age_group as row_code,
    race_sex as column_code
from {{ ref('int_persons') }}
where participation_status in ('participant', 'reportable_individual')
