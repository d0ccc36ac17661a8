"""Records of a source: JSON lines, a JSON array, mappings, or the rows of a dataframe."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from touchpoints._core.messages import quoted, wrong_kind
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.sources._shared.files import is_path, opened
from touchpoints.sources._shared.skipped import Skipped

TAKES = "the path of a file, records (mappings) or a dataframe"
NO_RECORD = "a record must be a mapping of names to values"
_MEND = "for example the path 'export.ndjson', or a list of dicts"
_SPACE = b" \t\r\n"


def records_of(source: Any, skipped: Skipped) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the records of a source, each with where it stands.

    A file is read line by line and may be compressed by gzip; a JSON array is read as a whole, and
    so is one JSON object over several lines. Lines that are not JSON objects are raised or counted.
    """
    if is_path(source):
        yield from _of_file(source, skipped)
        return
    if isinstance(source, Mapping):
        raise wrong_kind(source, takes=TAKES, mend="pass a list of records, also of one")
    found: Iterable[Any] = source if are_records(source) else _rows_of_frame(source)
    for position, record in enumerate(found):
        if isinstance(record, Mapping):
            yield f"record {position}", record
        elif skipped.on_error == "raise":
            raise WrongKindError(
                f"record {position} must be a mapping of names to values, got {quoted(record)}",
                mend=_MEND,
            )
        else:
            skipped.refuse(NO_RECORD, where=f"record {position}")


def are_records(source: Any) -> bool:
    """Tell whether a source is a sequence or an iterator, of records as one hopes."""
    return isinstance(source, (Sequence, Iterator)) and not isinstance(source, (str, bytes))


def _rows_of_frame(frame: Any) -> Iterator[dict[str, Any]]:
    import narwhals.stable.v2 as nw

    try:
        given = nw.from_native(frame)
    except TypeError as error:
        raise wrong_kind(frame, takes=TAKES, mend=_MEND) from error
    eager = given.collect() if isinstance(given, nw.LazyFrame) else given
    yield from eager.iter_rows(named=True)


def _of_file(path: Any, skipped: Skipped) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with opened(path) as file:
        if begins_array(file):
            yield from _of_array(file.read(), skipped)
            return
        whole = _over_lines(file)
        if whole is not None:
            yield "the file", whole
            return
        yield from records_of_lines(file, skipped)


def records_of_lines(
    lines: Iterable[bytes], skipped: Skipped, *, first: int = 1
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the records of lines of JSON, of which the first has this number."""
    for number, line in enumerate(lines, first):
        if not line.strip(_SPACE):
            continue
        record = _object_of(line, f"line {number}", skipped)
        if record is not None:
            yield f"line {number}", record


def begins_array(file: BinaryIO) -> bool:
    """Tell whether a file of JSON holds an array; the file stands at its start afterwards."""
    start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)
    file.seek(0)
    return start.startswith(b"[")


def _over_lines(file: BinaryIO) -> dict[str, Any] | None:
    """Return the object of a file that is one JSON object over several lines; None if it is not.

    If None, the file stands at its start afterwards.
    """
    first = next((line for line in file if line.strip(_SPACE)), b"")
    begun = first.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE).startswith(b"{")
    several = begun and _object_or_none(first) is None
    found = _object_or_none(first + file.read()) if several else None
    file.seek(0)
    return found


def _object_or_none(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_array(content: bytes, skipped: Skipped) -> Iterator[tuple[str, Mapping[str, Any]]]:
    whole = parsed(content, where="the file")
    for position, record in enumerate(whole):
        if isinstance(record, dict):
            yield f"element {position}", record
        else:
            skipped.refuse("an element of the array is not an object", where=f"element {position}")


def parsed(content: bytes, *, where: str) -> Any:
    """Return the value of a JSON text; raise with the position where it is none."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            "the text is not UTF-8",
            where=f"{where}, byte {error.start}",
            mend="save the file as UTF-8",
        ) from error
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"this is not JSON: {error.msg}",
            where=f"{where}, line {error.lineno}, column {error.colno}",
        ) from error
    except (ValueError, RecursionError) as error:  # long integers, deep nesting
        raise InvalidInputError(f"this JSON cannot be read: {error}", where=where) from error


def _object_of(line: bytes, where: str, skipped: Skipped) -> dict[str, Any] | None:
    """Return the object of a line, or None where it is none and that was counted."""
    try:
        found = json.loads(line)
    except UnicodeDecodeError as error:
        skipped.refuse("a line is not UTF-8", where=f"{where}, byte {error.start}")
    except json.JSONDecodeError as error:
        skipped.refuse(f"a line is not JSON: {error.msg}", where=f"{where}, column {error.colno}")
    except (ValueError, RecursionError):
        skipped.refuse("a line of JSON has too long numbers or too deep nesting", where=where)
    else:
        if isinstance(found, dict):
            return found
        skipped.refuse("a line of JSON is not an object", where=f"{where}: {quoted(found)}")
    return None
