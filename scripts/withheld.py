"""Messages without people: what may be shown and kept of an error.

An engine quotes the value that it stumbles over (`Duplicate key "fleid: FL..."`, `Could not convert string '...'`, a whole
line of a CSV file). So an error of a kind that can quote data is shown by its kind alone; kinds that speak of SQL, files
or memory are shown whole, and so are the project's own (macro sql_error).
"""

from __future__ import annotations

import re

FLEID = re.compile("FL[0-9]{12}")
FLEID_MASKED = "FL************"
# `Conversion Error: ...`, `KeyError: ...`; dbt's own have no colon there (`Runtime Error in model ...`).
ERROR = re.compile(r"\w*(?:Error|Exception): ")
# Kinds that are raised before any record is read, or that speak of the machine.
WITHOUT_DATA = ("Binder Error: ", "Catalog Error: ", "Parser Error: ", "IO Error: ", "Permission Error: ", "Out of Memory Error: ")
WITHHELD = "The engine's text is withheld: it can quote a person's values. `dbt run --select` with the model's name shows it."
OURS = "Invalid Input Error: NRS: "
# What a constraint's message says of the table itself.
CONSTRAINT = re.compile(
    r"NOT NULL constraint failed: [a-z0-9_.]+|CHECK constraint failed on table [a-z0-9_]+"
    r"|PRIMARY KEY or UNIQUE constraint violation|violates (?:primary key|unique) constraint"
)


def without_fleids(message: str) -> str:
    """A message of the project's own as it may be printed and kept: it quotes no value, but can hold the name of a file."""
    return FLEID.sub(FLEID_MASKED, message)


def without_people(message: str) -> str:
    """`message` as it may be printed and kept: nothing of an engine's text that can quote a value, no FLEID."""
    message = message.replace(OURS, "")
    for error in ERROR.finditer(message):
        shown = message[: error.end()]
        if not shown.endswith(WITHOUT_DATA):
            said = CONSTRAINT.search(message, error.end())
            message = f"{shown}{f'{said[0]}. ' if said else ''}{WITHHELD}"
            break
    return without_fleids(message)
