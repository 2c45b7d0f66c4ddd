{{ staged_extract('industry_certifications') }}
