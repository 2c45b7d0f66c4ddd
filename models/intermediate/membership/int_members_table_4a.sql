with periods as (
    select * from {{ ref('int_participant_periods') }}
),

-- Table 4 column E: an EFL gain is what the first period reports (Table 4a rule 1).
participants as (
    select * from periods
    where pop_number = 1 and not is_outcomes_excluded and reported_msg = 'E'
),

-- Gains of any period of the year, one of each type a person (R34): of 1a by its subject, else by the kind; of a diploma
-- or an IET gain none.
gain_columns as (
    select distinct
        gains.person_key,
        gains.program_year,
        coalesce(subjects.maps_to, kinds.maps_to) as column_code
    from {{ ref('int_gains') }} as gains
    left join {{ ref('code_crosswalks') }} as subjects
        on
            subjects.crosswalk = 'efl_gain_subject'
            and gains.subject = subjects.code
            and {{ in_force('subjects', 'gains.program_year') }}
    left join {{ ref('code_crosswalks') }} as kinds
        on
            kinds.crosswalk = 'efl_gain_kind'
            and gains.kind = kinds.code
            and {{ in_force('kinds', 'gains.program_year') }}
),

participant_columns as (
    select
        participants.person_key,
        participants.program_year,
        participants.entering_efl,
        'B' as column_code
    from participants
    union all
    select
        participants.person_key,
        participants.program_year,
        participants.entering_efl,
        gain_columns.column_code
    from participants
    inner join gain_columns
        on
            participants.person_key = gain_columns.person_key
            and participants.program_year = gain_columns.program_year
    where gain_columns.column_code is not null
)

select
    {{ person_member_keys() }},
    '4A' as table_id,
    'efl_gains' as block,
    entering_efl as row_code,
    column_code
from participant_columns
