{{ base_extract('tests') }}
