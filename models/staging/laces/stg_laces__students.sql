{{ staged_extract('students') }}
