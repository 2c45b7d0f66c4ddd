{{ staged_extract('hse_completions') }}
