{{ base_extract('grants') }}
