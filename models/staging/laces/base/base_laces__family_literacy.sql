{{ base_extract('family_literacy') }}
