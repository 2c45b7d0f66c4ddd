{#- No two rows share a key. Nulls count as equal, unlike in dbt's `unique`. -#}
{% test unique_key(model, columns) %}
select
    {{ columns | join(',\n    ') }},
    count(*) as copies
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
