{{ base_extract('demographics') }}
