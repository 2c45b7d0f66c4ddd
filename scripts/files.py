"""Files that commands write: who may read them, and what they are called."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

# Of what is published.
EVERYONE_READS = 0o644


@contextmanager
def owner_only() -> Iterator[None]:
    """Files and folders made in the block are the owner's alone (0600, 0700), also those that an engine makes."""
    old_mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(old_mask)


def name_part(scope_id: str) -> str:
    """An id as part of a file's name: as it stands where it is up to thirty capital letters and digits.

    Any other text is cleaned, cut, and told from its like by a hash, also where a file system takes `a` and `A` for one.
    """
    if re.fullmatch("[A-Z0-9]{1,30}", scope_id):
        return scope_id
    return f"{re.sub('[^A-Za-z0-9]+', '_', scope_id)[:30]}_{hashlib.md5(scope_id.encode()).hexdigest()[:8]}"
