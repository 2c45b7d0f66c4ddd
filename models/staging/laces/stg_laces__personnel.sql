{{ staged_extract('personnel') }}
