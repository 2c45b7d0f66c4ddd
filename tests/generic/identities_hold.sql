{#- Returns each identity that is broken, with its scope, both sides and the difference. -#}
{% test identities_hold(model) %}
select * from {{ model }}
where is_held is not true
{% endtest %}
