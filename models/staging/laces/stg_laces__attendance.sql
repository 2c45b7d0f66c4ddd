{{ staged_extract('attendance') }}
