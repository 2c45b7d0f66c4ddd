def model(dbt, session):
    # scripts/ is on the path by profiles.yml (module_paths).
    from suppression import suppressed_cells

    # What is read alone: a column of text is a string of Python a row.
    columns = "cell_id, scope, scope_id, value, is_primary, protection_width, base_cell_id"
    cells = dbt.ref("int_protected_cells").select(columns).order("cell_id").fetchnumpy()
    relations = dbt.ref("int_cell_relations").select("relation_id, cell_id, coefficient, operator").fetchnumpy()
    return suppressed_cells(cells, relations)
