"""What is in the data of a report, and what was left out when they were read."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Table, column
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import units_of

_READ = (
    *("skipped", "without_journey", "without_time", "bad_times", "without_touchpoint"),
    *("unmatched", "unmatched_dropped", "left_out", "lifecycle_ignored", "duplicates_dropped"),
    *("duplicates_kept", "unread", "bad_ends", "ends_before_starts", "paired"),
    *("unpaired_starts", "unpaired_completes", "person_conflicts", "journey_conflicts"),
    *("facet_conflicts", "ambiguous_times", "collisions", "ties", "ties_that_matter"),
    *("answers", "answers_attached", "answers_blank", "answers_without_journey"),
    *("answers_without_time", "answers_unmatched", "answers_too_early", "answers_too_late"),
    *("answers_repeated", "answers_replaced", "answers_contradicting", "noted"),
)
"""The counts of reading that have a row where they are not 0, in the order of rows."""
_TEXTS = {
    "skipped": "skipped_reasons",
    "unmatched": "unmatched_texts",
    "left_out": "left_out_reasons",
    "unread": "unread_texts",
}
"""Where the texts are by which a count is divided."""


@attrs.frozen(kw_only=True, repr=False)
class Contents(Table):
    """What is in the data, and what was left out; one row for each fact.

    Attributes
    ----------
    fact : object
        The name of what is counted.
    number : int64
        How many there are.
    detail : object
        The first and the last day of ``days``, and the text of rows that are counted by text.
    """

    fact: Array = column(object)
    number: Array = column(np.int64)
    detail: Array = column(object)

    def of(self, fact: str) -> int:
        """Return the number of a fact; 0 where it has no row."""
        rows = np.flatnonzero(self.fact == fact)
        return int(self.number[rows[0]]) if len(rows) else 0


def contents_of(journeys: Journeys) -> Contents:
    """Return what is in the data of journeys, and what was left out when they were read."""
    rows = [*_sizes(journeys), *_times(journeys), *_reading(journeys)]
    facts, numbers, details = (np.array(one, dtype=object) for one in zip(*rows, strict=True))
    return Contents(fact=facts, number=numbers.astype(np.int64), detail=details)


def without_few(contents: Contents, *, k: int) -> Contents:
    """Return contents without counts and texts of fewer than ``k`` rows."""
    few = (contents.number > 0) & (contents.number < k)
    kept = ~few | np.isin(contents.fact, ["touchpoints", "typed", "untyped", "days"])
    columns = {name: getattr(contents, name)[kept] for name in contents.column_names()}
    return Contents(**columns)


def _sizes(journeys: Journeys) -> Iterator[tuple[str, int, str]]:
    counts, lengths = journeys.counts, lengths_of(journeys.offsets)
    yield "journeys", int(counts.sum()), ""
    if (empty := int(counts[lengths == 0].sum())) > 0:
        yield "empty_journeys", empty, ""
    if journeys.persons is not None:
        yield "persons", units_of(journeys, None).facts().get("persons", 0), ""
    times = np.bincount(
        journeys.codes, np.repeat(counts, lengths), minlength=len(journeys.touchpoints)
    ).astype(np.int64)
    typed = np.array([bool(one.type) for one in journeys.touchpoints], dtype=bool)
    yield "interactions", int(times.sum()), ""
    yield "typed_interactions", int(times[typed].sum()), ""
    yield "touchpoints", int((times > 0).sum()), ""
    yield "typed", int((times[typed] > 0).sum()), ""
    yield "untyped", int((times[~typed] > 0).sum()), ""


def _times(journeys: Journeys) -> Iterator[tuple[str, int, str]]:
    """Yield the days from the first interaction to the last, where times are known."""
    if journeys.times is None or np.isnat(journeys.times).all():
        return
    times = journeys.times[~np.isnat(journeys.times)]
    first, last = (one.astype("datetime64[D]") for one in (times.min(), times.max()))
    yield "days", int((last - first).astype(np.int64)) + 1, f"{first}/{last}"


def _reading(journeys: Journeys) -> Iterator[tuple[str, int, str]]:
    """Yield the counts of reading that are not 0, and the texts by which they are divided."""
    report = journeys.meta.report
    if report.rows:
        yield "rows", report.rows, ""
        yield "dropped", report.dropped, ""
    for name in _READ:
        if name == "noted":  # counts of different things, which have no sum
            yield from ((name, int(of_text), text) for text, of_text in report.noted.items())
        elif number := getattr(report, name):
            yield name, int(number), ""
            texts = getattr(report, _TEXTS[name]) if name in _TEXTS else {}
            for text, of_text in texts.items():
                yield name, int(of_text), text
