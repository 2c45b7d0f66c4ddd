{{ base_extract('agencies') }}
