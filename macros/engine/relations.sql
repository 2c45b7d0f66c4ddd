{#- Schemas are named as the interface names them, without a prefix (output contract). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{#- DuckDB names the catalog after the file. Without it in the SQL, a view still works after the warehouse file is
    moved, copied or published under another name. -#}
{% macro ref() -%}
    {{ return(builtins.ref(*varargs, **kwargs).include(database=false)) }}
{%- endmacro %}
