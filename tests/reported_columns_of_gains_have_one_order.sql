-- Returns each reported column of Table 4 whose kinds of gain differ in their place in the order, or that shares its place
-- with another: on equal dates one of the two would be taken by chance (seed `gain_kinds`; R28: F, then G, then E).
with kinds as (
    select * from {{ ref('gain_kinds') }} as kinds
    where {{ in_force('kinds', var('program_year')) }}
),

pairs as (
    select
        kinds.reported_as,
        kinds.reported_order,
        others.reported_as as other_reported_as,
        others.reported_order as other_reported_order
    from kinds
    cross join kinds as others
)

select * from pairs
where (reported_as = other_reported_as) <> (reported_order = other_reported_order)
