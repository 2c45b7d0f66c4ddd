{{ staged_extract('outcomes') }}
