{{ config(meta={'rules': ['MS-3-INACT']}) }}

select max(attendance_date) as as_of_date from {{ ref('int_laces__service_days') }}
where counted_minutes > 0
