{{ staged_extract('tests') }}
