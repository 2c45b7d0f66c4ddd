{{ base_extract('course_sections') }}
