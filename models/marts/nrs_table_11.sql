{{ wide_form('11', exit_form_columns()) }}
