"""What becomes of events without a name or a type: raised, dropped or kept, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, first_few
from touchpoints.classify.typing import Matched
from touchpoints.errors import InvalidInputError

Unmatched = Literal["raise", "drop", "keep"]

_TYPED, _UNKNOWN, _UNNAMED = 0, 1, 2
_MOST_TEXTS = 20


@attrs.frozen(kw_only=True, eq=False)
class Unsettled:
    """Where the events come from, for the message: their rows in the log, column, and judge."""

    rows: Array | None
    column: str | None
    owner: str


@attrs.frozen(kw_only=True, eq=False)
class Settled:
    """Which events stay (None: all), and the counts for the report."""

    kept: Array | None
    tally: Mapping[str, Any]


def settle(codes: Array, matched: Matched, unmatched: Unmatched, source: Unsettled) -> Settled:
    """Raise, drop or keep what has no name or no type.

    Parameters
    ----------
    codes : int32 (m,)
        Which of the distinct texts or events each event is; -1 without a name.
    unmatched
        ``"raise"``, ``"drop"`` or ``"keep"``.
    """
    table = np.where(matched.named, np.where(matched.matched, _TYPED, _UNKNOWN), _UNNAMED)
    if not table.any() and not (len(codes) and codes.min() < 0):
        return Settled(kept=None, tally={})
    status = np.append(table, _UNNAMED).astype(np.int8)[codes]
    unnamed, unknown = (int(np.count_nonzero(status == one)) for one in (_UNNAMED, _UNKNOWN))
    if not unnamed and not unknown:
        return Settled(kept=None, tally={})
    texts = _frequent_texts(codes[status == _UNKNOWN], matched)
    if unmatched == "raise":
        raise _error(unnamed, unknown, np.flatnonzero(status), texts, source)
    tally = {"without_touchpoint": unnamed, "unmatched": unknown, "unmatched_texts": texts}
    if unmatched == "keep":
        return Settled(kept=None, tally=tally)
    return Settled(kept=status == _TYPED, tally={**tally, "unmatched_dropped": unnamed + unknown})


def _frequent_texts(codes: Array, matched: Matched) -> dict[str, int]:
    totals = np.bincount(codes, minlength=len(matched.touchpoints))
    texts: Counter[str] = Counter()
    for code in np.flatnonzero(totals).tolist():  # distinct events may read alike
        texts[matched.touchpoints[code].label()] += int(totals[code])
    return dict(texts.most_common(_MOST_TEXTS))


def _error(
    unnamed: int, unknown: int, places: Array, texts: dict[str, int], source: Unsettled
) -> InvalidInputError:
    said = []
    if unnamed:
        said.append(f"{counted(unnamed, 'row', verb='have')} no touchpoint name")
    if unknown:
        said.append(f"{counted(unknown, 'row', verb='match')} no touchpoint type")
    where = [] if source.column is None else [f"column {source.column!r}"]
    if source.rows is not None:
        where.append(f"rows {first_few(np.sort(source.rows[places])[:6].tolist())}")
    if texts:
        where.append(f"the most frequent: {first_few(texts)}")
    advice = f"teach {source.owner} about them, or " if unknown else ""
    return InvalidInputError(
        " and ".join(said),
        where="; ".join(where),
        mend=f'{advice}pass unmatched="keep" (as untyped touchpoints) or unmatched="drop"; '
        "both are counted in meta.report",
    )
