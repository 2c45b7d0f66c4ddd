-- Employed: wages above 0, or military (R41).
select
    fleid,
    year_quarter,
    cast(substr(year_quarter, 1, 4) as integer) * 4 + cast(substr(year_quarter, 6, 1) as integer) as quarter_number,
    case when wages > 0 then wages end as wages,
    coalesce(wages > 0, false) or coalesce(military = 'Y', false) as is_employed,
    source_file,
    record_number
from {{ records('employment') }}
