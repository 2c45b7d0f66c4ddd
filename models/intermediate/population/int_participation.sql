{{ config(materialized='view') }}

with persons as (
    select * from {{ ref('int_persons') }}
)

-- Everyone with NRS rows is exactly one of the three, so that nobody vanishes (R8).
select
    *,
    case
        when
            lacks_demographic_record or lacks_valid_birth_date or lacks_valid_race or is_under_age or lacks_valid_efl
            then 'excluded'
        when periods_of_participation > 0 then 'participant'
        else 'reportable_individual'
    end as participation_status
from persons
