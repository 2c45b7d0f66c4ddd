{{ base_extract('assessments') }}
