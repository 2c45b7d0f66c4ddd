-- In an order, so that they are gathered before they are handed on: DuckDB may never end a result that it hands out bit by bit
-- from a union (tests/python/test_streamed_views.py). What counts them reads the model before this one, which needs no order.
select
    extract_name,
    source_file,
    record_number,
    agency_id,
    term,
    disposition,
    detail
from {{ ref('int_input_dispositions') }}
order by source_file, record_number
