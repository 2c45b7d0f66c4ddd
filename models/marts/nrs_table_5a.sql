{{ wide_form('5A', exit_form_columns()) }}
