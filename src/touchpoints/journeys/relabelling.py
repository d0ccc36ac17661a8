"""Transforms of touchpoints: grouping, merging repeats, renaming, and classifying again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments import offsets_after, repeats_within
from touchpoints._core.arrays.sorting.tuples import distinct_tuples
from touchpoints._core.checks import check_option, public, require_kind
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import first_few, not_found
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.classify.typing import (
    CONTEXT_FROM,
    CONTEXT_INFERRED,
    NEED_FROM,
    NEED_INFERRED,
    Matched,
    distinct_touchpoints,
    match_events,
)
from touchpoints.classify.untyped_policy import EventSource, Unmatched, apply_unmatched
from touchpoints.errors import InvalidInputError, warn
from touchpoints.journeys.cutting import NAT, select_interactions
from touchpoints.journeys.meta import Report
from touchpoints.journeys.model import (
    Journeys,
    checked_journeys,
    derive,
    interaction_columns,
    part_of,
    take_rows,
)
from touchpoints.journeys.places.selectors import facet_names, meant
from touchpoints.taxonomy import UNKNOWN, Crosswalk, Taxonomy, Touchpoint, format_key, untyped

TYPE = "type"
FIELD = "touchpoint"
_COUNTED_AGAIN = {"unmatched": 0, "unmatched_texts": {}, "unread": 0, "unread_texts": {}}


@public
def collapse(journeys: Journeys, by: str | Sequence[str]) -> Journeys:
    """Group touchpoints by facets or per-interaction columns, for example to a node per channel.

    Parameters
    ----------
    by
        The name of a facet, of a per-interaction column, of a crosswalk of the taxonomy (its main
        value for each type), or ``"type"``; or several of them. The result is a lens: all other
        differences between touchpoints are ignored.

    Returns
    -------
    Journeys
        Only ``touchpoints``, ``codes`` and ``meta.lens`` change. With one name a touchpoint's key
        is the term (or the column's value), with several ``[channel=email,need=learn]``; a missing
        value is ``unknown``.

    Raises
    ------
    NotFoundError
        When a name is neither a facet, nor a crosswalk, nor a per-interaction column.
    InvalidInputError
        When a name is both, or is given twice; when no touchpoint has a known term of a facet.

    Notes
    -----
    O(m) for facets and columns of text.

    See Also
    --------
    relabel : Give single touchpoints other names.
    collapse_repeats : Merge runs of the same touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(100, seed=1)
    >>> tp.collapse(shop, by="directness").meta.lens
    ('directness',)
    """
    checked_journeys(journeys)
    names = (by,) if isinstance(by, str) else tuple(by)
    _check_lens(journeys, names)
    facets = [name for name in names if name not in journeys.per_interaction]
    _check_known(journeys, facets)
    columns = [name for name in names if name in journeys.per_interaction]
    terms = [name for name in facets if name != TYPE and name not in _crosswalks(journeys)]
    seen = [
        _facet_codes(journeys, name) if name in facets else journeys.per_interaction[name]
        for name in names
    ]
    if not columns:
        table, values = distinct_tuples(seen)
        touchpoints, positions = distinct_touchpoints(_grouped(names, terms, values))
        codes = positions[table][journeys.codes] if len(table) else journeys.codes
    else:
        spread = [
            one.take(journeys.codes) if name in facets else one
            for name, one in zip(names, seen, strict=True)
        ]
        codes, values = distinct_tuples(spread)
        touchpoints, positions = distinct_touchpoints(_grouped(names, terms, values))
        codes = positions[codes] if len(journeys.codes) else journeys.codes
    defining = _defining(journeys, touchpoints, codes)
    meta = attrs.evolve(journeys.meta, lens=names, defining=defining)
    return derive(journeys, touchpoints=touchpoints, codes=owned(codes), meta=meta)


@public
def collapse_repeats(journeys: Journeys) -> Journeys:
    """Merge runs: neighbouring interactions of a journey that are the same touchpoint.

    Returns
    -------
    Journeys
        Each run becomes one interaction, with the time and columns of its first interaction and
        the latest end of all of them; NaT where none of them has one.

    See Also
    --------
    collapse : Group touchpoints first, for example by channel.
    repeats : Count the repeats of each touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("aabba", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.collapse_repeats(journeys)[0].keys
    ('a', 'b', 'a')
    """
    checked_journeys(journeys)
    repeats = repeats_within(journeys.codes, journeys.offsets)
    rows = np.flatnonzero(~repeats)
    if len(rows) == len(repeats):
        return journeys
    columns = interaction_columns(journeys, rows)
    if journeys.times is not None and journeys.ends is not None:
        columns["ends"] = owned(_latest_ends(journeys.times, journeys.ends, rows))
    offsets = offsets_after(~repeats, journeys.offsets)
    return part_of(journeys, offsets=owned(offsets), **columns)


def _latest_ends(times: Array, ends: Array, rows: Array) -> Array:
    """Return the latest end of each run that starts in these rows; NaT where none is known.

    An interaction without an end lasts at least to its beginning.
    """
    latest = np.fmax.reduceat(np.fmax(ends, times), rows)
    known = np.logical_or.reduceat(~np.isnat(ends), rows)
    return np.where(known, latest, NAT)


def _defining(
    journeys: Journeys, touchpoints: Sequence[Touchpoint], codes: Array
) -> dict[str, tuple[str, ...]]:
    """Return the keys that define each outcome, under the new names of their touchpoints."""
    table = {one.key: code for code, one in enumerate(journeys.touchpoints)}
    found = {}
    for name, keys in journeys.meta.defining.items():
        old = [table[key] for key in keys if key in table]
        new = np.flatnonzero(np.bincount(codes[np.isin(journeys.codes, old)])).tolist()
        found[name] = tuple(touchpoints[code].key for code in new)
    return found


def _check_lens(journeys: Journeys, names: tuple[str, ...]) -> None:
    if not names or len(set(names)) < len(names):
        raise InvalidInputError(
            "collapse needs at least one name, and no name twice", where=first_few(names)
        )
    known = (TYPE, *facet_names(journeys), *_crosswalks(journeys))
    for name in names:
        if name in journeys.per_interaction and name in known:
            raise InvalidInputError(
                f"{name!r} is both a facet and a per-interaction column",
                mend="rename the column when reading the log",
            )
        if name not in journeys.per_interaction and name not in known:
            raise not_found(
                "facet or per-interaction column", name, [*known, *journeys.per_interaction]
            )


def _check_known(journeys: Journeys, facets: Sequence[str]) -> None:
    """Refuse facets of which the journeys know no term: one node would hold everything."""
    used = np.flatnonzero(np.bincount(journeys.codes)) if facets else journeys.codes[:0]
    met = [journeys.touchpoints[code] for code in used.tolist()]
    for name in facets:
        term_of = _terms_of(journeys, name)
        terms = {term_of(one) for one in met}
        if met and terms <= {"", UNKNOWN}:
            raise InvalidInputError(
                f"journeys must have a touchpoint with a known {name!r}; these have none",
                mend="read the log with a taxonomy, or retype the journeys: tp.retype(journeys, …)",
            )


def _crosswalks(journeys: Journeys) -> Mapping[str, Crosswalk]:
    """Return the crosswalks of the taxonomy."""
    taxonomy = journeys.meta.taxonomy
    return {} if taxonomy is None else taxonomy.crosswalks


def _terms_of(journeys: Journeys, name: str) -> Callable[[Touchpoint], str]:
    """Return a function from a touchpoint to its type, its term, or its value in a crosswalk."""
    taxonomy = journeys.meta.taxonomy
    if name == TYPE:
        return lambda one: one.type
    if taxonomy is None or name not in taxonomy.crosswalks:
        return lambda one: one.facet(name)
    crosswalk, types = taxonomy.crosswalks[name], taxonomy.types
    return lambda one: next(iter(crosswalk.of(types[one.type])), "") if one.type in types else ""


def _facet_codes(journeys: Journeys, name: str) -> Coded:
    """Return each distinct touchpoint's term of a facet, as codes."""
    term_of = _terms_of(journeys, name)
    terms = [term_of(one) or UNKNOWN for one in journeys.touchpoints]
    categories = tuple(dict.fromkeys(terms))
    codes = [categories.index(term) for term in terms]
    return Coded(owned(np.array(codes, dtype=np.int32)), categories)


def _grouped(
    names: tuple[str, ...], facets: list[str], values: list[list[Any]]
) -> list[Touchpoint]:
    return [
        _group(names, facets, ["unknown" if one is None else str(one) for one in row])
        for row in zip(*values, strict=True)
    ]


def _group(names: tuple[str, ...], facets: list[str], terms: list[str]) -> Touchpoint:
    """Return the touchpoint that represents a group, with the facets that it was grouped by."""
    pairs = dict(zip(names, terms, strict=True))
    known = {name: term for name, term in pairs.items() if name in facets and term != UNKNOWN}
    key = untyped(terms[0]).key if len(names) == 1 else format_key("", pairs)
    kind = pairs.get(TYPE, "")
    one = untyped(key, **known)
    return attrs.evolve(one, key=key, type="" if kind == UNKNOWN else kind)


@public
def relabel(journeys: Journeys, names: Mapping[str, str | Touchpoint]) -> Journeys:
    """Rename touchpoints; those with the same new name become one touchpoint.

    Parameters
    ----------
    names
        A mapping from a key, raw text or type id to a new text, the id of a type of the taxonomy,
        or a `Touchpoint`.

    Returns
    -------
    Journeys
        Only ``touchpoints`` and ``codes`` change.

    Raises
    ------
    NotFoundError
        When the touchpoint does not exist.

    See Also
    --------
    collapse : Group all touchpoints by facets or columns.
    retype : Classify the interactions again.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("abc", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> tp.relabel(journeys, {"a": "x", "b": "x"})[0].keys
    ('x', 'x', 'c')
    """
    checked_journeys(journeys)
    renamed = list(journeys.touchpoints)
    for old, new in names.items():
        for code in np.flatnonzero(meant(journeys, old)).tolist():
            renamed[code] = _named(journeys, new)
    touchpoints, positions = distinct_touchpoints(renamed)
    codes = positions[journeys.codes] if len(positions) else journeys.codes
    meta = attrs.evolve(journeys.meta, defining=_defining(journeys, touchpoints, codes))
    return derive(journeys, touchpoints=touchpoints, codes=owned(codes), meta=meta)


def _named(journeys: Journeys, name: str | Touchpoint) -> Touchpoint:
    taxonomy = journeys.meta.taxonomy
    if isinstance(name, Touchpoint):
        return name
    return (
        taxonomy.touchpoint(name)
        if taxonomy is not None and name in taxonomy.types
        else untyped(name)
    )


@public
def retype(
    journeys: Journeys,
    classifier: Classifier,
    *,
    taxonomy: Taxonomy | None = None,
    unmatched: Unmatched = "raise",
) -> Journeys:
    """Classify the interactions again, from their kept per-interaction columns.

    Parameters
    ----------
    classifier
        A classifier that reads per-interaction columns, and ``"touchpoint"``: the key of the
        present touchpoint (the raw text where it is untyped). It is called once for each distinct
        tuple of these fields.
    taxonomy
        The taxonomy in which the types are looked up, which becomes that of the journeys; by
        default their own.
    unmatched
        How to treat interactions for which the classifier returns no type: ``"raise"``,
        ``"drop"``, or ``"keep"`` them as untyped. Those that the classifier leaves out
        (``leave_out``) are dropped in any case.

    Returns
    -------
    Journeys
        In the same order, with the same times, ids and columns; ``touchpoints``, ``codes``,
        ``need_from``, ``context_from`` and columns that the classifier returns are new. The lens
        is cleared.

    Raises
    ------
    NotFoundError
        When the classifier reads a column that was not kept.
    ClassifierError
        When the classifier raises an error, or returns an invalid answer.

    Warns
    -----
    TouchpointsWarning
        When answers were attached to the journeys: they are lost, attach them afterwards.

    Notes
    -----
    O(m): nothing is sorted again, so the effect of an edited rule is available immediately.

    See Also
    --------
    classifier : Make a classifier of a function.
    relabel : Rename touchpoints without a classifier.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "t": f"2026-01-0{day}", "w": what} for day, what in enumerate("abc", 1)]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> @tp.classifier(reads=("touchpoint",))
    ... def vowels(event):
    ...     return "vowel" if event["touchpoint"] in "aeiou" else "consonant"
    >>> tp.retype(journeys, vowels)[0].keys
    ('vowel', 'consonant', 'consonant')
    """
    checked_journeys(journeys)
    check_classifier_object(classifier)
    check_option("unmatched", unmatched, Unmatched)
    if {NEED_INFERRED, CONTEXT_INFERRED}.intersection(journeys.per_interaction):
        warn("needs and contexts from answers are lost: attach the answers after tp.retype")
    if taxonomy is not None:
        require_kind(taxonomy, Taxonomy, takes="a Taxonomy", mend="tp.load_taxonomy('customer')")
        journeys = derive(journeys, meta=attrs.evolve(journeys.meta, taxonomy=taxonomy))
    fields = {name: _field(journeys, name) for name in classifier.reads}
    codes, matched = match_events(fields, classifier, journeys.meta.taxonomy)
    found = apply_unmatched(
        codes, matched, unmatched, EventSource(rows=None, column=None, owner="the classifier")
    )
    typed = _typed_again(journeys, codes, matched, found.tally)
    return typed if found.kept is None else select_interactions(typed, found.kept)


def _left_out_too(journeys: Journeys, tally: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts of events left out, now and when the log was read."""
    names = ("left_out", "left_out_reasons")
    now = Report(**{name: tally[name] for name in names if name in tally})
    every = journeys.meta.report.plus(now)
    return {name: getattr(every, name) for name in names}


def _field(journeys: Journeys, name: str) -> Coded | Array:
    if name in journeys.per_interaction:
        return journeys.per_interaction[name]
    if name != FIELD:
        raise not_found(
            "per-interaction column",
            name,
            [FIELD, *journeys.per_interaction],
            where="the classifier reads it; keep it with per_interaction= when reading the log",
        )
    texts = [one.key if one.type else one.label() for one in journeys.touchpoints]
    categories = tuple(dict.fromkeys(texts))
    table = np.array([categories.index(text) for text in texts], dtype=np.int32)
    return Coded(owned(table[journeys.codes]) if len(table) else journeys.codes, categories)


def _typed_again(
    journeys: Journeys, codes: Array, matched: Matched, tally: Mapping[str, Any]
) -> Journeys:
    touchpoints, table = distinct_touchpoints(matched.touchpoints)
    columns: dict[str, Any] = dict(journeys.per_interaction)
    columns |= {name: column.take(codes) for name, column in matched.columns.items()}
    for name in (NEED_FROM, CONTEXT_FROM, NEED_INFERRED, CONTEXT_INFERRED):
        columns.pop(name, None)
    for name, origin in matched.origins(journeys.meta.taxonomy).items():
        columns[name] = take_rows(origin, codes) if len(origin) else origin
    report = attrs.evolve(
        journeys.meta.report,
        **{**_COUNTED_AGAIN, **tally, **_left_out_too(journeys, tally)},
        distinct_events=len(matched.touchpoints),
        facet_conflicts=matched.disputed,
    )
    codes = table[codes] if len(table) else journeys.codes
    defining = _defining(journeys, touchpoints, codes)
    return derive(
        journeys,
        touchpoints=touchpoints,
        codes=owned(codes),
        per_interaction=columns,
        meta=attrs.evolve(journeys.meta, report=report, lens=(), defining=defining),
    )
