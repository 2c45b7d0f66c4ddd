{{ staged_extract('classes') }}
