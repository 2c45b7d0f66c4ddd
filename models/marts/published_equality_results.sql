{{ evaluate_identities(ref('published_tables')) }}
