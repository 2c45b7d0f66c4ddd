{{ base_extract('spr_finance') }}
