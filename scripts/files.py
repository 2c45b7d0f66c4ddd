"""Files that commands write: who may read them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def owner_only() -> Iterator[None]:
    """Files and folders made in the block are the owner's alone (0600, 0700), also those that an engine makes."""
    old_mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(old_mask)
