{{ base_extract('hse_tests') }}
