{{ wide_form('7', [('b_part_time', 'B'), ('c_full_time', 'C'), ('d_unpaid_volunteers', 'D')]) }}
