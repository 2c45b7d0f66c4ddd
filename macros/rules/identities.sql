{#- Evaluates every identity (seeds/rules/identities.csv, identity_terms.csv) over a relation of cells.

    A term selects cells of one table: a code, `*` (the identity is read once for each code, the same on both sides), `#` (`*` over the counted columns), or
    `adds_to:CODE` (the codes that the form adds up to CODE). An identity that lacks a cell which the form has is not read
    there: published tables leave cells out. -#}
{% macro evaluate_identities(cells) -%}
with cells as (
    select * from {{ cells }}
),

identities as (
    select * from {{ ref('identities') }} as identities
    where {{ in_force('identities', var('program_year')) }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
    union all
    select 'population', 'population', measure, 'persons', '', '', '', '', '', 'count', 0, 0
    from {{ ref('population_measures') }} as measures
    where {{ in_force('measures', var('program_year')) }}
),

rollups as (
    select * from {{ ref('form_rollups') }} as form_rollups
    where {{ in_force('form_rollups', var('program_year')) }}
),

term_cells as (
    select
        terms.identity_id,
        terms.side,
        terms.coefficient,
        form_cells.table_id,
        form_cells.row_code,
        form_cells.column_code,
        case
            when terms.row_code = '*' then form_cells.row_code
            when terms.column_code in ('*', '#') then form_cells.column_code
            else ''
        end as read_for
    from {{ ref('identity_terms') }} as terms
    inner join form_cells on terms.table_id = form_cells.table_id
    left join rollups as row_rollups
        on
            form_cells.row_set = row_rollups.code_set
            and form_cells.row_code = row_rollups.code
            and terms.row_code = concat('adds_to:', row_rollups.adds_to)
    left join rollups as column_rollups
        on
            form_cells.column_set = column_rollups.code_set
            and form_cells.column_code = column_rollups.code
            and terms.column_code = concat('adds_to:', column_rollups.adds_to)
    where
        {{ in_force('terms', var('program_year')) }}
        and (terms.row_code in ('*', form_cells.row_code) or row_rollups.code is not null)
        and (
            terms.column_code in ('*', form_cells.column_code)
            or (terms.column_code = '#' and form_cells.measure in ('count', 'hours'))
            or column_rollups.code is not null
        )
),

-- One reading of an identity needs both its sides (unless a side is empty by definition).
term_sides as (
    select
        identity_id,
        read_for,
        count(distinct side) as sides
    from term_cells
    group by identity_id, read_for
),

identity_sides as (
    select
        identity_id,
        count(distinct side) as sides
    from {{ ref('identity_terms') }} as terms
    where {{ in_force('terms', var('program_year')) }}
    group by identity_id
),

scopes as (
    select distinct
        program_year,
        scope,
        scope_id
    from cells
),

readings as (
    select
        scopes.program_year,
        scopes.scope,
        scopes.scope_id,
        term_cells.identity_id,
        term_cells.read_for,
        sum(case when term_cells.side = 'left' then term_cells.coefficient * cells.value else 0 end) as left_value,
        sum(case when term_cells.side = 'right' then term_cells.coefficient * cells.value else 0 end) as right_value
    from scopes
    cross join term_cells
    inner join term_sides
        on
            term_cells.identity_id = term_sides.identity_id
            and term_cells.read_for = term_sides.read_for
    inner join identity_sides
        on
            term_sides.identity_id = identity_sides.identity_id
            and term_sides.sides = identity_sides.sides
    left join cells
        on
            scopes.program_year = cells.program_year
            and scopes.scope = cells.scope
            and scopes.scope_id = cells.scope_id
            and term_cells.table_id = cells.table_id
            and term_cells.row_code = cells.row_code
            and term_cells.column_code = cells.column_code
    group by scopes.program_year, scopes.scope, scopes.scope_id, term_cells.identity_id, term_cells.read_for
    having count(*) = count(cells.value)
)

select
    readings.program_year,
    readings.scope,
    readings.scope_id,
    readings.identity_id,
    identities.description,
    readings.read_for,
    cast(readings.left_value as double) as left_value,
    identities.operator,
    cast(readings.right_value as double) as right_value,
    cast(readings.left_value - readings.right_value as double) as difference,
    case identities.operator
        when '=' then abs(readings.left_value - readings.right_value) <= 1e-9 * greatest(1, abs(readings.left_value), abs(readings.right_value))
        when '<=' then readings.left_value <= readings.right_value
    end as is_held,
    identities.citation
from readings
inner join identities on readings.identity_id = identities.identity_id
{%- endmacro %}
