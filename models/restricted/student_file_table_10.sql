{{ student_file_of('10', is_exit_based=true) }}
