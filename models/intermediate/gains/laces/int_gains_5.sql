{{ config(meta={'rules': ['MS-MSG-IET', 'MS-MSG-5', 'MO-IET', 'MO-5']}) }}

{{ iet_outcome_gains('5') }}
