{{ wide_form('2', race_sex_form_columns()) }}
