"""Apply `unmatched=` to events without a name or type, and drop those that are no touchpoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import counted, first_few
from touchpoints.classify.typing import Matched
from touchpoints.errors import InvalidInputError

Unmatched = Literal["raise", "drop", "keep"]
"""What to do with events without a type: refuse the log, leave them out, or keep them untyped."""

_TYPED, _UNKNOWN, _UNNAMED, _LEFT_OUT = 0, 1, 2, 3
_MAX_TEXTS = 20
"""How many of the most frequent unmatched texts, and reasons to leave out, the report lists."""


@attrs.frozen(kw_only=True, eq=False)
class EventSource:
    """The source of the events, for the error message.

    Attributes
    ----------
    rows : int (m,) or None
        The row of the log that each event comes from.
    column : str or None
        The column of the log that holds the names.
    owner : str
        What assigns the types, for example "the taxonomy" or "the classifier".
    """

    rows: Array | None
    column: str | None
    owner: str


@attrs.frozen(kw_only=True, eq=False)
class KeptEvents:
    """Whether each event stays, bool (m,) or None for all, and the counts for the report."""

    kept: Array | None
    tally: Mapping[str, Any]


def apply_unmatched(
    codes: Array,
    matched: Matched,
    unmatched: Unmatched,
    source: EventSource,
    *,
    weights: Array | None = None,
) -> KeptEvents:
    """Apply `unmatched=`: raise on, drop or keep events without a name or type, and count them.

    Events that the classifier leaves out are dropped in any case.

    Parameters
    ----------
    codes : int32 (m,)
        The position of each event among the distinct texts or events; -1 without a name.
    unmatched
        ``"raise"``, ``"drop"`` or ``"keep"``.
    weights : int64 (m,), optional
        How many rows each event stands for; one by default.
    """
    table = np.where(matched.named, np.where(matched.matched, _TYPED, _UNKNOWN), _UNNAMED)
    if matched.left_out is not None:
        table[matched.left_out.codes >= 0] = _LEFT_OUT
    unread = _by_text(codes, matched.unread, "unread", "unread_texts", weights=weights)
    if not table.any() and not (len(codes) and codes.min() < 0):
        return KeptEvents(kept=None, tally=unread)
    status = np.append(table, _UNNAMED).astype(np.int8)[codes]
    unnamed, unknown = (_rows(status == one, weights) for one in (_UNNAMED, _UNKNOWN))
    tally = _by_text(codes, matched.left_out, "left_out", "left_out_reasons", weights=weights)
    kept = status != _LEFT_OUT if tally else None
    tally |= unread
    if not unnamed and not unknown:
        return KeptEvents(kept=kept, tally=tally)
    here = status == _UNKNOWN
    texts = _frequent_texts(codes[here], matched, None if weights is None else weights[here])
    if unmatched == "raise":
        untyped = np.flatnonzero((status == _UNKNOWN) | (status == _UNNAMED))
        raise _error(unnamed, unknown, untyped, texts, source)
    tally |= {"without_touchpoint": unnamed, "unmatched": unknown, "unmatched_texts": texts}
    if unmatched == "keep":
        return KeptEvents(kept=kept, tally=tally)
    return KeptEvents(
        kept=status == _TYPED, tally={**tally, "unmatched_dropped": unnamed + unknown}
    )


def _rows(mask: Array, weights: Array | None) -> int:
    return int(np.count_nonzero(mask)) if weights is None else int(weights[mask].sum())


def _by_text(
    codes: Array, column: Coded | None, total: str, by_text: str, *, weights: Array | None
) -> dict[str, Any]:
    """Return the number of events with a text of a column, and by text; empty without any."""
    if column is None:
        return {}
    of_event = np.append(column.codes, -1)[codes]
    has = of_event >= 0
    totals = _totals(
        of_event[has], len(column.categories), weights if weights is None else weights[has]
    )
    counts = Counter({one: n for one, n in zip(column.categories, totals, strict=True) if n})
    if not counts:
        return {}
    return {total: sum(totals), by_text: dict(counts.most_common(_MAX_TEXTS))}


def _totals(codes: Array, size: int, weights: Array | None) -> list[int]:
    found = np.bincount(codes, weights=weights, minlength=size)
    totals: list[int] = found.astype(np.int64).tolist()
    return totals


def _frequent_texts(codes: Array, matched: Matched, weights: Array | None) -> dict[str, int]:
    totals = _totals(codes, len(matched.touchpoints), weights)
    texts: Counter[str] = Counter()
    for code in np.flatnonzero(totals).tolist():  # distinct events may have the same label
        texts[matched.touchpoints[code].label()] += totals[code]
    return dict(texts.most_common(_MAX_TEXTS))


def _error(
    unnamed: int, unknown: int, positions: Array, texts: dict[str, int], source: EventSource
) -> InvalidInputError:
    problems = []
    if unnamed:
        problems.append(f"{counted(unnamed, 'row', verb='have')} no touchpoint name")
    if unknown:
        problems.append(f"{counted(unknown, 'row', verb='match')} no touchpoint type")
    where = [] if source.column is None else [f"column {source.column!r}"]
    if source.rows is not None:
        where.append(f"rows {first_few(np.unique(source.rows[positions])[:6].tolist())}")
    if texts:
        where.append(f"the most frequent: {first_few(texts)}")
    advice = f"teach {source.owner} about them, or " if unknown else ""
    return InvalidInputError(
        " and ".join(problems),
        where="; ".join(where),
        mend=f'{advice}pass unmatched="keep" (as untyped touchpoints) or unmatched="drop"; '
        "both are counted in meta.report",
    )
