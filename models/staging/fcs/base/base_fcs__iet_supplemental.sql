{{ base_extract('iet_supplemental') }}
