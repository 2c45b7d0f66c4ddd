{{ base_extract('performance_targets') }}
