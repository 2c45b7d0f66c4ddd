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
        submissions.source_file,
        submissions.record_number,
        submissions.agency_id,
        submissions.participants as amount,
        'participants of the grant application' as evidence
    from {{ records('family_literacy') }} as submissions
    inner join scopes
        on
            submissions.agency_id = scopes.agency_id
            and {{ program_year_of_reporting_year('submissions.reporting_year') }} = scopes.program_year
),

-- Federally funded staff of eligible agencies; the state office's own staff in the state alone (Code lists, Table 7).
staff as (
    select
        lower(personnel.staff_function) as row_code,
        job_statuses.maps_to as column_code,
        personnel.source_file,
        personnel.record_number,
        personnel.agency_id,
        personnel.headcount as amount,
        concat(
            coalesce(personnel.staff_function, 'function unknown'), ', ', coalesce(personnel.job_status, 'job status unknown'),
            ', federally funded'
        ) as evidence
    from {{ records('personnel') }} as personnel
    left join {{ ref('code_crosswalks') }} as job_statuses
        on
            job_statuses.crosswalk = 'job_status'
            and personnel.job_status = job_statuses.code
            and {{ in_force('job_statuses', var('program_year')) }}
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

staff_rows as (
    select
        staff_scopes.scope,
        staff_scopes.scope_id,
        '7' as table_id,
        staff.row_code,
        staff.column_code,
        staff.source_file,
        staff.record_number,
        staff.agency_id,
        staff.amount,
        staff.evidence
    from staff
    inner join staff_scopes on staff.agency_id = staff_scopes.agency_id
),

grants as (
    select
        grants.*,
        wioa.code is not null as is_wioa,
        ielce.code is not null as is_ielce,
        state_awards.code is not null as is_state
    from {{ records('grants') }} as grants
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

-- Local grantees, state scope only (Code lists, Table 14).
provider_grants as (
    select
        *,
        concat(
            coalesce(award_type, 'unknown'), ' award of ', coalesce(cast(cast(amount as double) as string), 'unknown'), ' dollars',
            case when subrecipient = 'Y' then ', subrecipient' else '' end
        ) as evidence
    from grants
),

-- B, C and D count an agency once per provider type: its first award of the kind brings 1, a further one nothing.
{%- set counted = [('B', 'true'), ('C', 'is_ielce'), ('D', "subrecipient = 'Y'")] %}
{%- set added = [('E', 'is_wioa'), ('G', 'is_state')] %}
grant_columns as (
    {%- for column_code, condition in counted %}
    {{ 'union all' if not loop.first }}
    select
        *,
        '{{ column_code }}' as column_code,
        case
            when row_number() over (partition by provider_type, agency_id order by source_file, record_number) = 1 then 1
            else 0
        end as counted_amount
    from provider_grants
    where {{ condition }}
    {%- endfor %}
    {%- for column_code, condition in added %}
    union all
    select
        *,
        '{{ column_code }}' as column_code,
        amount as counted_amount
    from provider_grants
    where {{ condition }}
    {%- endfor %}
),

-- The total row adds the provider types.
grant_rows as (
    select
        'state' as scope,
        '{{ var("state") }}' as scope_id,
        '14' as table_id,
        rollups.row_code,
        rollups.column_code,
        grant_columns.source_file,
        grant_columns.record_number,
        grant_columns.agency_id,
        grant_columns.counted_amount as amount,
        grant_columns.evidence
    from grant_columns
    inner join {{ ref('int_form_rollups') }} as rollups
        on
            rollups.table_id = '14'
            and grant_columns.provider_type = rollups.member_row_code
            and grant_columns.column_code = rollups.member_column_code
),

-- Statewide money for the SPR (R48, R68).
spr_money as (
    select
        'state' as scope,
        '{{ var("state") }}' as scope_id,
        'SPR' as table_id,
        concat(lower(service), '_services') as row_code,
        'funds_expended' as column_code,
        source_file,
        record_number,
        cast(null as string) as agency_id,
        funds_expended as amount,
        concat(service, ' services, funds expended') as evidence
    from {{ records('spr_finance') }}
    where {{ program_year_of_reporting_year('reporting_year') }} = {{ var('program_year') }} and service is not null
),

submitted as (
    select * from family_literacy
    union all
    select * from staff_rows
    union all
    select * from grant_rows
    union all
    select * from spr_money
)

-- What was submitted, not derived from persons: each row in each cell that adds it up.
select
    cast({{ var('program_year') }} as integer) as program_year,
    scope,
    scope_id,
    table_id,
    row_code,
    column_code,
    source_file,
    record_number,
    agency_id,
    cast(amount as decimal(38, 10)) as amount,
    evidence
from submitted
