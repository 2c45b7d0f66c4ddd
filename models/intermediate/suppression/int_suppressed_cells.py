def model(dbt, session):
    # scripts/ is on the path by profiles.yml (module_paths).
    from suppression import suppressed_cells

    cells = dbt.ref("int_protected_cells").order("cell_id").fetchnumpy()
    relations = dbt.ref("int_cell_relations").order("relation_id, cell_id").fetchnumpy()
    return suppressed_cells(cells, relations)
