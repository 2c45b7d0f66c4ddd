-- An exit and what came of it, in words an auditor can follow back to file and record.
select
    program_year,
    person_key,
    pop_program_year,
    pop_number,
    indicator,
    concat(
        'POP ', pop_number, ' of ', pop_program_year, ', final exit ', final_exit_date, ': ',
        case when has_outcome then 'outcome' else 'no outcome' end, '; ', evidence
    ) as evidence
from {{ ref('int_exit_outcomes') }}
