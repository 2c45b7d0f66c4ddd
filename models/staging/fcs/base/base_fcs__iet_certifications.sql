{{ base_extract('iet_certifications') }}
