{{ student_file_of('4') }}
