"""Files that appear complete or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


@contextmanager
def replacing(path: Any) -> Iterator[BinaryIO]:
    """Open a file for writing bytes that takes its name once all is written.

    An existing file of the name is replaced then; where writing fails, it is left as it was.
    """
    target = Path(path).resolve()
    unfinished = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with unfinished.open("xb") as file:
            yield file
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
