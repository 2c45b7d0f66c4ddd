{{ staged_extract('occupational_completion_points') }}
