{#- The identities as cells: the CTEs `identities` and `term_cells`, one row per term's cell of each reading.

    A term selects cells of one table: a code, `*` (the identity is read once for each code, the same on both sides), `#` (`*` over the counted columns), or
    `adds_to:CODE` (the codes that the form adds up to CODE). -#}
{% macro identity_term_ctes() -%}
identities as (
    select * from {{ ref('identities') }} as identities
    where {{ in_force('identities', var('program_year')) }}
),

form_cells as (
    select
        table_id,
        row_code,
        column_code,
        row_set,
        column_set,
        measure,
        is_on_federal_form
    from {{ ref('int_form_cells') }}
    union all
    select
        'population' as table_id,
        measures.measure as row_code,
        'persons' as column_code,
        '' as row_set,
        '' as column_set,
        'count' as measure,
        true as is_on_federal_form
    from {{ ref('population_measures') }} as measures
    where {{ in_force('measures', var('program_year')) }}
),

rollups as (
    select * from {{ ref('form_rollups') }} as form_rollups
    where {{ in_force('form_rollups', var('program_year')) }}
),

selected_cells as (
    select
        terms.identity_id,
        terms.side,
        terms.coefficient,
        form_cells.table_id,
        form_cells.row_code,
        form_cells.column_code,
        form_cells.is_on_federal_form,
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
    from selected_cells
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

term_cells as (
    select selected_cells.*
    from selected_cells
    inner join term_sides
        on
            selected_cells.identity_id = term_sides.identity_id
            and selected_cells.read_for = term_sides.read_for
    inner join identity_sides
        on
            term_sides.identity_id = identity_sides.identity_id
            and term_sides.sides = identity_sides.sides
)
{%- endmacro %}

{#- Evaluates every identity (seeds/rules/identities.csv, identity_terms.csv) over a relation of cells. One that lacks a
    cell of the federal form is not read there: published tables leave cells out. -#}
{% macro evaluate_identities(cells) -%}
with cells as (
    select * from {{ cells }}
),

{{ identity_term_ctes() }},

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
        -- Exact: a sum of doubles hangs in its last bits on the threads, and <= with it.
        sum(cast(case when term_cells.side = 'left' then term_cells.coefficient * cells.value else 0 end as decimal(38, 12)))
            as left_value,
        sum(cast(case when term_cells.side = 'right' then term_cells.coefficient * cells.value else 0 end as decimal(38, 12)))
            as right_value
    from scopes
    cross join term_cells
    left join cells
        on
            scopes.program_year = cells.program_year
            and scopes.scope = cells.scope
            and scopes.scope_id = cells.scope_id
            and term_cells.table_id = cells.table_id
            and term_cells.row_code = cells.row_code
            and term_cells.column_code = cells.column_code
    group by scopes.program_year, scopes.scope, scopes.scope_id, term_cells.identity_id, term_cells.read_for
    having
        count(*) filter (where cells.value is null and term_cells.is_on_federal_form) = 0
        and count(cells.value) > 0
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

{#- The same for the calculated columns (seeds/forms/form_rates.csv): the rate as it stands left, its formula right.
    Published rates are truncated, so they hold within the tolerance. -#}
{% macro evaluate_rates(cells, tolerance) -%}
with cells as (
    select * from {{ cells }}
),

rate_terms as (
    select rate_terms.*
    from {{ ref('int_rate_terms') }} as rate_terms
    inner join {{ ref('int_form_cells') }} as form_cells
        on
            rate_terms.table_id = form_cells.table_id
            and rate_terms.row_code = form_cells.row_code
            and rate_terms.column_code = form_cells.column_code
    where form_cells.measure = 'rate'
),

readings as (
    select
        rates.program_year,
        rates.scope,
        rates.scope_id,
        concat('table_', lower(rates.table_id), '_rate_', lower(rates.column_code)) as identity_id,
        rates.row_code as read_for,
        rates.value as left_value,
        sum(case when rate_terms.part = 'numerator' then rate_terms.coefficient * terms.value end)
        / nullif(sum(case when rate_terms.part = 'denominator' then rate_terms.coefficient * terms.value end), 0)
            as right_value,
        min(rate_terms.citation) as citation
    from cells as rates
    inner join rate_terms
        on
            rates.table_id = rate_terms.table_id
            and rates.row_code = rate_terms.row_code
            and rates.column_code = rate_terms.column_code
    left join cells as terms
        on
            rates.program_year = terms.program_year
            and rates.scope = terms.scope
            and rates.scope_id = terms.scope_id
            and rate_terms.term_table_id = terms.table_id
            and rate_terms.term_row_code = terms.row_code
            and rate_terms.term_column_code = terms.column_code
    where rates.value is not null
    group by
        rates.program_year, rates.scope, rates.scope_id, rates.table_id, rates.row_code, rates.column_code, rates.value
    having count(*) = count(terms.value)
)

select
    program_year,
    scope,
    scope_id,
    identity_id,
    'The calculated column follows its formula' as description,
    read_for,
    cast(left_value as double) as left_value,
    '=' as operator,
    cast(right_value as double) as right_value,
    cast(left_value - right_value as double) as difference,
    abs(left_value - right_value) <= {{ tolerance }} as is_held,
    citation
from readings
where right_value is not null
{%- endmacro %}
