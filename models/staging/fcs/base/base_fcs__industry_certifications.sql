{{ base_extract('industry_certifications') }}
