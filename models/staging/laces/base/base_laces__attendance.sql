{{ base_extract('attendance') }}
