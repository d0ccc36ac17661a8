"""Files as they come: plain or compressed by gzip, in UTF-8, with errors that say where."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from touchpoints._core.checks import require_path
from touchpoints.errors import InvalidInputError, NotFoundError

GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
_LINES = 1 << 22


def is_path(source: Any) -> bool:
    """Tell whether a source is the path of a file: text or an ``os.PathLike``."""
    return isinstance(source, (str, os.PathLike))


@contextmanager
def opened(path: Any) -> Iterator[BinaryIO]:
    """Open a file to read its bytes, unpacked where it is compressed by gzip.

    Raises where there is no such file, and, while it is read, where the compressed data end early
    or are damaged.
    """
    require_path(path, mend="pass the path of the file")
    place = Path(path)
    if not place.is_file():
        kind = "is a folder" if place.is_dir() else "does not exist"
        raise NotFoundError(f"the file {str(path)!r} {kind}", mend="pass the path of a file")
    with place.open("rb") as plain:
        packed = plain.read(2) == GZIP
        plain.seek(0)
        if not packed:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as unpacked:
            try:
                yield cast("BinaryIO", unpacked)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise InvalidInputError(
                    f"the compressed file is cut off or damaged: {error}",
                    where=f"{place.name}, after {unpacked.tell():,} bytes of what it holds",
                    mend="copy or export the file again",
                ) from error


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a file in blocks of a megabyte."""
    while block := file.read(_BLOCK):
        yield block


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a file in blocks of some megabytes that end with a line."""
    rest = b""
    while block := file.read(_LINES):
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
    if rest:
        yield rest
