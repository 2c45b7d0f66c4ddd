{{ wide_form('SPR', [
    ('participants_served', 'participants_served'), ('participants_exited', 'participants_exited'),
    ('employment_q2_numerator', 'employment_q2_numerator'), ('employment_q2_rate', 'employment_q2_rate'),
    ('employment_q4_numerator', 'employment_q4_numerator'), ('employment_q4_rate', 'employment_q4_rate'),
    ('median_earnings', 'median_earnings'), ('credential_numerator', 'credential_numerator'),
    ('credential_rate', 'credential_rate'), ('msg_numerator', 'msg_numerator'), ('msg_rate', 'msg_rate'),
    ('funds_expended', 'funds_expended'), ('cost_per_participant', 'cost_per_participant'),
]) }}
