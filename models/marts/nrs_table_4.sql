{{ wide_form('4', gain_form_columns()) }}
