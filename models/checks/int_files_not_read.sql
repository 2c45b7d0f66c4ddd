{{ config(schema='intermediate', materialized='view') }}

select source_file from ({{ files_not_read() }}) as files
