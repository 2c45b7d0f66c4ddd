{{ base_extract('ahs_diploma_options') }}
