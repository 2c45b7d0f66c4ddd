{{ base_extract('completions') }}
