{{ staged_extract('iet_certifications') }}
