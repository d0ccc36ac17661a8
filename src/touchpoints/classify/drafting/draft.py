"""Draft of a taxonomy and of classification rules from a log: guesses for people to correct."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.sorting.tuples import distinct_tuples
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.messages import counted, first_few
from touchpoints._core.reading import table_of
from touchpoints._core.tables import Table, column
from touchpoints.classify.drafting.files import key_of, rules_text, taxonomy_text
from touchpoints.classify.drafting.guessing import CONFIDENCES, Guesser, MinConfidence
from touchpoints.classify.drafting.kept import (
    TOUCHPOINT,
    KeptInteractions,
    table_of_interactions,
    weights_of,
)
from touchpoints.classify.drafting.numbered import merged
from touchpoints.classify.drafting.remarks import check_names, remarks_of
from touchpoints.classify.drafting.rows import Columns, Decided, Row, decide
from touchpoints.errors import InvalidInputError, warn
from touchpoints.taxonomy import Taxonomy, available_taxonomies, load_taxonomy, read_taxonomy

RULES, TAXONOMY = "rules.toml", "taxonomy.toml"


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Confidences(Table):
    """How certain the guesses of a draft are, one row for each confidence.

    Attributes
    ----------
    confidence : str (4,)
        ``high``, ``medium``, ``low`` and ``none``.
    names : int64 (4,)
        Number of rows of the draft with this confidence.
    events : int64 (4,)
        Number of their events.
    share : float64 (4,)
        Share of all events, in [0, 1]; nan without events.
    """

    confidence: Array = column(object)
    names: Array = column(np.int64)
    events: Array = column(np.int64)
    share: Array = column(np.float64)


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Draft(Table):
    """Guessed touchpoint types of the events in a log, by volume; made by `draft`.

    Attributes
    ----------
    field : str (r,)
        Column that identifies the events of the row.
    value : str (r,)
        Value of that column: a name, a campaign, a pattern of pages, the words of a text.
    count : int64 (r,)
        Number of events.
    type : str (r,)
        Id of the guessed type; empty when there is no guess, or when the events are known not to be
        touchpoints.
    confidence : str (r,)
        ``high``: a name in the taxonomy or of a known tracker. ``medium``: the words of the name
        fit, and no other word could change their meaning. ``low``: some words fit. ``none``: there
        is no guess.
    reason : str (r,)
        Reason for the guess.
    events : int
        Number of events in the log.
    typed, left_out : int
        Number of events that the rules give a type, and number of events that they leave out
        because they are no touchpoints.
    remarks : tuple of str
        Sentences at the head of the rules: how much is typed, and with which confidence.

    Examples
    --------
    >>> found = draft({"event": ["page_view", "page_view", "cart_gizmo", "xyz"]}, name="event")
    >>> found.events, found.typed
    (4, 2)
    >>> for row in found.confidences.to_dicts():
    ...     print(row)
    {'confidence': 'high', 'names': 1, 'events': 2, 'share': 0.5}
    {'confidence': 'medium', 'names': 0, 'events': 0, 'share': 0.0}
    {'confidence': 'low', 'names': 1, 'events': 1, 'share': 0.25}
    {'confidence': 'none', 'names': 1, 'events': 1, 'share': 0.25}
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
    remarks: tuple[str, ...] = attrs.field(repr=False)
    rules: str = attrs.field(repr=False)
    taxonomy: str = attrs.field(repr=False)

    @property
    def confidences(self) -> Confidences:
        """The rows and events of each confidence."""
        return _confidences(self.confidence, self.count)

    def write(
        self, folder: str | os.PathLike[str], *, overwrite: bool = False
    ) -> tuple[Path, Path]:
        """Write ``rules.toml`` and ``taxonomy.toml`` into a folder, for editing.

        Parameters
        ----------
        folder
            Folder of the files; it is created when it does not exist.
        overwrite
            Whether to replace existing files, including all edits in them.

        Returns
        -------
        tuple of pathlib.Path
            Paths of the rules and of the taxonomy.

        Raises
        ------
        InvalidInputError
            When one of the files exists and ``overwrite`` is False.
        """
        home = Path(folder)
        paths = home / RULES, home / TAXONOMY
        existing = [str(path) for path in paths if path.exists()]
        if existing and not overwrite:
            raise InvalidInputError(
                "a draft already exists, and may have been edited",
                where=", ".join(existing),
                mend="choose another folder, or pass overwrite=True",
            )
        home.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, (self.rules, self.taxonomy), strict=True):
            path.write_text(text, encoding="utf-8")
        return paths


@public
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
    min_confidence: MinConfidence = "medium",
) -> Draft:
    """Draft a taxonomy and classification rules from the events of a log.

    Parameters
    ----------
    frame
        The log: any dataframe that `touchpoints.from_frame` reads, or a mapping of columns. It is
        not changed. Or journeys that were read without types, for example by a reader of
        `touchpoints.sources`: then the columns are those that were kept, and ``"touchpoint"``, the
        key of the present touchpoint, which is also the name unless another column is.
    name, url, campaign, text
        Columns that describe the event; at least one is required: the name of the event, the URL
        of the page, the campaign, a free text. Where the name is missing or states only that a page
        was seen, campaign, page and text are used, in this order.
    count
        Column with the number of events per row, an integer; by default 1. Journeys have their own
        counts.
    taxonomy
        Taxonomy with the types to choose from: its name, the path of a TOML file, or a taxonomy
        that `load_taxonomy` knows. ``"patient"`` is for logs of health care.
    called
        Name of the drafted taxonomy and rules.
    min_count
        Rows with fewer events get no line in the rules.
    min_confidence
        Minimum confidence of the guesses that become rules; less certain guesses become comments.

    Returns
    -------
    Draft
        A table with one row for each name, campaign, pattern of pages or phrase, by volume.
        `Draft.write` writes two files with a reason on each line: rules that
        `touchpoints.classify.rules` reads and that answer with the guesses of the table, and a
        taxonomy that `read_taxonomy` reads. ``rules`` and ``taxonomy`` hold their text. Events
        known not to be touchpoints get a rule with ``leave_out``; names without a guess a comment.

    Raises
    ------
    InvalidInputError
        Without a column that describes the event, when counts are not integers of at least 0, when
        the names are only channels, numbers, times or ids, or when ``count`` is given for journeys.
    NotFoundError
        When a column does not exist.

    Warns
    -----
    TouchpointsWarning
        When more than half of the names are channels: they state where people met the company, not
        what they did.

    See Also
    --------
    rules : Read the drafted rules.
    touchpoints.retype : Give journeys the types of the corrected rules.
    unmatched : The events that a classifier does not match, with proposed types.
    touchpoints.lint : Check a taxonomy.

    Notes
    -----
    Guesses use names alone: the events of GA4, Segment and Snowplow, the labels of the taxonomy,
    and a list of English and Spanish words. They are a start for a person who knows the log; needs
    and contexts are never guessed. Texts that differ only in case, accents and spaces share a row;
    so do three or more names without a guess that differ only in numbers (``stock_alert_#``).
    A guess from words decides when no other word of the name can change what they say; a model of
    parts of words, trained on the labels, aliases and definitions of the taxonomy, was right less
    often than low guesses are, so there is none. The names of channels get no type. Where fewer
    than a fifth of at least ten names are known, guesses from words are low, and where half of them
    hold a word of an office (requisition, approval, vendor), all guesses are: the log is then of
    something else than people's interactions. Names that are addresses are read as pages are.

    Cost: linear in the rows to find the distinct events, then linear in the distinct events.

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
    if isinstance(frame, KeptInteractions):
        name = _name_in(frame, name)
    columns = Columns(name=name or "", url=url or "", campaign=campaign or "", text=text or "")
    fields = [one for one in attrs.astuple(columns) if one]
    _check(fields, min_count)
    checks.check_option("min_confidence", min_confidence, MinConfidence)
    known, extends = _taxonomy(taxonomy)
    values, weights = _read(frame, columns, count)
    codes, distinct = distinct_tuples(values)
    if name:
        check_names(name, distinct[fields.index(name)], rows=len(codes))
    counts = np.bincount(codes, weights, minlength=len(distinct[0])).astype(np.int64)
    events = [dict(zip(fields, row, strict=True)) for row in zip(*distinct, strict=True)]
    decided = decide(
        events,
        counts.tolist(),
        columns=columns,
        guesser=Guesser(known),
        min_confidence=min_confidence,
    )
    _check_channels(decided.rows, columns.name)
    decided = attrs.evolve(decided, rows=merged(decided.rows))
    facts = remarks_of(decided.rows)
    return _draft_of(
        decided,
        remarks=facts,
        rules=rules_text(
            decided,
            taxonomy=known,
            names=columns.name,
            called=called,
            min_count=min_count,
            facts=facts,
        ),
        taxonomy=taxonomy_text(decided, taxonomy=known, extends=extends, called=called),
    )


def _check(fields: Sequence[str], min_count: int) -> None:
    if not fields:
        raise InvalidInputError(
            "draft needs at least one of the columns name, url, campaign and text",
            mend="draft(frame, name='event')",
        )
    if len(set(fields)) < len(fields):
        raise InvalidInputError(
            f"name, url, campaign and text must be different columns, got {first_few(fields)}"
        )
    checks.whole("min_count", min_count)
    for one in fields:
        key_of(one)


def _draft_of(decided: Decided, *, remarks: tuple[str, ...], rules: str, taxonomy: str) -> Draft:
    rows = decided.rows
    return Draft(
        field=text_array([row.field for row in rows]),
        value=text_array([row.value for row in rows]),
        count=np.array([row.count for row in rows], dtype=np.int64),
        type=text_array([row.guess.type for row in rows]),
        confidence=text_array([row.guess.confidence for row in rows]),
        reason=text_array([row.guess.reason for row in rows]),
        events=sum(row.count for row in rows),
        typed=sum(row.count for row in rows if row.is_typed),
        left_out=sum(row.count for row in rows if row.is_left_out),
        remarks=remarks,
        rules=rules,
        taxonomy=taxonomy,
    )


def _confidences(confidence: Array, count: Array) -> Confidences:
    chosen = [confidence == one for one in CONFIDENCES]
    events = [int(count[one].sum()) for one in chosen]
    total = sum(events)
    return Confidences(
        confidence=text_array(CONFIDENCES),
        names=np.array([one.sum() for one in chosen], dtype=np.int64),
        events=np.array(events, dtype=np.int64),
        share=np.array([one / total if total else np.nan for one in events]),
    )


def _check_channels(rows: Sequence[Row], column: str) -> None:
    """Raise when all names are channels; warn when more than half of them are."""
    named = [row for row in rows if row.kind in ("name", "general")]
    channels = [row.value for row in named if row.guess.channel]
    if 1 < len(channels) == len(named):
        raise InvalidInputError(
            f"the values are channels, not names of events ({first_few(channels)})",
            where=f"column {column!r}",
            mend="pass the column that says what people did there as name=",
        )
    if len(channels) > 1 and 2 * len(channels) > len(named):
        warn(
            f"{len(channels):,} of {counted(len(named), 'name')} are channels, not touchpoints "
            f"({first_few(channels)}): pass the column that says what people did there as name="
        )


def _taxonomy(given: str | os.PathLike[str] | Taxonomy) -> tuple[Taxonomy, str]:
    """Return the taxonomy, and its name or path for ``extends`` in a TOML file."""
    if isinstance(given, Taxonomy):
        if given.name not in available_taxonomies():
            raise InvalidInputError(
                f"the drafted file cannot extend the taxonomy {given.name!r}: its path is unknown",
                mend="pass the path of its file: taxonomy='mine.toml'",
            )
        return given, given.name
    if str(given).endswith(".toml"):
        return read_taxonomy(given), str(Path(given).resolve())
    return load_taxonomy(str(given)), str(given)


def _name_in(journeys: KeptInteractions, name: str | None) -> str:
    """Return the column with the names of journeys: ``name`` means the touchpoints if not kept."""
    given = TOUCHPOINT if name is None else name
    return TOUCHPOINT if given == "name" and given not in journeys.per_interaction else given


def _read(frame: Any, columns: Columns, count: str | None) -> tuple[list[Coded], Array | None]:
    """Return the columns as text, and the counts."""
    are_journeys = isinstance(frame, KeptInteractions)
    if are_journeys and count is not None:
        raise InvalidInputError("journeys have their own counts", mend="leave count= out")
    table = table_of(table_of_interactions(frame) if are_journeys else frame)
    names = [(argument, name) for argument, name in attrs.asdict(columns).items() if name]
    table.load([*names, *([("count", count)] if count else [])])
    texts = [table.text(name) for _, name in names]
    if are_journeys:
        return texts, weights_of(frame)
    return texts, _checked_counts(table.numbers(count)) if count else None


def _checked_counts(counts: Array) -> Array:
    wrong = np.flatnonzero(~((counts >= 0) & (counts < np.inf) & (counts == np.floor(counts))))
    if len(wrong):
        row = int(wrong[0])
        raise InvalidInputError(
            f"count must hold integers of at least 0, got {counts[row]}", where=f"row {row}"
        )
    return counts
