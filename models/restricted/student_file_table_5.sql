{{ student_file_of('5', is_exit_based=true) }}
