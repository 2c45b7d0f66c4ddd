{{ staged_extract('postsecondary_enrollments') }}
