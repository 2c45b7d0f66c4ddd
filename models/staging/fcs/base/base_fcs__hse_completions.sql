{{ base_extract('hse_completions') }}
