{{ base_extract('iet_programs') }}
