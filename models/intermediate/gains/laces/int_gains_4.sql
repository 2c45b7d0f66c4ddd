{{ config(meta={'rules': ['MS-MSG-IET', 'MS-MSG-4', 'MO-IET', 'MO-4']}) }}

{{ iet_outcome_gains('4') }}
