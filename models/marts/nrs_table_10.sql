{{ wide_form('10', exit_form_columns()) }}
