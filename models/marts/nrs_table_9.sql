{{ wide_form('9', exit_form_columns()) }}
