{{ base_extract('postsecondary_credentials') }}
