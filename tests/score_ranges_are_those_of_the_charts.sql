{{ config(meta={'rules': ['MS-4-EFL', 'MS-4-RANGE', 'MO-EFL']}) }}

-- Each score range and each level of a test as the charts of the document have them: instrument, subject, ladder, lowest level,
-- and the ranges from there up; then instrument, test level, ladder and the levels it measures (MS Program Guidelines 2023,
-- Section 4, Test Benchmarks for NRS Educational Functioning Levels; TABE 11 & 12 Charts; TABE CLAS-E Charts). Returns a row of
-- either side that the other hasn't.
{%- set charts = [
    ('TABE_11_12', 'READING', 'abe', 1, '300-441 442-500 501-535 536-575 576-616 617-800'),
    ('TABE_11_12', 'MATHEMATICS', 'abe', 1, '300-448 449-495 496-536 537-595 596-656 657-800'),
    ('TABE_11_12', 'LANGUAGE', 'abe', 1, '300-457 458-510 511-546 547-583 584-630 631-800'),
    ('TABE_CLAS_E', 'READING', 'esl', 1, '250-392 393-436 437-476 477-508 509-557 558-588'),
    ('TABE_CLAS_E', 'WRITING', 'esl', 1, '200-396 397-445 446-488 489-520 521-555 556-612'),
    ('TABE_CLAS_E', 'READING_WRITING', 'esl', 1, '225-394 395-441 442-482 483-514 515-556 557-600'),
    ('TABE_CLAS_E', 'LISTENING', 'esl', 1, '230-389 390-437 438-468 469-514 515-549 550-607'),
    ('TABE_CLAS_E', 'SPEAKING', 'esl', 1, '231-425 426-460 461-501 502-536 537-567 568-594'),
    ('TABE_CLAS_E', 'LISTENING_SPEAKING', 'esl', 1, '230-407 408-449 450-485 486-525 526-558 559-600'),
    ('CASAS_GOALS', 'READING', 'abe', 1, '-203 204-216 217-227 228-238 239-248 249-'),
    ('CASAS_GOALS', 'MATHEMATICS', 'abe', 1, '-193 194-203 204-214 215-225 226-235 236-'),
    ('CASAS_LIFE_AND_WORK', 'READING', 'esl', 1, '-180 181-190 191-200 201-210 211-220 221-235'),
    ('CASAS_LIFE_AND_WORK', 'LISTENING', 'esl', 1, '162-180 181-189 190-199 200-209 210-218 219-227'),
    ('BEST_PLUS', 'ORAL', 'esl', 1, '88-361 362-427 428-452 453-484 485-524 525-564 565-'),
    ('BEST_LITERACY', 'LITERACY', 'esl', 1, '0-20 21-52 53-63 64-67 68-75 76-78'),
    ('MAPT', '', 'abe', 2, '200-299 300-399 400-499 500-599 600-700'),
] %}
{%- set test_levels = [
    ('TABE_11_12', 'L', 'abe', '1, 2'), ('TABE_11_12', 'E', 'abe', '1, 2, 3'), ('TABE_11_12', 'M', 'abe', '2, 3, 4'),
    ('TABE_11_12', 'D', 'abe', '3, 4, 5'), ('TABE_11_12', 'A', 'abe', '4, 5, 6'), ('TABE_CLAS_E', '1', 'esl', '1, 2, 3'),
    ('TABE_CLAS_E', '2', 'esl', '1, 2, 3, 4'), ('TABE_CLAS_E', '3', 'esl', '1, 2, 3, 4, 5'), ('TABE_CLAS_E', '4', 'esl', '1, 2, 3, 4, 5, 6'),
] %}
with charted as (
    {%- for instrument, subject, ladder, lowest, ranges in charts %}
    {%- set is_first = loop.first %}
    {%- for score_range in ranges.split(' ') %}
    {{ 'union all' if not (is_first and loop.first) }}
    select concat_ws(' ', '{{ instrument }}', '{{ subject }}', '{{ score_range }}', '{{ ladder }}_{{ lowest + loop.index0 }}') as chart_row
    {%- endfor %}
    {%- endfor %}
    {%- if record_system() == 'laces' %}
    {%- for instrument, test_level, ladder, levels in test_levels %}
    {%- for level in levels.split(', ') %}
    union all
    select concat_ws(' ', '{{ instrument }}', '{{ test_level }}', '{{ ladder }}_{{ level }}') as chart_row
    {%- endfor %}
    {%- endfor %}
    {%- endif %}
),

seeded as (
    select
        concat_ws(
            ' ',
            ranges.instrument,
            coalesce(ranges.subject, ''),
            concat(
                coalesce(cast(ranges.scale_score_low as string), ''), '-', coalesce(cast(ranges.scale_score_high as string), '')
            ),
            ranges.efl_row_code
        ) as chart_row
    from {{ ref('assessment_score_ranges') }} as ranges
    where {{ in_force('ranges', var('program_year')) }}
    union all
    select concat_ws(' ', test_levels.instrument, test_levels.test_level, test_levels.efl_row_code) as chart_row
    from {{ ref('assessment_test_levels') }} as test_levels
    where {{ in_force('test_levels', var('program_year')) }}
)

select
    charted.chart_row as of_the_charts,
    seeded.chart_row as of_the_seed
from charted
full outer join seeded on charted.chart_row = seeded.chart_row
where charted.chart_row is null or seeded.chart_row is null
