{{ wide_form('5', exit_form_columns()) }}
