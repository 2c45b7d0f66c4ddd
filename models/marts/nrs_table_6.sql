{{ wide_form('6', [
    ('b_participants', 'participants'), ('b_us_schooling', 'us'), ('c_non_us_schooling', 'non_us'), ('d_schooling_total', 'total'),
]) }}
