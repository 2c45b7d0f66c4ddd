{{ wide_form('4C', gain_form_columns()) }}
