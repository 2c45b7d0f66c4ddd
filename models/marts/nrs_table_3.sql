{{ wide_form('3', [
    ('b_age_16_18', 'age_16_18'), ('c_age_19_24', 'age_19_24'), ('d_age_25_44', 'age_25_44'),
    ('e_age_45_54', 'age_45_54'), ('f_age_55_59', 'age_55_59'), ('g_age_60_plus', 'age_60_plus'), ('h_total', 'total'),
]) }}
