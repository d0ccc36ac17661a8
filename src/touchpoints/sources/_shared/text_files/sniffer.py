"""Tell how a text file is written: a look at its first rows, and at all where those do not tell."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from touchpoints._core.messages import first_few
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.files import opened
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.text_files.decimals import DecimalEvidence, writes_number
from touchpoints.sources._shared.text_files.dialects import (
    Told,
    checked_mark,
    header_of,
    line_of_excel,
    quote_of,
    rows_in,
    separator_of,
)
from touchpoints.sources._shared.text_files.encodings import (
    Encoding,
    checked_encoding,
    damage_of,
    encoding_of,
)
from touchpoints.sources._shared.text_files.file_format import FileFormat
from touchpoints.sources._shared.text_files.separated_rows import Dialect, blocks_of_rows
from touchpoints.sources._shared.text_files.time_formats import TimeColumn, TimeEvidence, look

_HEAD = 1 << 18
_GIVEN = "given"


@attrs.frozen(kw_only=True)
class Given:
    """What the caller says of a file, which nothing in it contradicts."""

    encoding: str | None = None
    separator: str | None = None
    quote: str | None = None
    decimal: str | None = None
    header: tuple[str, ...] | None = None
    times: tuple[str, ...] | None = None
    """The columns of times that matter; by default all that look like times."""
    named: frozenset[str] = frozenset()
    """Columns that the caller names: a first row that has them all holds names."""


def sniffed(path: Any, given: Given) -> FileFormat:
    """Tell how a text file is written."""
    name = Path(path).name
    encoding = _encoding(path, given)
    text, whole = _head(path, encoding.name)
    line = text[: text.find("\n") + 1]
    marked = line_of_excel(line)
    body = text.removeprefix(line) if marked else text
    if is_blank(body):
        raise InvalidInputError("the file is empty", where=name)
    quote, separator = _marks(body, marked, given)
    rows = [row for row in rows_in(body, separator.mark, quote.mark) if row]
    rows = rows if whole or len(rows) < 2 else rows[:-1]
    header = _header(rows, given)
    names = _names(rows, header, given)
    data = rows[1:] if header.mark else rows
    decimal, why = _decimal(data, names, separator.mark, given)
    found = FileFormat(
        name=name,
        encoding=encoding.name,
        separator=separator.mark,
        quote=quote.mark,
        decimal=decimal,
        header=bool(header.mark) or given.header is not None,
        columns=names,
        numbers=_numbers(data, names, decimal or "."),
        evidence=_evidence(encoding=encoding, separator=separator, quote=quote, header=header)
        | {"decimal": why},
        before=1 if marked else 0,
    )
    times, seen = _times(
        path, found.dialect, names, data, given, whole=whole, named=bool(header.mark)
    )
    return attrs.evolve(
        found, times=times, rows=max(seen, len(data)), whole=whole or seen > len(data)
    )


def _evidence(**told: Told | Encoding) -> dict[str, str]:
    return {name: one.evidence for name, one in told.items()}


def _header(rows: Sequence[Sequence[str]], given: Given) -> Told:
    if given.header is not None:
        return Told("", _GIVEN)
    if given.named and given.named.issubset(one.strip() for one in rows[0]):
        return Told("yes", "it has the columns that are named")
    return header_of(rows)


def _marks(body: str, marked: str, given: Given) -> tuple[Told, Told]:
    """Return the quote and the separator."""
    quote = _told(given.quote, "quote", lambda: quote_of(body))

    def tell() -> Told:
        return Told(marked, "Excel's line sep=") if marked else separator_of(body, quote.mark)

    return quote, _told(given.separator, "separator", tell)


def _encoding(path: Any, given: Given) -> Encoding:
    if given.encoding is None:
        return encoding_of(path)
    return Encoding(checked_encoding(given.encoding), _GIVEN)


def _told(given: str | None, name: str, tell: Any) -> Told:
    found: Told = tell() if given is None else Told(checked_mark(name, given), _GIVEN)
    return found


def _head(path: Any, encoding: str) -> tuple[str, bool]:
    """Return the beginning of a file as text, and whether that is the whole."""
    with opened(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            head, more = text.read(_HEAD), text.read(1)
        except UnicodeError as error:
            raise InvalidInputError(
                f"the file is not written in {encoding}",
                where=damage_of(path, encoding),
                mend="leave encoding= out to have it told, or pass another",
            ) from error
        finally:
            text.detach()
    return head.removeprefix("\ufeff"), not more


def _names(rows: Sequence[Sequence[str]], header: Told, given: Given) -> tuple[str, ...]:
    if given.header is not None:
        if len(given.header) != len(rows[0]):
            raise InvalidInputError(
                f"header= names {len(given.header)} columns, but the file has {len(rows[0])}",
                where=f"its first row: {first_few(rows[0], most=12)}",
            )
        return given.header
    if not header.mark:
        return ("",) * len(rows[0])
    return tuple(one.strip() for one in rows[0])


def _times(
    path: Any,
    dialect: Dialect,
    names: tuple[str, ...],
    data: Sequence[Sequence[str]],
    given: Given,
    *,
    whole: bool,
    named: bool,
) -> tuple[tuple[TimeColumn, ...], int]:
    """Tell the formats of times, from all rows where the first do not decide; and rows seen."""
    wanted = [one for one in names if one and (given.times is None or one in given.times)]
    columns = [TimeEvidence(one) for one in dict.fromkeys(wanted)]
    look(columns, data, list(names))
    columns = [one for one in columns if one.is_time]
    undecided = [one for one in columns if one.open]
    seen = len(data)
    if undecided and not whole:
        again = {one.name: TimeEvidence(one.name) for one in undecided}
        seen = look(
            list(again.values()), _all_rows(path, dialect, named=named), list(names), dates=True
        )
        columns = [again.get(one.name, one) for one in columns]
    return tuple(one.result() for one in columns), seen


def _all_rows(path: Any, dialect: Dialect, *, named: bool) -> Iterator[list[str]]:
    skip = 1 if named else 0
    for block in blocks_of_rows(path, dialect, Skipped(on_error="skip")):
        yield from block.rows[skip:]
        skip = 0


def _decimal(
    data: Sequence[Sequence[str]], names: tuple[str, ...], separator: str, given: Given
) -> tuple[str | None, str]:
    if given.decimal is not None:
        if given.decimal not in (".", ","):
            raise InvalidInputError(
                f'decimal must be "." or ",", got {given.decimal!r}', mend='decimal="," for 1,5'
            )
        return given.decimal, _GIVEN
    evidence = DecimalEvidence()
    for place in range(len(names)):
        evidence.see([row[place] for row in data if place < len(row)])
    mark, why = evidence.result()
    if mark is None and separator == "," and "." in evidence.either:
        return ".", f"{evidence.either!r}, and the comma separates cells"
    return mark, why


def _numbers(
    data: Sequence[Sequence[str]], names: tuple[str, ...], decimal: Any
) -> tuple[str, ...]:
    found = []
    for place, name in enumerate(names):
        known = [row[place] for row in data if place < len(row) and not is_blank(row[place])]
        if name and known and all(writes_number(one.strip(), decimal) for one in known):
            found.append(name)
    return tuple(found)
