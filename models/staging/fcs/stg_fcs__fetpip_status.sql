{{ staged_extract('fetpip_status') }}
