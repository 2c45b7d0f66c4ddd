{{ base_extract('classes') }}
