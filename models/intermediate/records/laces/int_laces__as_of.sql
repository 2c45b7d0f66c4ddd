{{ config(meta={'rules': ['MS-2-EXIT', 'MS-3-INACT']}) }}

-- A day after the program year that it is reported for is a slip of the pen: by it, everybody else would long have left.
select max(attendance_date) as as_of_date from {{ ref('int_laces__service_days') }}
where
    counted_minutes > 0
    and program_year <= {{ program_year_of_reporting_year('reporting_year') }}
