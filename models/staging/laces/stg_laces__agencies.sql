{{ staged_extract('agencies') }}
