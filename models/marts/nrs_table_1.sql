{{ wide_form('1', race_sex_form_columns()) }}
