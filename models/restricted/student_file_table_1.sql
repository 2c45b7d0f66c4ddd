{{ student_file_of('1') }}
