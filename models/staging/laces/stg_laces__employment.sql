{{ staged_extract('employment') }}
