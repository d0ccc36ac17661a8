"""The encoding of a text file: what its bytes tell of it, and where they are damaged."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any, NamedTuple

from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.sources._shared.files import blocks_of, opened

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LETTERS = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
_NOT_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ONLY_1252 = re.compile(rb"[\x80-\x9f]")
_MEND = 'pass encoding= with the name of its encoding, for example encoding="cp1252"'


class Encoding(NamedTuple):
    """The name of an encoding for Python's codecs, and what tells it."""

    name: str
    evidence: str


def checked_encoding(name: str) -> str:
    """Return the name of an encoding, or raise where Python has none of that name."""
    try:
        codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise NotFoundError(
            f"no encoding {name!r}", mend="for example 'utf-8', 'cp1252' or 'utf-16'"
        ) from error
    return name


def encoding_of(path: Any) -> Encoding:
    """Tell the encoding of a text file from all its bytes.

    Raises
    ------
    InvalidInputError
        When the file is UTF-8 with damaged bytes, or of none of the encodings that can be told.
    """
    with opened(path) as file:
        head = file.read(4096)
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return Encoding(name, "a byte order mark")
    if (wide := _wide(head)) is not None:
        return wide
    high, at = _utf8(path)
    if at is None:
        return Encoding("utf-8", f"{counted(high, 'character')} beyond ASCII" if high else "ASCII")
    return _single_byte(path, at)


def _wide(head: bytes) -> Encoding | None:
    """Tell UTF-16 without a mark by the zero bytes of its ASCII characters."""
    for name, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        here, there = head[start::2], head[1 - start :: 2]
        if len(here) >= 8 and here.count(0) > len(here) // 2 and there.count(0) == 0:
            return Encoding(name, "every other byte is zero")
    return None


def _utf8(path: Any) -> tuple[int, int | None]:
    """Return how many characters are beyond ASCII, and the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    high = done = 0
    with opened(path) as file:
        for block in blocks_of(file):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError as error:
                return high, done - pending + error.start
            high += 0 if text.isascii() else sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))
            done += len(block)
        pending = len(decoder.getstate()[0])
    return high, (done - pending if pending else None)


def _single_byte(path: Any, at: int) -> Encoding:
    """Tell Windows-1252 from Latin-1, and both from UTF-8 that is damaged."""
    letters = others = 0
    undefined = only = None
    done = 0
    with opened(path) as file:
        for block in blocks_of(file):
            found = sum(map(len, _LETTERS.findall(block)))
            letters += len(_LETTERS.findall(block))
            others += len(_HIGH.findall(block)) - found
            undefined = undefined or _first(_NOT_1252, block, done)
            only = only or _first(_ONLY_1252, block, done)
            done += len(block)
    if letters > others:
        raise InvalidInputError(
            "the file is UTF-8 with damaged bytes",
            where=f"{Path(path).name}, byte {at:,}",
            mend=f"save it as UTF-8 again, or {_MEND}",
        )
    if undefined is not None:
        raise InvalidInputError(
            "the encoding of the file cannot be told: it is neither UTF-8 nor Windows-1252",
            where=f"{Path(path).name}, bytes {at:,} and {undefined - 1:,}",
            mend=_MEND,
        )
    why = f"byte {at:,} is not UTF-8"
    if only is None:
        return Encoding("cp1252", f"{why}; all its characters are the same in Latin-1")
    return Encoding("cp1252", f"{why}, and byte {only - 1:,} is a character of Windows alone")


def _first(pattern: re.Pattern[bytes], block: bytes, done: int) -> int | None:
    """Return the position after the first byte of a kind, counted from 1; None where none is."""
    found = pattern.search(block)
    return None if found is None else done + found.start() + 1


def damage_of(path: Any, encoding: str) -> str:
    """Return where the bytes of a file cannot be decoded, as a place for an error."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = lines = 0
    with opened(path) as file:
        for block in blocks_of(file):
            pending = len(decoder.getstate()[0])
            try:
                lines += decoder.decode(block).count("\n")
            except UnicodeDecodeError as error:
                line = lines + block[: max(error.start - pending, 0)].count(b"\n") + 1
                return f"{Path(path).name}, line {line:,}, byte {done - pending + error.start:,}"
            done += len(block)
    return f"{Path(path).name}, at its end"
