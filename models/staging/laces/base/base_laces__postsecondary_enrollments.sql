{{ base_extract('postsecondary_enrollments') }}
