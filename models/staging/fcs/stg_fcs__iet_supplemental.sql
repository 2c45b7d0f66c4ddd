{{ staged_extract('iet_supplemental') }}
