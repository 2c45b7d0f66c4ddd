{{ wide_form('99', [
    ('employment_q2', 'employment_q2'), ('employment_q4', 'employment_q4'), ('median_earnings', 'median_earnings'),
    ('credential', 'credential'), ('msg', 'msg'),
]) }}
