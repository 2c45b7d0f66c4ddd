{#- Every reference row names the rule it carries out. -#}
{% test cited(model) %}
select * from {{ model }}
where coalesce(trim(citation), '') = ''
{% endtest %}
