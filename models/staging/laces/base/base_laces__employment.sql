{{ base_extract('employment') }}
