"""The rows of a text file with separators, in blocks; damaged rows are counted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from touchpoints._core.messages import counted
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.files import opened
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.text_files.encodings import damage_of

ROWS = 1 << 13
"""The rows of a block."""

_BREAK = re.compile(r"\r\n|\r|\n")


@attrs.frozen(kw_only=True)
class Dialect:
    """How the cells of a file are written.

    Attributes
    ----------
    encoding, separator, quote
        The name of the encoding, and the characters between and around cells.
    before
        The number of lines before the first row, such as Excel's ``sep=;``.
    """

    encoding: str
    separator: str
    quote: str = '"'
    before: int = 0


@attrs.frozen
class Block:
    """Some rows of a file, of those that begin on a line and after it.

    Attributes
    ----------
    first
        The line on which the first of ``read`` begins.
    read
        The cells of consecutive rows.
    places
        Which of them are meant.
    """

    first: int
    read: list[list[str]]
    places: Sequence[int]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the rows that are meant."""
        if len(self.places) == len(self.read):
            return self.read
        return [self.read[place] for place in self.places]

    def line(self, position: int) -> int:
        """Return the number of the line on which a row begins."""
        place = self.places[position]
        more = sum(
            len(_BREAK.findall(cell))
            for row in self.read[:place]
            for cell in row
            if "\n" in cell or "\r" in cell
        )
        return self.first + place + more

    def without(self, positions: Collection[int]) -> Block:
        """Return the block but for the rows at these positions."""
        left = [place for at, place in enumerate(self.places) if at not in positions]
        return Block(self.first, self.read, left)


def blocks_of_rows(
    path: Any, dialect: Dialect, skipped: Skipped, *, size: int = ROWS
) -> Iterator[Block]:
    """Yield the rows of a file, the row with the names of columns among them.

    Lines without any character are not rows. Rows that cannot be taken apart are raised or counted.
    """
    with opened(path) as file:
        text = io.TextIOWrapper(file, encoding=dialect.encoding, newline="")
        try:
            yield from _blocks(text, path, dialect, skipped, size)
        except UnicodeError as error:
            raise InvalidInputError(
                f"the file is not written in {dialect.encoding}",
                where=damage_of(path, dialect.encoding),
                mend='pass encoding= with its own, for example encoding="cp1252", or save it as '
                "UTF-8",
            ) from error
        finally:
            text.detach()


def _blocks(
    text: io.TextIOWrapper, path: Any, dialect: Dialect, skipped: Skipped, size: int
) -> Iterator[Block]:
    for _ in range(dialect.before):
        text.readline()
    reader = csv.reader(
        text, delimiter=dialect.separator, quotechar=dialect.quote, doublequote=True, strict=True
    )
    more = True
    while more:
        first = dialect.before + reader.line_num + 1
        rows: list[list[str]] = []
        try:
            rows.extend(islice(reader, size))
            more = len(rows) == size
        except csv.Error as error:
            last = dialect.before + reader.line_num
            skipped.refuse(
                f"a row cannot be taken apart: {error}",
                where=f"{Path(path).name}, line {last:,}",
                mend="a quote in a quoted cell is written twice, and one that is never closed "
                'makes one cell of many lines; on_error="skip" leaves such rows out',
            )
        if rows:
            yield Block(first, rows, range(len(rows)))


def whole_rows(block: Block, width: int, skipped: Skipped, *, name: str) -> Block:
    """Return a block without the rows that have more or fewer cells than there are columns."""
    rows = block.rows
    if all(len(row) == width for row in rows):
        return block
    wrong = {at for at, row in enumerate(rows) if len(row) != width}
    for at in sorted(wrong):
        if not rows[at]:
            continue  # an empty line
        more = len(rows[at]) > width
        skipped.refuse(
            f"a row has {'more' if more else 'fewer'} cells than there are columns",
            where=f"{name}, line {block.line(at):,}: {counted(len(rows[at]), 'cell')} for "
            f"{counted(width, 'column')}",
            mend="a cell that holds the separator needs quotes; pass separator= if it was told "
            'wrong, or on_error="skip" to leave such rows out and count them',
        )
    return block.without(wrong)


def cells_by_column(rows: Sequence[Sequence[str]], places: Sequence[int]) -> list[list[str]]:
    """Return the cells of some columns, column by column."""
    return [[row[place] for row in rows] for place in places]
