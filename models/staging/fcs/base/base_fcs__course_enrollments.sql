{{ base_extract('course_enrollments') }}
