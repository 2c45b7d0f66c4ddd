{{ base_extract('students') }}
