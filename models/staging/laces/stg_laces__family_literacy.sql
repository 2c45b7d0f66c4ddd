{{ staged_extract('family_literacy') }}
