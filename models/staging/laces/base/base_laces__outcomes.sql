{{ base_extract('outcomes') }}
