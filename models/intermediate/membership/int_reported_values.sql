with scopes as (
    select * from {{ ref('int_agency_scopes') }}
    where program_year = {{ var('program_year') }}
),

-- Family literacy: the grant applications' agencies in scope, eligible or not (R66).
family_literacy as (
    select
        scopes.scope,
        scopes.scope_id,
        '6' as table_id,
        'family_literacy' as row_code,
        'participants' as column_code,
        sum(submissions.participants) as value
    from {{ ref('stg_fcs__family_literacy') }} as submissions
    inner join scopes
        on
            submissions.agency_id = scopes.agency_id
            and {{ program_year_of_reporting_year('submissions.reporting_year') }} = scopes.program_year
    group by scopes.scope, scopes.scope_id
),

-- Federally funded staff of eligible agencies; the state office's own staff in the state alone (Code lists, Table 7).
staff as (
    select
        lower(personnel.staff_function) as row_code,
        case personnel.job_status when 'PART_TIME' then 'B' when 'FULL_TIME' then 'C' when 'VOLUNTEER' then 'D' end
            as column_code,
        personnel.agency_id,
        personnel.headcount
    from {{ ref('stg_fcs__personnel') }} as personnel
    where
        personnel.federally_funded = 'Y'
        and {{ program_year_of_reporting_year('personnel.reporting_year') }} = {{ var('program_year') }}
),

staff_scopes as (
    select
        scopes.scope,
        scopes.scope_id,
        scopes.agency_id
    from scopes
    inner join {{ ref('int_agencies') }} as agencies
        on
            scopes.agency_id = agencies.agency_id
            and scopes.program_year = agencies.program_year
            and agencies.is_nrs_eligible
            and agencies.agency_id <> 'STATE'
    union all
    select
        'state' as scope,
        '{{ var("state") }}' as scope_id,
        'STATE' as agency_id
),

personnel_counts as (
    select
        staff_scopes.scope,
        staff_scopes.scope_id,
        '7' as table_id,
        staff.row_code,
        staff.column_code,
        sum(staff.headcount) as value
    from staff
    inner join staff_scopes on staff.agency_id = staff_scopes.agency_id
    group by staff_scopes.scope, staff_scopes.scope_id, staff.row_code, staff.column_code
),

grants as (
    select
        grants.*,
        wioa.code is not null as is_wioa,
        ielce.code is not null as is_ielce,
        state_awards.code is not null as is_state
    from {{ ref('stg_fcs__grants') }} as grants
    left join {{ ref('rule_codes') }} as wioa
        on
            wioa.rule_list = 'wioa_award_type'
            and grants.award_type = wioa.code
            and {{ in_force('wioa', var('program_year')) }}
    left join {{ ref('rule_codes') }} as ielce
        on
            ielce.rule_list = 'ielce_award_type'
            and grants.award_type = ielce.code
            and {{ in_force('ielce', var('program_year')) }}
    left join {{ ref('rule_codes') }} as state_awards
        on
            state_awards.rule_list = 'state_award_type'
            and grants.award_type = state_awards.code
            and {{ in_force('state_awards', var('program_year')) }}
    where {{ program_year_of_reporting_year('grants.reporting_year') }} = {{ var('program_year') }}
),

-- Local grantees, state scope only; the total row adds the provider types (Code lists, Table 14).
provider_grants as (
    select
        provider_type as row_code,
        agency_id,
        is_wioa,
        is_ielce,
        is_state,
        subrecipient,
        amount
    from grants
    where provider_type is not null
),

grant_values as (
    {%- for column_code, value in [
        ('B', 'count(distinct agency_id)'), ('C', 'count(distinct case when is_ielce then agency_id end)'),
        ('D', "count(distinct case when subrecipient = 'Y' then agency_id end)"),
        ('E', 'coalesce(sum(case when is_wioa then amount end), 0)'), ('G', 'coalesce(sum(case when is_state then amount end), 0)'),
    ] %}
    {{ 'union all' if not loop.first }}
    select
        row_code,
        '{{ column_code }}' as column_code,
        cast({{ value }} as decimal(38, 10)) as value
    from provider_grants
    group by row_code
    {%- endfor %}
),

grant_rows as (
    select
        'state' as scope,
        '{{ var("state") }}' as scope_id,
        '14' as table_id,
        rollups.row_code,
        rollups.column_code,
        sum(grant_values.value) as value
    from grant_values
    inner join {{ ref('int_form_rollups') }} as rollups
        on
            rollups.table_id = '14'
            and grant_values.row_code = rollups.member_row_code
            and grant_values.column_code = rollups.member_column_code
    group by rollups.row_code, rollups.column_code
),

-- Statewide money for the SPR (R48, R68).
spr_money as (
    select
        'state' as scope,
        '{{ var("state") }}' as scope_id,
        'SPR' as table_id,
        concat(lower(service), '_services') as row_code,
        'funds_expended' as column_code,
        sum(funds_expended) as value
    from {{ ref('stg_fcs__spr_finance') }}
    where {{ program_year_of_reporting_year('reporting_year') }} = {{ var('program_year') }} and service is not null
    group by service
),

reported as (
    select * from family_literacy
    union all
    select * from personnel_counts
    union all
    select * from grant_rows
    union all
    select * from spr_money
)

-- Cells that come from a submission, not from persons.
select
    cast({{ var('program_year') }} as integer) as program_year,
    scope,
    scope_id,
    table_id,
    row_code,
    column_code,
    cast(value as double) as value
from reported
