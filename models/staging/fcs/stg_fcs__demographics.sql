{{ staged_extract('demographics') }}
