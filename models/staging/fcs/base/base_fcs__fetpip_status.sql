{{ base_extract('fetpip_status') }}
