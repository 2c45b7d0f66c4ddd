{{ wide_form('MSG', [('total_skill_gains', 'skill_gains')]) }}
