{{ staged_extract('assessments') }}
