{{ staged_extract('class_enrollments') }}
