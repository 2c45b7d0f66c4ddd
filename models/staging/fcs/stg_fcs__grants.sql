{{ staged_extract('grants') }}
