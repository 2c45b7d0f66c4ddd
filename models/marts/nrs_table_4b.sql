{{ wide_form('4B', [
    ('b_participants', 'B'), ('c_attendance_hours', 'C'), ('d_efl_gain', 'D'), ('e_separated', 'E'), ('f_remaining', 'F'),
    ('g_percentage_with_gain', 'G'),
]) }}
