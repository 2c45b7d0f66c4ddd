{{ wide_form('4A', [
    ('b_participants', 'B'), ('c_literacy_test_gain', 'C'), ('d_percentage_literacy', 'D'), ('e_mathematics_test_gain', 'E'),
    ('f_percentage_mathematics', 'F'), ('g_carnegie_units', 'G'), ('h_percentage_carnegie_units', 'H'),
    ('i_postsecondary_entry', 'I'), ('j_percentage_postsecondary_entry', 'J'), ('k_subtest_passed', 'K'),
    ('l_percentage_subtest_passed', 'L'),
]) }}
