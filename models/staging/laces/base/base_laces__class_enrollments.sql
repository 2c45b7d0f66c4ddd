{{ base_extract('class_enrollments') }}
