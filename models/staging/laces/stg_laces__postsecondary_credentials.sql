{{ staged_extract('postsecondary_credentials') }}
