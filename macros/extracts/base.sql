{#- One row per record of an extract, typed, with its faults (extract contract, "What bad input gets"; R60).

    A fault is column, reason, action and the value as it came, held as one text so that a record is read once:
    chr(31) between the four, chr(30) after each fault. `rejected` rejects the record, `value_ignored` blanks the value. -#}
{% macro base_extract(extract) -%}
{#- References named outside the loops, which are empty while dbt parses. -#}
{%- do ref('code_lists') -%}
{%- if extract != 'agencies' -%}{%- do base_records('agencies') -%}{%- endif -%}
{%- set columns = extract_contract(extract)['columns'] -%}
{%- set checks = [] -%}
{%- for column in columns -%}{%- do checks.extend(extract_column_checks(column)) -%}{%- endfor -%}
{%- set sql_types = {'date': 'date', 'required_date': 'date', 'number': 'decimal', 'hours': 'decimal'} -%}
with source as (
    {{ read_extract(extract) }}
),

trimmed as (
    select
        source_file,
        record_number,
        {%- for column in columns %}
        {{ column.name }} as raw_{{ column.name }},
        nullif(trim({{ column.name }}), '') as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from source
),

parsed as (
    select
        *
        {%- for column in columns if sql_types.get(column.type) == 'date' %},
        {{ parse_mmddyyyy(column.name) }} as parsed_{{ column.name }}
        {%- endfor %}
        {%- for column in columns if sql_types.get(column.type) == 'decimal' %},
        {{ parse_number(column.name) }} as parsed_{{ column.name }}
        {%- endfor %}
        {%- for column in columns if column.code_list is defined %},
        {% call in_list(column.name) -%}
            select codes.code from {{ ref('code_lists') }} as codes
            where codes.code_list = '{{ column.code_list }}' and codes.state in ('US', '{{ var("state") }}')
        {%- endcall %} as listed_{{ column.name }}
        {%- endfor %}
        {%- for column in columns if column.type in ('agency', 'agency_or_state') %},
        {% call in_list(column.name) -%}
            select agencies.agency_id from {{ base_records('agencies') }} as agencies where not agencies.is_rejected
        {%- endcall %} {% if column.type == 'agency_or_state' %}or {{ column.name }} = 'STATE' {% endif %}as listed_{{ column.name }}
        {%- endfor %}
    from trimmed
),

faulted as (
    select
        *,
        -- Few records have a fault: the text is put together only for them.
        case
            when
                {{ checks | map(attribute='condition') | join('\n                or ') }}
                then
                    {%- for check in checks %}
                    case
                        when {{ check.condition }}
                            then concat('{{ check.name }}', chr(31), '{{ check.reason }}', chr(31), '{{ check.action }}', chr(31), translate(coalesce(raw_{{ check.name }}, ''), concat(chr(30), chr(31)), '  '), chr(30))
                        else ''
                    end{{ ' ||' if not loop.last }}
                    {%- endfor %}
        end as faults
    from parsed
)

select
    source_file,
    cast(record_number as bigint) as record_number,
    {%- for column in columns %}
    {%- if column.type == 'hours' %}
    coalesce(parsed_{{ column.name }}, 0) as {{ column.name }},
    {%- elif sql_types.get(column.type) %}
    parsed_{{ column.name }} as {{ column.name }},
    {%- elif column.code_list is defined %}
    case when listed_{{ column.name }} then {{ column.name }} end as {{ column.name }},
    {%- else %}
    {{ column.name }},
    {%- endif %}
    {%- endfor %}
    faults,
    coalesce(position(concat(chr(31), 'rejected', chr(31)) in faults) > 0, false) as is_rejected
from faulted
{%- endmacro %}

{#- What one column's value is held to: [{name, condition (SQL, true = a fault), reason, action}]. -#}
{% macro extract_column_checks(column) -%}
    {%- set name = column.name -%}
    {%- set blank = name ~ ' is null' -%}
    {%- set unlisted = 'not listed_' ~ name -%}
    {%- set checks = [] -%}
    {%- if column.type in ('key', 'agency', 'agency_or_state', 'reporting_year', 'term', 'fleid', 'laces_id', 'required_date', 'required_code', 'year_quarter') -%}
        {%- do checks.append((blank, 'blank', 'rejected')) -%}
    {%- endif -%}
    {%- if column.type in ('agency', 'agency_or_state') -%}
        {%- do checks.append((unlisted, 'unknown_agency', 'rejected')) -%}
    {%- elif column.type == 'reporting_year' -%}
        {%- do checks.append((
            'not (' ~ matches(name, '^[0-9]{4}$') ~ ' and (try_cast(substr(' ~ name ~ ', 1, 2) as integer) + 1) % 100 = try_cast(substr(' ~ name ~ ', 3, 2) as integer))',
            'not_a_reporting_year', 'rejected')) -%}
    {%- elif column.type == 'term' -%}
        {%- do checks.append(('not ' ~ matches(name, '^[123][EB]$'), 'not_a_term', 'rejected')) -%}
    {%- elif column.type == 'fleid' -%}
        {%- do checks.append(('not ' ~ matches(name, column.get('pattern', '^FL[0-9]{12}$')), 'malformed_fleid', 'rejected')) -%}
    {%- elif column.type == 'laces_id' -%}
        {%- do checks.append(('not ' ~ matches(name, '^[0-9]{1,12}$'), 'malformed_laces_id', 'rejected')) -%}
    {%- elif column.type == 'year_quarter' -%}
        {%- do checks.append(('not ' ~ matches(name, '^[0-9]{4}Q[1-4]$'), 'not_a_quarter', 'rejected')) -%}
    {%- elif column.type in ('date', 'required_date') -%}
        {%- do checks.append((name ~ ' is not null and parsed_' ~ name ~ ' is null', 'not_a_date', 'rejected')) -%}
        {%- if column.not_before is defined -%}
            {%- do checks.append(('parsed_' ~ name ~ ' < parsed_' ~ column.not_before, 'before_' ~ column.not_before, 'rejected')) -%}
        {%- endif -%}
    {%- elif column.type == 'hours' -%}
        {%- do checks.append((name ~ ' is not null and parsed_' ~ name ~ ' is null', 'not_hours', 'rejected')) -%}
        {%- do checks.append((blank, 'blank_hours_counted_as_0', 'value_ignored')) -%}
    {%- elif column.type == 'number' -%}
        {%- do checks.append((name ~ ' is not null and parsed_' ~ name ~ ' is null', 'not_a_number', 'value_ignored')) -%}
    {%- elif column.type == 'required_code' -%}
        {%- do checks.append((unlisted, 'unknown_code', 'rejected')) -%}
    {%- elif column.type in ('code', 'cell_code') -%}
        {%- if column.type == 'cell_code' -%}{%- do checks.append((blank, 'blank_counts_nowhere', 'value_ignored')) -%}{%- endif -%}
        {%- do checks.append((unlisted, 'unknown_code', 'value_ignored')) -%}
    {%- endif -%}
    {%- set named = [] -%}
    {%- for condition, reason, action in checks -%}
        {%- do named.append({'name': name, 'condition': condition, 'reason': reason, 'action': action}) -%}
    {%- endfor -%}
    {{ return(named) }}
{%- endmacro %}

{#- Records that another record stands for: exact copies, and the losers of a key clash. The latest reporting term wins,
    else the later line (extract contract). Unusable records are out before (R60). An ignored value, which stands in the
    faults, is no blank: a record with the one is no copy of a record with the other (decision 0007). -#}
{% macro repeated_records(extract) -%}
{%- set contract = extract_contract(extract) -%}
{%- set names = contract['columns'] | map(attribute='name') | list -%}
{%- set values = names + ['faults'] -%}
{%- set key = contract['natural_key'] or values -%}
select
    '{{ extract }}' as extract_name,
    source_file,
    record_number,
    case when copy_number > 1 then 'duplicate' else 'superseded' end as disposition,
    first_value(source_file) over (partition by {{ key | join(', ') }} order by preference) as kept_source_file,
    first_value(record_number) over (partition by {{ key | join(', ') }} order by preference) as kept_record_number
from (
    select
        *,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by
                case when copy_number = 1 then 0 else 1 end,
                {%- for name in ['reporting_year', 'term_id'] if name in names %}
                {{ name }} desc,
                {%- endfor %}
                source_file desc,
                record_number desc
        ) as preference
    from (
        select
            records.*,
            row_number() over (
                partition by {% for name in values %}records.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
                order by records.source_file, records.record_number
            ) as copy_number
        from {{ base_records(extract) }} as records
        inner join (
            select {{ key | join(', ') }}
            from {{ base_records(extract) }}
            where not is_rejected
            group by {{ key | join(', ') }}
            having count(*) > 1
        ) as repeated_keys
            on
                {%- for name in key %}
                {{ 'and ' if not loop.first }}records.{{ name }} is not distinct from repeated_keys.{{ name }}
                {%- endfor %}
        where not records.is_rejected
    ) as copies
) as contested
qualify preference > 1
{%- endmacro %}

{#- The same for every extract; only grants and personnel keep what stands twice (extract contract). -#}
{% macro all_repeated_records() -%}
    {%- set blocks = [] -%}
    {%- for extract in extract_names() -%}
        {%- set block = repeated_records(extract) -%}
        {%- if not extract_contract(extract)['keep_duplicates'] -%}
            {%- do blocks.append(block) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ blocks | join('\nunion all\n') }}
{%- endmacro %}

{#- The records the rules work on: usable and standing for themselves. -#}
{% macro staged_extract(extract) -%}
{%- set contract = extract_contract(extract) -%}
with base as (
    select * from {{ base_records(extract) }}
)
{%- if not contract['keep_duplicates'] %},

repeated as (
    select * from {{ base_records('repeated_records') }}
    where extract_name = '{{ extract }}'
)
{%- endif %}

select
    base.source_file,
    base.record_number,
    {%- for column in contract['columns'] %}
    base.{{ column.name }}{{ ' as ' ~ column.alias if column.alias is defined }}{{ ',' if not loop.last }}
    {%- endfor %}
from base
{%- if not contract['keep_duplicates'] %}
left join repeated
    on
        base.source_file = repeated.source_file
        and base.record_number = repeated.record_number
{%- endif %}
where
    not base.is_rejected
    {%- if not contract['keep_duplicates'] %}
    and repeated.record_number is null
    {%- endif %}
{%- endmacro %}
