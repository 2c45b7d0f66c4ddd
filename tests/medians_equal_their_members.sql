{{ config(meta={'rules': ['R42', 'R48', 'T5-ME']}) }}

-- Median earnings in Tables 5, 5A, 9, 10, 11 and the SPR are plain medians, the mean of the middle two (R42, R48). Returns
-- a median that differs from the one found anew: cohort, wages as submitted for the second quarter after the exit's, the
-- middle by position. Members, counted cells and the engine's median have no part in it.
with cohort as (
    select
        cohorts.*,
        employment.wages,
        coalesce(employment.wages > 0, false) or coalesce(employment.military = 'Y', false) as is_employed
    from {{ ref('int_exit_cohorts') }} as cohorts
    left join {{ records('employment') }} as employment
        on
            cohorts.fleid = employment.fleid
            and employment.year_quarter = concat(
                extract(year from cohorts.final_exit_date)
                + case when extract(quarter from cohorts.final_exit_date) > 2 then 1 else 0 end,
                'Q', (extract(quarter from cohorts.final_exit_date) + 1) % 4 + 1
            )
    where cohorts.indicator = 'employment_q2' and cohorts.program_year = {{ var('program_year') }}
),

table_periods as (
    select
        '5' as table_id,
        cohort.*
    from cohort
    union all
    select
        '5A' as table_id,
        cohort.*
    from cohort
    where is_distance
    union all
    select
        '9' as table_id,
        cohort.*
    from cohort
    where
        exists (
            select 1 from {{ ref('int_ielce_persons') }} as ielce_persons
            where ielce_persons.person_key = cohort.person_key and ielce_persons.program_year = cohort.pop_program_year
        )
    union all
    select
        '10' as table_id,
        cohort.*
    from cohort
    where is_correctional
    union all
    select
        '11' as table_id,
        cohort.*
    from cohort
    where is_iet
),

first_periods as (
    select
        *,
        min(pop_program_year * 100 + pop_number) over (partition by table_id, person_key) = pop_program_year * 100 + pop_number
            as is_first
    from table_periods
),

cell_wages as (
    select
        table_id,
        'median_earnings_q2' as row_code,
        'C' as column_code,
        person_key,
        wages
    from first_periods
    where is_first and is_employed and wages > 0
    union all
    select
        table_id,
        'median_earnings_q2' as row_code,
        'F' as column_code,
        person_key,
        wages
    from first_periods
    where is_employed and wages > 0
    union all
    select
        'SPR' as table_id,
        spr_rows.row_code,
        'median_earnings' as column_code,
        cohort.person_key,
        cohort.wages
    from cohort
    inner join {{ ref('int_spr_rows') }} as spr_rows
        on
            cohort.person_key = spr_rows.person_key
            and cohort.pop_program_year = spr_rows.program_year
    where cohort.is_employed and cohort.wages > 0
),

ordered_wages as (
    select
        scopes.scope,
        scopes.scope_id,
        cell_wages.table_id,
        cell_wages.row_code,
        cell_wages.column_code,
        cell_wages.wages,
        row_number() over cell_in_order as position_in_order,
        count(*) over cell as wages_in_cell
    from cell_wages
    inner join {{ ref('int_person_scopes') }} as scopes on cell_wages.person_key = scopes.person_key
    window
        cell as (
            partition by
                scopes.scope, scopes.scope_id, cell_wages.table_id, cell_wages.row_code, cell_wages.column_code
        ),
        cell_in_order as (
            partition by
                scopes.scope, scopes.scope_id, cell_wages.table_id, cell_wages.row_code, cell_wages.column_code
            order by cell_wages.wages
        )
),

medians as (
    select
        scope,
        scope_id,
        table_id,
        row_code,
        column_code,
        avg(wages) as median_wages
    from ordered_wages
    where position_in_order * 2 between wages_in_cell and wages_in_cell + 2
    group by scope, scope_id, table_id, row_code, column_code
)

select
    cells.*,
    medians.median_wages
from {{ ref('nrs_cells') }} as cells
inner join {{ ref('nrs_form_cells') }} as form_cells
    on
        cells.table_id = form_cells.table_id
        and cells.row_code = form_cells.row_code
        and cells.column_code = form_cells.column_code
        and form_cells.measure = 'median'
left join medians
    on
        cells.scope = medians.scope
        and cells.scope_id = medians.scope_id
        and cells.table_id = medians.table_id
        and cells.row_code = medians.row_code
        and cells.column_code = medians.column_code
where
    (cells.value is null) <> (medians.median_wages is null)
    or abs(cells.value - medians.median_wages) > 1e-6
