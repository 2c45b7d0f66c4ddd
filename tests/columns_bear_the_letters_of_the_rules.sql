{{ config(meta={'rules': ['R30']}) }}

-- R30: the letters of the rules are the column codes of Tables 4 to 11, from B to the last that the rules name, without a gap.
-- Returns a letter that is no column, a column that is none of them, and one whose letter is another than its code.
{%- set last_letters = {
    '4': 'O', '4A': 'L', '4B': 'G', '4C': 'O', '5': 'G', '5A': 'G', '9': 'G', '10': 'G', '11': 'G',
} %}
with letters as (
    {%- for table_id, last_letter in last_letters.items() %}
    {%- set outer = loop %}
    {%- for letter in 'BCDEFGHIJKLMNO' if letter <= last_letter %}
    {{ 'union all' if not (outer.first and loop.first) }}
    select
        '{{ table_id }}' as table_id,
        '{{ letter }}' as letter
    {%- endfor %}
    {%- endfor %}
),

form_columns as (
    select distinct
        table_id,
        column_code,
        column_letter
    from {{ ref('nrs_form_cells') }}
    where table_id in (select letters.table_id from letters)
)

select
    coalesce(letters.table_id, form_columns.table_id) as table_id,
    letters.letter,
    form_columns.column_code,
    form_columns.column_letter
from letters
full outer join form_columns
    on
        letters.table_id = form_columns.table_id
        and letters.letter = form_columns.column_code
where letters.letter is null or form_columns.column_code is null or form_columns.column_letter is distinct from form_columns.column_code
