{{ staged_extract('course_sections') }}
