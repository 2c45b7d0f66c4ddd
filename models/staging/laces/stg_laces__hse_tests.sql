{{ staged_extract('hse_tests') }}
