"""Touchpoints of the distinct events of an engine, typed here and joined back there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from touchpoints._core.columns import ColumnRoles, check_not_empty_column
from touchpoints._core.frozen import Array, owned
from touchpoints.classify.typing import Matched, distinct_touchpoints, match_events, match_texts
from touchpoints.classify.untyped_policy import EventSource, apply_unmatched
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.relabelling import collapse
from touchpoints.sources._assemble import Options
from touchpoints.sources._engine.rows import FIELD, NAME, EngineRows, key_of, numbered
from touchpoints.sources._engine.small_tables import DistinctValues, distinct_values, with_answers
from touchpoints.taxonomy import MISSING, Touchpoint

CODE, TIE = "code", "tie"


@attrs.frozen(kw_only=True, eq=False)
class TypedRows:
    """The rows of an engine with the code of their touchpoint.

    Attributes
    ----------
    frame
        The rows, with the columns ``code``, null where the row is dropped, and ``tie``, the place
        of the touchpoint in the order of keys before it was grouped.
    touchpoints
        The touchpoint of each code.
    dropping
        Whether a code is null.
    lens, tally
        The facets that touchpoints are grouped by, and counts for the report.
    """

    frame: nw.LazyFrame[Any]
    touchpoints: tuple[Touchpoint, ...]
    dropping: bool
    lens: tuple[str, ...]
    tally: Mapping[str, Any]


def typed_rows(
    rows: EngineRows, names: ColumnRoles, options: Options, by: tuple[str, ...]
) -> TypedRows:
    """Type the distinct events here, group them ``by`` facets, and join their codes to the rows."""
    called = names.fields or (names.touchpoint or "",)
    fields = numbered(FIELD, rows.fields)
    values = distinct_values(
        rows.frame,
        fields,
        called=called,
        schema=rows.schema,
        mend="a touchpoint is a kind of event, not an id: leave out the column that differs in "
        "each row, or shorten it in the engine",
    )
    codes, matched = _matched(values, called, options)
    owner = "the classifier" if options.classifier is not None else "the taxonomy"
    source = EventSource(rows=None, column=names.touchpoint, owner=owner)
    found = apply_unmatched(codes, matched, options.unmatched, source, weights=values.rows)
    stays = np.ones(len(codes), dtype=bool) if found.kept is None else found.kept
    touchpoints, table = distinct_touchpoints((*matched.touchpoints, MISSING))
    of_event = table[codes]
    columns = {name: one.take(codes) for name, one in matched.columns.items()}
    grouped = _grouped(touchpoints, of_event[stays], stays, columns, options, by)
    places, in_order = _places(grouped.touchpoints)
    code = np.full(len(codes), -1, dtype=np.int64)
    code[stays] = places[grouped.codes]
    frame = rows.frame.with_columns(key_of(fields, rows.schema).alias(NAME))
    answers = {CODE: code, TIE: _places(touchpoints)[0][of_event]}
    tally = {"facet_conflicts": matched.disputed, **found.tally}
    if options.classifier is not None:
        tally["distinct_events"] = len(matched.touchpoints)
    return TypedRows(
        frame=with_answers(frame, NAME, values, answers),
        touchpoints=in_order,
        dropping=not bool(stays.all()),
        lens=grouped.meta.lens,
        tally=tally,
    )


def _matched(
    values: DistinctValues, called: Sequence[str], options: Options
) -> tuple[Array, Matched]:
    """Return the position of each tuple's text or event, and what these match."""
    if options.classifier is not None:
        kept = {name: values.table.kept(name) for name in called}
        return match_events(kept, options.classifier, options.taxonomy)
    texts = values.table.text(called[0])
    unnamed = int(values.rows[texts.codes < 0].sum())
    check_not_empty_column(called[0], int(values.rows.sum()), unnamed, "touchpoint")
    return texts.codes, match_texts(texts.categories, options.taxonomy)


def _grouped(
    touchpoints: tuple[Touchpoint, ...],
    codes: Array,
    stays: Array,
    columns: Mapping[str, Any],
    options: Options,
    by: tuple[str, ...],
) -> Journeys:
    """Return one journey of all distinct events, grouped by facets or columns of their answers."""
    events = Journeys(
        touchpoints=touchpoints,
        codes=owned(codes),
        offsets=[0, len(codes)],
        per_interaction={name: one.take(np.flatnonzero(stays)) for name, one in columns.items()},
        meta=Meta(taxonomy=options.taxonomy),
    )
    return collapse(events, by=by) if by else events


def _places(touchpoints: tuple[Touchpoint, ...]) -> tuple[Array, tuple[Touchpoint, ...]]:
    """Return the place of each touchpoint in the order of keys, and the touchpoints in it.

    Engines give values in any order; keys make the codes, and so the answer, the same each time.
    """
    order = sorted(range(len(touchpoints)), key=lambda code: touchpoints[code].key)
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places, tuple(touchpoints[code] for code in order)
