with cells as (
    select * from {{ ref('int_form_cells') }}
),

rules as (
    select * from {{ ref('cell_rules') }} as cell_rules
    where {{ in_force('cell_rules', var('program_year')) }}
),

rate_terms as (
    select * from {{ ref('int_rate_terms') }}
),

-- What the column counts: said for the column itself, or for all columns of the block.
column_rules as (
    select
        cells.table_id,
        cells.row_code,
        cells.column_code,
        rules.sentence,
        rules.citation
    from cells
    inner join rules
        on
            cells.table_id = rules.table_id
            and cells.block = rules.block
            and rules.row_code = '*'
            and rules.column_code in (cells.column_code, '*')
    qualify
        row_number() over (
            partition by cells.table_id, cells.row_code, cells.column_code
            order by rules.column_code = '*'
        ) = 1
),

-- What the row means, where its label doesn't say it all.
row_rules as (
    select
        table_id,
        block,
        row_code,
        sentence,
        citation
    from rules
    where row_code <> '*'
),

term_names as (
    select
        rate_terms.table_id,
        rate_terms.row_code,
        rate_terms.column_code,
        rate_terms.part,
        rate_terms.coefficient,
        terms.column_order,
        concat(
            case when rate_terms.term_table_id <> rate_terms.table_id then concat('Table ', rate_terms.term_table_id, ' ') else '' end,
            case when rate_terms.term_row_code <> rate_terms.row_code then concat(rate_terms.term_row_code, ' ') else '' end,
            rate_terms.term_column_code
        ) as term
    from rate_terms
    inner join cells as terms
        on
            rate_terms.term_table_id = terms.table_id
            and rate_terms.term_row_code = terms.row_code
            and rate_terms.term_column_code = terms.column_code
),

parts as (
    select
        table_id,
        row_code,
        column_code,
        part,
        count(*) as terms,
        substr(
            {{ joined_text("concat(case when coefficient < 0 then ' - ' else ' + ' end, term)", "''", "-coefficient, column_order") }}, 4
        ) as formula
    from term_names
    group by table_id, row_code, column_code, part
),

formulas as (
    select
        table_id,
        row_code,
        column_code,
        {{ joined_text("case when terms > 1 then concat('(', formula, ')') else formula end", "' / '", "part = 'denominator'") }} as formula
    from parts
    group by table_id, row_code, column_code
)

select
    cells.table_id,
    cells.row_code,
    cells.column_code,
    replace(
        replace(column_rules.sentence, '{column}', cells.column_label),
        '{row}', concat(cells.row_label, coalesce(' (' || row_rules.sentence || ')', ''))
    ) as sentence,
    formulas.formula,
    concat_ws('; ', column_rules.citation, row_rules.citation) as citation
from cells
left join column_rules
    on
        cells.table_id = column_rules.table_id
        and cells.row_code = column_rules.row_code
        and cells.column_code = column_rules.column_code
left join row_rules
    on
        cells.table_id = row_rules.table_id
        and cells.block = row_rules.block
        and cells.row_code = row_rules.row_code
left join formulas
    on
        cells.table_id = formulas.table_id
        and cells.row_code = formulas.row_code
        and cells.column_code = formulas.column_code
