{#- Rows of a reference seed that apply to a program year: the state's own or federal (US) ones. -#}
{% macro in_force(alias, program_year) -%}
    {{ alias }}.state in ('US', '{{ var("state") }}')
    and {{ program_year }} >= {{ alias }}.effective_from
    and ({{ alias }}.effective_to is null or {{ program_year }} <= {{ alias }}.effective_to)
{%- endmacro %}
