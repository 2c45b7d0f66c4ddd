{{ staged_extract('performance_targets') }}
