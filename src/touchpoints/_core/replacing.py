"""Files that appear complete or not at all."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

_LEVEL = 6


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


@contextmanager
def replacing_packed(path: Any) -> Iterator[BinaryIO]:
    """Open a file as `replacing` does, compressed by gzip where its name ends in ``.gz``.

    Equal content gives equal bytes: neither the name nor the time is written.
    """
    with replacing(path) as file:
        if Path(path).suffix != ".gz":
            yield file
            return
        with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            yield cast("BinaryIO", packed)
