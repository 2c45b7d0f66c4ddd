{{ staged_extract('course_enrollments') }}
