{{ staged_extract('spr_finance') }}
