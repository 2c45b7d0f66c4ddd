{#- Rows of a reference seed that apply to a program year: the state's own or federal (US) ones. Two plain comparisons, which an engine
    can join by; an `or` it would try row by row. -#}
{% macro in_force(alias, program_year) -%}
    {{ in_force_in(alias, "'" ~ var("state") ~ "'", program_year) }}
{%- endmacro %}

{#- The same for a state named by an expression. -#}
{% macro in_force_in(alias, state, program_year) -%}
    {{ alias }}.state in ('US', {{ state }})
    and {{ program_year }} >= {{ alias }}.effective_from
    and {{ program_year }} <= coalesce({{ alias }}.effective_to, 9999)
{%- endmacro %}
