with participants as (
    select * from {{ ref('int_participation') }}
    where participation_status = 'participant'
)

-- R47: what was never validly reported is counted as such.
select
    {{ person_member_keys() }},
    '6' as table_id,
    coalesce(employment_status, 'employment_not_reported') as row_code,
    'participants' as column_code,
    coalesce(concat('employment status first reported in ', employment_source), 'no valid employment status reported') as evidence
from participants
union all
select
    {{ person_member_keys() }},
    '6' as table_id,
    coalesce(schooling_level, 'schooling_unknown') as row_code,
    coalesce(schooling_origin, 'total') as column_code,
    coalesce(concat('schooling first reported in ', schooling_source), 'no valid level and origin of schooling reported')
        as evidence
from participants
union all
select
    {{ person_member_keys() }},
    '6' as table_id,
    facility_type as row_code,
    'participants' as column_code,
    concat('incarceration status last reported in ', incarceration_source) as evidence
from participants
where facility_type is not null
