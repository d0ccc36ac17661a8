"""Where journeys come from: the taxonomy, the lens, the time zone, and what reading them cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import agreeing, counted

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy, Touchpoint

_LEFT_OUT = (
    ("without_journey", "no journey id"),
    ("without_time", "no time"),
    ("bad_times", "no time that can be read"),
    ("without_touchpoint", "no touchpoint name"),
    ("unmatched", "matched by no touchpoint type"),
    ("lifecycle_ignored", "of a lifecycle stage other than start and complete"),
    ("duplicates_dropped", "a repeat of another row"),
)


def _rows_by_text(rows: Mapping[str, int]) -> FrozenMap[str, int]:
    return FrozenMap(rows)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _keys_by_outcome(keys: Mapping[str, Iterable[str]]) -> FrozenMap[str, tuple[str, ...]]:
    return FrozenMap({name: found for name, some in keys.items() if (found := tuple(sorted(some)))})


@attrs.frozen(kw_only=True)
class Report:
    """What reading a log met, dropped, merged or could not order; all in rows unless said.

    Attributes
    ----------
    rows
        Rows of the input.
    without_journey, without_time, without_touchpoint
        Rows whose journey id, time or touchpoint name is missing.
    bad_times, bad_ends
        Rows whose time, or end, could not be read (``bad_times="drop"``): left out, or without an
        end.
    unmatched
        Rows with a touchpoint that the taxonomy or the classifier does not know.
    unmatched_dropped
        Those of ``without_touchpoint`` and ``unmatched`` that were dropped (``unmatched="drop"``).
    unmatched_texts
        The most frequent unmatched texts and their rows, up to twenty.
    duplicates
        Rows that repeat an earlier row of the same journey in everything that was read.
    duplicates_dropped
        Those of them that were dropped (``duplicates="drop"``).
    lifecycle_ignored
        Rows of a lifecycle stage that is neither start nor complete.
    paired, unpaired_starts, unpaired_completes
        Interactions made of a start and a complete row, and of one of them alone.
    ends_before_starts
        Interactions whose end lay before their start; the end was set aside as missing.
    person_conflicts, journey_conflicts
        Journeys whose rows name several persons, or differ in a per-journey column; the first
        value was kept.
    facet_conflicts
        Distinct events on which combined classifiers disagreed.
    distinct_events
        How many distinct tuples of fields were classified: the calls of the classifier.
    collisions
        Journey ids that shared the sorted bits of their hash and were told apart.
    ambiguous_times
        Naive times that the clock change of their zone makes ambiguous or impossible.
    pairs
        Neighbouring interactions within journeys.
    ties
        Those of them at one and the same time.
    ties_that_matter
        Those of the ties whose touchpoints differ: the order in which they were read decides
        which transition is counted.

    Examples
    --------
    >>> report = Report(rows=10, without_time=2, duplicates=1, pairs=4, ties=1)
    >>> report.dropped, report.tie_share
    (2, 0.25)
    """

    rows: int = 0
    without_journey: int = 0
    without_time: int = 0
    without_touchpoint: int = 0
    bad_times: int = 0
    bad_ends: int = 0
    unmatched: int = 0
    unmatched_dropped: int = 0
    unmatched_texts: FrozenMap[str, int] = attrs.field(factory=FrozenMap, converter=_rows_by_text)
    duplicates: int = 0
    duplicates_dropped: int = 0
    lifecycle_ignored: int = 0
    paired: int = 0
    unpaired_starts: int = 0
    unpaired_completes: int = 0
    ends_before_starts: int = 0
    person_conflicts: int = 0
    journey_conflicts: int = 0
    facet_conflicts: int = 0
    distinct_events: int = 0
    collisions: int = 0
    ambiguous_times: int = 0
    pairs: int = 0
    ties: int = 0
    ties_that_matter: int = 0

    @property
    def dropped(self) -> int:
        """Rows that stand in no journey."""
        return (
            self.without_journey
            + self.without_time
            + self.bad_times
            + self.unmatched_dropped
            + self.duplicates_dropped
            + self.lifecycle_ignored
        )

    @property
    def tie_share(self) -> float:
        """Share in [0, 1] of neighbouring interactions at the same time; nan without neighbours."""
        return self.ties / self.pairs if self.pairs else float("nan")

    @property
    def order_matters_share(self) -> float:
        """Share in [0, 1] of neighbours whose order only the order of the rows decides."""
        return self.ties_that_matter / self.pairs if self.pairs else float("nan")

    def sentences(self) -> tuple[str, ...]:
        """Return what is worth knowing, one sentence each; empty when nothing is.

        Examples
        --------
        >>> Report(rows=10, without_time=2, pairs=4, ties=1).sentences()
        ('2 of 10 rows have no time', '25.0 % of neighbours are at one time')
        """
        said = [
            f"{count:,} of {counted(self.rows, 'row')} "
            f"{agreeing(count, 'have' if words.startswith('no ') else 'are')} {words}"
            for name, words in _LEFT_OUT
            if (count := getattr(self, name))
        ]
        if self.duplicates > self.duplicates_dropped:
            again = counted(self.duplicates, "row", verb="repeat")
            said.append(f"{again} another and {agreeing(self.duplicates, 'were')} kept")
        if self.bad_ends:
            ends = counted(self.bad_ends, "row", verb="have")
            said.append(f"{ends} an end that cannot be read")
        if self.ties:
            said.append(f"{self.tie_share:.1%} of neighbours are at one time".replace("%", " %"))
        if self.ties_that_matter:
            said.append(f"the order of {self.ties_that_matter:,} of them decides a transition")
        return tuple(said)

    def plus(self, other: Report) -> Report:
        """Return the report of two logs read one after the other: every count added."""
        fields = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in attrs.fields(Report)
            if field.name != "unmatched_texts"
        }
        return Report(**fields, unmatched_texts=_added(self.unmatched_texts, other.unmatched_texts))


def _added(left: FrozenMap[str, int], right: FrozenMap[str, int]) -> FrozenMap[str, int]:
    texts: dict[str, int] = dict(left)
    for text, count in right.items():
        texts[text] = texts.get(text, 0) + count
    return FrozenMap(sorted(texts.items(), key=lambda pair: (-pair[1], pair[0])))


@attrs.frozen(kw_only=True)
class Meta:
    """What travels with journeys beside their columns.

    Attributes
    ----------
    taxonomy
        The vocabulary the touchpoints come from, or None.
    lens
        The facets or columns a collapse grouped by; empty when none did.
    timezone
        The zone of the input's times; None when they were naive and are kept as written.
    defining
        The keys of the touchpoints that are an outcome, for those `until` and `mark` set: analyses
        of the outcome refuse journeys that hold them.
    report
        What reading the log met.

    Examples
    --------
    >>> Meta(timezone="Europe/Madrid").lens
    ()
    """

    taxonomy: Taxonomy | None = None
    lens: tuple[str, ...] = attrs.field(default=(), converter=_names)
    timezone: str | None = None
    defining: FrozenMap[str, tuple[str, ...]] = attrs.field(
        factory=FrozenMap, converter=_keys_by_outcome
    )
    report: Report = attrs.field(factory=Report)

    def label(self, touchpoint: Touchpoint, *, lang: str = "en") -> str:
        """Return a name for people; behind a lens, the labels of the terms grouped by."""
        facets = {} if self.taxonomy is None else self.taxonomy.facets
        if not self.lens or touchpoint.type or self.taxonomy is None:
            return touchpoint.label(taxonomy=self.taxonomy, lang=lang)
        named = [
            self.taxonomy.label(name, touchpoint.facet(name), lang=lang)
            for name in self.lens
            if name in facets
        ]
        return " · ".join(named) if len(named) == len(self.lens) else touchpoint.label()


def report_from_dict(fields: dict[str, Any]) -> Report:
    """Build a report from its fields as plain values, as storage keeps them."""
    known = {field.name for field in attrs.fields(Report)}
    return Report(**{name: value for name, value in fields.items() if name in known})
