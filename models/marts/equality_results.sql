{{ evaluate_identities(ref('int_identity_cells')) }}
