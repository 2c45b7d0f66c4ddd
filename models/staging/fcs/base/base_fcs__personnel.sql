{{ base_extract('personnel') }}
