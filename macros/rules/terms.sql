{#- Terms counted through: a reporting year has three, so consecutive terms differ by 1 (Code lists, terms). -#}
{% macro term_number(program_year, term_digit) -%}
    ({{ program_year }}) * 3 + cast({{ term_digit }} as integer)
{%- endmacro %}

{#- The span a term belongs to, within the given partition of `ordered_terms`: a new one begins at a gap of the rule's days
    after the latest exit of all earlier terms, never after an open term (R7; for stays R40). The first term has no earlier
    exit: it opens span 1. -#}
{% macro span_number(partition) -%}
    cast(
        1 + sum(
            case
                when
                    not ordered_terms.is_after_open_term
                    and {{ days_between('ordered_terms.latest_earlier_exit_date', 'ordered_terms.entry_date') }} >= program_years.pop_gap_days
                    then 1
                else 0
            end
        ) over (
            partition by {{ partition }}
            order by ordered_terms.entry_date, ordered_terms.reporting_program_year, ordered_terms.term_digit
            rows between unbounded preceding and current row
        ) as integer
    )
{%- endmacro %}
