-- Table 2: Table 1's participants; Table 2A: reportable individuals (R8). Both by age group, race and sex.
select
    {{ person_member_keys() }},
    case participation_status when 'participant' then '2' else '2A' end as table_id,
    age_group as row_code,
    race_sex as column_code,
    concat({{ age_evidence() }}, '; ', {{ race_sex_evidence() }}) as evidence
from {{ ref('int_participation') }}
where participation_status in ('participant', 'reportable_individual')
