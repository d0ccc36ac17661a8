"""A first draft of a taxonomy and of rules, from a log: guesses for people to correct."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.sorting.tuples import distinct_tuples
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.reading import table_of
from touchpoints._core.tables import Table, column
from touchpoints.classify.drafting.files import key_of, rules_text, taxonomy_text
from touchpoints.classify.drafting.guessing import Guesser
from touchpoints.classify.drafting.rows import Columns, Decided, decide
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy, available_taxonomies, load_taxonomy, read_taxonomy

RULES, TAXONOMY = "rules.toml", "taxonomy.toml"


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Draft(Table):
    """Guesses of what the events of a log are, by volume; made by `draft`.

    Attributes
    ----------
    field : str (r,)
        The column that tells the events of a row apart.
    value : str (r,)
        What is in it: a name, a campaign, a pattern of pages, the words of a text.
    count : int64 (r,)
        How many events.
    type : str (r,)
        The id of the type that was guessed; empty when there is no guess, or it is known to be
        no touchpoint.
    confidence : str (r,)
        ``high``, ``medium``, ``low``, or ``none`` where nothing was guessed.
    reason : str (r,)
        Why.
    events : int
        How many events there are.
    typed, left_out : int
        How many of them got a type, and how many are known to be no touchpoint.

    Examples
    --------
    >>> found = draft({"event": ["page_view", "page_view", "cita_online", "xyz"]}, name="event")
    >>> found.events, found.typed
    (4, 2)
    """

    field: Array = column(object)
    value: Array = column(object)
    count: Array = column(np.int64)
    type: Array = column(object)
    confidence: Array = column(object)
    reason: Array = column(object)
    events: int
    typed: int
    left_out: int
    rules: str = attrs.field(repr=False)
    taxonomy: str = attrs.field(repr=False)

    def write(
        self, folder: str | os.PathLike[str], *, overwrite: bool = False
    ) -> tuple[Path, Path]:
        """Write ``rules.toml`` and ``taxonomy.toml`` into a folder, to be edited.

        Parameters
        ----------
        folder
            Made when it is not there.
        overwrite
            Whether to write over files that are there already, with all that was edited in them.

        Returns
        -------
        tuple of pathlib.Path
            The file of the rules and that of the taxonomy.

        Raises
        ------
        InvalidInputError
            When a file is there already.
        """
        home = Path(folder)
        paths = home / RULES, home / TAXONOMY
        there = [str(path) for path in paths if path.exists()]
        if there and not overwrite:
            raise InvalidInputError(
                "there is a draft already, perhaps edited",
                where=", ".join(there),
                mend="choose another folder, or overwrite=True",
            )
        home.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, (self.rules, self.taxonomy), strict=True):
            path.write_text(text, encoding="utf-8")
        return paths


def draft(
    frame: Any,
    *,
    name: str | None = None,
    url: str | None = None,
    campaign: str | None = None,
    text: str | None = None,
    count: str | None = None,
    taxonomy: str | os.PathLike[str] | Taxonomy = "customer",
    called: str = "draft",
    min_count: int = 1,
) -> Draft:
    """Draft a taxonomy and rules from the events of a log.

    Parameters
    ----------
    frame
        The log: any dataframe `touchpoints.from_frame` reads, or columns by name. Not changed.
    name, url, campaign, text
        The columns that say what happened, of which there must be one: the name of the event, the
        address of the page, the campaign, a free text. Where the name is missing or says no more
        than that a page was seen, campaign, page and text are asked, in this order.
    count
        Column with how many events a row stands for, a whole number; by default one.
    taxonomy
        The types to choose from: the name of a taxonomy, the path of a TOML file, or a taxonomy
        that `load_taxonomy` knows. ``"patient"`` for logs of health care.
    called
        The name of the drafted taxonomy and rules.
    min_count
        Rows of fewer events get no line in the rules.

    Returns
    -------
    Draft
        A table with a row for each name, campaign, pattern of pages or phrase, by volume.
        `Draft.write` writes it as two files, a line and its reason each: rules that
        `touchpoints.classify.rules` reads and that answer with the guesses of the table, and a
        taxonomy that `read_taxonomy` reads. ``rules`` and ``taxonomy`` hold their text.

    Raises
    ------
    InvalidInputError
        Without a column that says what happened, or when counts are no whole numbers.
    NotFoundError
        When a column is not there.

    Notes
    -----
    Guesses go by names alone: the events of GA4, Segment and Snowplow, the labels of the taxonomy,
    and a list of English and Spanish words. They are a start for someone who knows the log; a need
    or context is never guessed. Texts that differ only in case, accents and spaces are one row.

    Cost: linear in the rows to find the distinct events, then in these.

    Examples
    --------
    >>> log = {"event": ["page_view"] * 3 + ["AñadirAlCarrito"], "url": ["/", "/blog/a", "/b", ""]}
    >>> found = draft(log, name="event", url="url")
    >>> for row in found.to_dicts():
    ...     print(row["field"], row["value"], row["type"], row["confidence"])
    url / website_visit high
    url /blog content_read medium
    event page_view website_visit high
    event AñadirAlCarrito cart_addition high
    """
    columns = Columns(name=name or "", url=url or "", campaign=campaign or "", text=text or "")
    asked = [one for one in attrs.astuple(columns) if one]
    _check(asked, min_count)
    known, extends = _taxonomy(taxonomy)
    values, weights = _read(frame, columns, count)
    codes, distinct = distinct_tuples(values)
    counts = np.bincount(codes, weights, minlength=len(distinct[0])).astype(np.int64)
    events = [dict(zip(asked, row, strict=True)) for row in zip(*distinct, strict=True)]
    decided = decide(events, counts.tolist(), columns=columns, guesser=Guesser(known))
    return _draft_of(
        decided,
        rules=rules_text(
            decided, taxonomy=known, names=columns.name, called=called, min_count=min_count
        ),
        taxonomy=taxonomy_text(decided, taxonomy=known, extends=extends, called=called),
    )


def _check(asked: Sequence[str], min_count: int) -> None:
    if not asked:
        raise InvalidInputError(
            "draft needs a column that says what happened", mend="draft(frame, name='event')"
        )
    if len(set(asked)) < len(asked):
        raise InvalidInputError("a column can be only one of name, url, campaign and text")
    checks.whole("min_count", min_count)
    for one in asked:
        key_of(one)


def _draft_of(decided: Decided, *, rules: str, taxonomy: str) -> Draft:
    rows = decided.rows
    none = [row for row in rows if row.guess.confidence != "none" and not row.guess.type]
    return Draft(
        field=text_array([row.field for row in rows]),
        value=text_array([row.value for row in rows]),
        count=np.array([row.count for row in rows], dtype=np.int64),
        type=text_array([row.guess.type for row in rows]),
        confidence=text_array([row.guess.confidence for row in rows]),
        reason=text_array([row.guess.reason for row in rows]),
        events=sum(row.count for row in rows),
        typed=sum(row.count for row in rows if row.guess.type),
        left_out=sum(row.count for row in none),
        rules=rules,
        taxonomy=taxonomy,
    )


def _taxonomy(given: str | os.PathLike[str] | Taxonomy) -> tuple[Taxonomy, str]:
    """Return the taxonomy, and what a file that extends it calls it."""
    if isinstance(given, Taxonomy):
        if given.name not in available_taxonomies():
            raise InvalidInputError(
                f"no file can extend the taxonomy {given.name!r} without knowing where it is",
                mend="pass the path of its file: taxonomy='mine.toml'",
            )
        return given, given.name
    if str(given).endswith(".toml"):
        return read_taxonomy(given), str(Path(given).resolve())
    return load_taxonomy(str(given)), str(given)


def _read(frame: Any, asked: Columns, count: str | None) -> tuple[list[Coded], Array | None]:
    """Return the columns asked for as text, and the counts."""
    table = table_of(frame)
    names = [(argument, name) for argument, name in attrs.asdict(asked).items() if name]
    table.load([*names, *([("count", count)] if count else [])])
    texts = [table.text(name) for _, name in names]
    return texts, _whole(table.numbers(count)) if count else None


def _whole(counts: Array) -> Array:
    wrong = np.flatnonzero(~((counts >= 0) & (counts < np.inf) & (counts == np.floor(counts))))
    if len(wrong):
        row = int(wrong[0])
        raise InvalidInputError(
            "count must hold whole numbers from 0 up", where=f"row {row}: {counts[row]}"
        )
    return counts
