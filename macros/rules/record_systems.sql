{#- The kinds of gain that a record system tells of, the state's own unless one is named; one model each, of the same name in
    every system. -#}
{% macro gain_kinds(system=none) -%}
    {{ return({
        'fcs': ['1a', '1b', '1c', '1d', '2', '3', '4', '5'],
        'laces': ['1a', '1c', '2', '3', '4', '5'],
    }[system or record_system()]) }}
{%- endmacro %}

{#- The extract that says who was served. -#}
{% macro service_extract() -%}
    {{ return({'fcs': 'course_enrollments', 'laces': 'attendance'}[record_system()]) }}
{%- endmacro %}

{#- The model with the program year of each of its records. -#}
{% macro service_model() -%}
    {{ return({'fcs': 'int_course_enrollments', 'laces': 'int_laces__service_days'}[record_system()]) }}
{%- endmacro %}

{#- LACES reports whole minutes: hours are sixtieths, rounded to ten places, and their sum may miss a whole hour by some
    billionths. This is more than such a sum can miss, and far less than a minute. -#}
{% macro sum_of_sixtieths() -%}
    0.000001
{%- endmacro %}

{#- LACES has no terms: the month of the program year is one, July 1 to March 9, April A, May B, June C. -#}
{% macro month_term(date_expression) -%}
    substr('789ABC123456', cast(extract(month from {{ date_expression }}) as integer), 1)
{%- endmacro %}

{#- Thresholds that only the records of one system ask for: [(parameter, SQL type)]. -#}
{% macro record_system_parameters() -%}
    {{ return({
        'fcs': [
            ('hse_subtest_passing_score', 'decimal(28, 10)'),
            ('transcript_clock_hours', 'decimal(28, 10)'),
            ('clock_hours_per_credit', 'integer'),
        ],
        'laces': [
            ('attendance_rounding_minutes', 'integer'),
            ('learner_mastery_passing_score', 'decimal(28, 10)'),
            ('assessment_validity_days', 'integer'),
            ('transcript_credit_hours', 'decimal(28, 10)'),
            ('transcript_across_years', 'string'),
            ('iet_completion_is_credential', 'string'),
            ('assessment_entry_business_days', 'integer'),
            ('post_test_due_hours', 'decimal(28, 10)'),
            ('post_test_approaching_hours', 'decimal(28, 10)'),
            ('assessment_first_hours', 'decimal(28, 10)'),
            ('inactivity_warning_days', 'integer'),
        ],
    }[record_system()]) }}
{%- endmacro %}
