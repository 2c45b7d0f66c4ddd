-- Table 9: an ELCATE row in a period of the year, or on Table 3's IELCE rows (R46, R67).
select
    person_key,
    program_year
from {{ ref('int_period_programs') }}
where is_elcate
union
select
    person_key,
    program_year
from {{ ref('int_persons') }}
where participation_status = 'participant' and program_type = 'ielce'
