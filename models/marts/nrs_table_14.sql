{{ wide_form('14', [
    ('b_providers', 'B'), ('c_ielce_providers', 'C'), ('d_subrecipients', 'D'), ('e_wioa_funding', 'E'),
    ('f_share_of_wioa_funding', 'F'), ('g_state_funding', 'G'), ('h_share_of_state_funding', 'H'),
]) }}
