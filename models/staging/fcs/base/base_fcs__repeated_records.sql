{%- set blocks = [] -%}
{%- for extract in extract_names() -%}
    {%- set block = repeated_records(extract) -%}
    {%- if not extract_contract(extract)['keep_duplicates'] -%}
        {%- do blocks.append(block) -%}
    {%- endif -%}
{%- endfor -%}
{{ blocks | join('\nunion all\n') }}
