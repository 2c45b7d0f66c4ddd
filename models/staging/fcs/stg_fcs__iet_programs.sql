{{ staged_extract('iet_programs') }}
