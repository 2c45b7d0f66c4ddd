{{ wide_form('2A', race_sex_form_columns()) }}
