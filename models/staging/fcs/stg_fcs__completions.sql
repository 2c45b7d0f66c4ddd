{{ staged_extract('completions') }}
