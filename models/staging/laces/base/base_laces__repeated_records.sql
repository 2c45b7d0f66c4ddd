{{ all_repeated_records() }}
