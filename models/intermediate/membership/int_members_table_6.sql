with participants as (
    select * from {{ ref('int_persons') }}
    where participation_status = 'participant'
)

-- R47: what was never validly reported is counted as such.
select
    {{ person_member_keys() }},
    '6' as table_id,
    'employment' as block,
    coalesce(employment_status, 'employment_not_reported') as row_code,
    'participants' as column_code
from participants
union all
select
    {{ person_member_keys() }},
    '6' as table_id,
    'schooling' as block,
    coalesce(schooling_level, 'schooling_unknown') as row_code,
    coalesce(schooling_origin, 'total') as column_code
from participants
union all
select
    {{ person_member_keys() }},
    '6' as table_id,
    'institutional' as block,
    facility_type as row_code,
    'participants' as column_code
from participants
where facility_type is not null
