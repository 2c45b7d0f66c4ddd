{#- MMDDYYYY text to a date; null where it is none (extract contract, DE 1019's format). -#}
{% macro parse_mmddyyyy(expression) -%}
    case
        when {{ matches(expression, '^[0-9]{8}$') }} and substr({{ expression }}, 5, 4) <> '0000'
            then try_cast(
                concat(
                    substr({{ expression }}, 5, 4), '-', substr({{ expression }}, 1, 2), '-', substr({{ expression }}, 3, 2)
                ) as date
            )
    end
{%- endmacro %}

{#- Plain decimals only: no sign, exponent or thousands mark; compared without rounding (R60). What an export writes of 1/3
    has up to 18 decimals; further ones are cut off, so that no value reaches a threshold that it is below. -#}
{% macro parse_number(expression) -%}
    {{ return(adapter.dispatch('parse_number', 'nrs')(expression)) }}
{%- endmacro %}

{% macro default__parse_number(expression) -%}
    case
        when {{ matches(expression, '^([0-9]{1,12}([.][0-9]*)?|[.][0-9]+)$') }}
            then try_cast(substr({{ expression }}, 1, position('.' in {{ expression }}) + 18) as decimal(38, 18))
    end
{%- endmacro %}

{#- DuckDB takes a hundred times as long to read a decimal that does not fit 64 bits, so those that do go that way. -#}
{% macro duckdb__parse_number(expression) -%}
    case
        when {{ matches(expression, '^[0-9]{1,12}([.][0-9]{1,6})?$') }}
            then cast(try_cast({{ expression }} as decimal(18, 6)) as decimal(38, 18))
        else {{ default__parse_number(expression) }}
    end
{%- endmacro %}

{#- Program year a date falls in: July 1 - June 30, named after its first half (rules, Program Year 2023 Participation Dates). -#}
{% macro program_year_of(date_expression) -%}
    cast(
        extract(year from {{ date_expression }}) - case when extract(month from {{ date_expression }}) < 7 then 1 else 0 end
        as integer
    )
{%- endmacro %}

{#- 2324 -> 2023 (extract contract). -#}
{% macro program_year_of_reporting_year(reporting_year) -%}
    cast(2000 + cast(substr({{ reporting_year }}, 1, 2) as integer) as integer)
{%- endmacro %}

{#- Completed years at a date; born on February 29 = a year older on March 1 of a common year (R6). -#}
{% macro completed_years(birth_date, at_date) -%}
    cast(
        extract(year from {{ at_date }}) - extract(year from {{ birth_date }})
        - case
            when
                extract(month from {{ at_date }}) * 100 + extract(day from {{ at_date }})
                < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
                then 1
            else 0
        end
        as integer
    )
{%- endmacro %}

{#- Quarters counted through: consecutive quarters differ by 1, over the year's end too. -#}
{% macro quarter_number(date_expression) -%}
    (extract(year from {{ date_expression }}) * 4 + extract(quarter from {{ date_expression }}))
{%- endmacro %}

{#- Whole days from one date to a later one: 8/4 to 8/10 is 6 (Student Level File 3b). -#}
{% macro days_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('days_between', 'nrs')(from_date, to_date)) }}
{%- endmacro %}

{% macro default__days_between(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}

{% macro duckdb__days_between(from_date, to_date) -%}
    ({{ to_date }} - {{ from_date }})
{%- endmacro %}

{#- Minutes as hours, to ten places. By doubles: some engines divide decimals to six places. -#}
{% macro hours_of(minutes) -%}
    cast(cast({{ minutes }} as double) / 60 as decimal(28, 10))
{%- endmacro %}

{#- The day a number of days after a date. -#}
{% macro days_after(date_expression, days) -%}
    {{ return(adapter.dispatch('days_after', 'nrs')(date_expression, days)) }}
{%- endmacro %}

{% macro default__days_after(date_expression, days) -%}
    date_add({{ date_expression }}, {{ days }})
{%- endmacro %}

{% macro duckdb__days_after(date_expression, days) -%}
    ({{ date_expression }} + {{ days }})
{%- endmacro %}

{#- Business days after a date up to a later one, Mondays to Fridays: Friday to the next Monday is 1. January 1 of the year 1
    was a Monday. Holidays are not known. -#}
{% macro business_days_between(from_date, to_date) -%}
    (({{ weekdays_through(to_date) }}) - ({{ weekdays_through(from_date) }}))
{%- endmacro %}

{% macro weekdays_through(date_expression) -%}
    {%- set days = '(' ~ days_between("cast('0001-01-01' as date)", date_expression) ~ ' + 1)' -%}
    cast(floor({{ days }} / 7) as integer) * 5 + least({{ days }} % 7, 5)
{%- endmacro %}
