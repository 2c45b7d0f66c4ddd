"""Text that is safe to open in a spreadsheet: a value that begins as a formula does is shown, not run.

An id or a name comes from the extracts, and with it whatever someone typed (`=HYPERLINK(...)`). The warehouse keeps it as
it came; what is written for a spreadsheet gets an apostrophe before it (OWASP, CSV injection).
"""

from __future__ import annotations

# The wide forms too: some programs read them as the narrow ones.
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def spreadsheet_safe(value: str | None) -> str | None:
    """`value`, with an apostrophe before it if a spreadsheet would take it for a formula; None stays None."""
    return f"'{value}" if value and value[0] in FORMULA_STARTS else value


def spreadsheet_safe_sql(expression: str) -> str:
    """The SQL text of `spreadsheet_safe` for a text expression."""
    starts = ", ".join(f"chr({ord(start)})" for start in FORMULA_STARTS)
    return f"case when left({expression}, 1) in ({starts}) then concat(chr(39), {expression}) else {expression} end"
