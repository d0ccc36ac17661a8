"""Metadata of journeys: the taxonomy, the lens, the time zone, and the report of reading them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from touchpoints._core.checks import built_by_name, whole
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import first_few, quoted
from touchpoints._core.zones import is_zone, zone_of
from touchpoints.errors import InvalidInputError, WrongKindError

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy, Touchpoint


SIZES = ("rows", "pairs", "distinct_events", "answers", "answers_attached")
"""Counts of how much was read: they are not remarks and have no sentence of their own."""

BY_TEXT = ("unmatched_texts", "left_out_reasons", "skipped_reasons", "unread_texts", "noted")
"""Fields of counts by text; all other fields are integers."""

_LEFT_OUT = (
    "without_journey",
    "without_time",
    "bad_times",
    "skipped",
    "left_out",
    "unmatched_dropped",
    "lifecycle_ignored",
    "duplicates_dropped",
)
_UNMATCHED = ("without_touchpoint", "unmatched")


def _rows_by_text(rows: Mapping[str, int]) -> FrozenMap[str, int]:
    return FrozenMap(rows)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return _texts(names, "lens")


def _texts(values: Iterable[str], what: str) -> tuple[str, ...]:
    """Return texts as a tuple; a single text would be taken apart into its letters."""
    texts = (None,) if isinstance(values, str) else tuple(values)
    if not all(isinstance(one, str) for one in texts):
        raise WrongKindError(
            f"{what} must be a sequence of texts, got {quoted(values)}",
            mend=f"for example {what}=('need',)",
        )
    return tuple(str(one) for one in texts)


def _zone(name: str | None) -> str | None:
    """Return the name of a time zone, or raise when there is no such zone."""
    if name is not None and not (isinstance(name, str) and is_zone(name)):
        zone_of(name)
    return name


def _keys_by_outcome(keys: Mapping[str, Iterable[str]]) -> FrozenMap[str, tuple[str, ...]]:
    found = {name: tuple(sorted(_texts(some, "defining"))) for name, some in keys.items()}
    return FrozenMap({name: some for name, some in found.items() if some})


@built_by_name
@attrs.frozen(kw_only=True)
class Report:
    """Counts of what reading a log dropped, merged or could not order, in rows if not stated.

    Attributes
    ----------
    rows
        Rows of the input.
    without_journey, without_time, without_touchpoint
        Rows whose journey id, time or touchpoint name is missing, as text without a visible
        character is.
    bad_times, bad_ends
        Rows whose time, or end, could not be read (``bad_times="drop"``): left out, or without an
        end.
    unmatched
        Rows with a touchpoint name that the taxonomy or the classifier does not know.
    unmatched_dropped
        Rows of ``without_touchpoint`` and ``unmatched`` that were dropped (``unmatched="drop"``).
    skipped
        Records of a source that cannot be read (``on_error="skip"``).
    skipped_reasons
        The most frequent reasons of ``skipped`` with their numbers of records, at most twenty.
    left_out
        Rows that the classifier states to be no touchpoints (``leave_out``), or that the reader of
        a source knows to be none, such as page pings.
    left_out_reasons
        The most frequent reasons of ``left_out`` with their numbers of rows, at most twenty.
    unread
        Rows with a value that a deciding comparison of the rules could not read as a number or a
        date.
    unread_texts
        The most frequent of these, as field and value, with their numbers of rows, at most twenty.
    unmatched_texts
        The most frequent unmatched texts with their numbers of rows, at most twenty texts.
    duplicates
        Rows that repeat an earlier row of the same journey in every column that was read.
    duplicates_dropped
        Rows of ``duplicates`` that were dropped (``duplicates="drop"``).
    lifecycle_ignored
        Rows of a lifecycle stage that is neither start nor complete.
    paired, unpaired_starts, unpaired_completes
        Interactions made of a start and a complete row, of a start row alone, and of a complete
        row alone.
    ends_before_starts
        Interactions whose end lay before their start; the end was set to missing.
    person_conflicts, journey_conflicts
        Journeys whose rows name several persons, and journeys whose rows differ in a per-journey
        column; the first value was kept.
    facet_conflicts
        Distinct events on which combined classifiers disagreed.
    distinct_events
        Distinct tuples of fields that were classified: the number of calls of the classifier.
    collisions
        Journey ids that shared the sorted bits of their hash and were separated.
    ambiguous_times
        Naive times that the clock change of their zone makes ambiguous or impossible.
    pairs
        Neighbouring interactions within journeys.
    ties
        Neighbouring interactions at the same time.
    ties_that_matter
        Ties between different touchpoints that no ``tiebreak`` orders: the order in which their
        rows were read decides which transition is counted.
    noted
        What the reader of a source or a merge counted beyond these, by sentence.
    answers, answers_attached
        Rows given to `touchpoints.experience.attach_answers` and `attach_scores`, and those used.
    answers_blank, answers_without_journey, answers_without_time, answers_unmatched
        Answers without a need or context, without a journey or person of the log, without a time
        that can be read, and with a term or touchpoint that is not known (``unmatched="drop"``).
    answers_too_early, answers_too_late
        Answers before every interaction of their journey, and longer after the latest of them than
        ``within``.
    answers_repeated, answers_replaced, answers_contradicting
        Answers that say the same about an interaction as another one, that a later answer about
        it replaces, and that differ from another one of the same time, so that none is used.

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
    skipped: int = 0
    skipped_reasons: FrozenMap[str, int] = attrs.field(factory=FrozenMap, converter=_rows_by_text)
    left_out: int = 0
    left_out_reasons: FrozenMap[str, int] = attrs.field(factory=FrozenMap, converter=_rows_by_text)
    unread: int = 0
    unread_texts: FrozenMap[str, int] = attrs.field(factory=FrozenMap, converter=_rows_by_text)
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
    noted: FrozenMap[str, int] = attrs.field(factory=FrozenMap, converter=_rows_by_text)
    answers: int = 0
    answers_attached: int = 0
    answers_blank: int = 0
    answers_without_journey: int = 0
    answers_without_time: int = 0
    answers_unmatched: int = 0
    answers_too_early: int = 0
    answers_too_late: int = 0
    answers_repeated: int = 0
    answers_replaced: int = 0
    answers_contradicting: int = 0

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Report):
            if field.name not in BY_TEXT:
                whole(field.name, getattr(self, field.name), least=0)
        for name in BY_TEXT:
            for text, count in getattr(self, name).items():
                whole(f"{name}[{quoted(text)}]", count, least=0)

    @property
    def dropped(self) -> int:
        """Number of rows that are in no journey."""
        return (
            self.without_journey
            + self.without_time
            + self.bad_times
            + self.skipped
            + self.left_out
            + self.unmatched_dropped
            + self.duplicates_dropped
            + self.lifecycle_ignored
        )

    @property
    def tie_share(self) -> float:
        """Share of neighbouring interactions at the same time, in [0, 1]; nan if there are none."""
        return self.ties / self.pairs if self.pairs else float("nan")

    @property
    def order_matters_share(self) -> float:
        """Share of neighbouring interactions that are ties of different touchpoints, in [0, 1]."""
        return self.ties_that_matter / self.pairs if self.pairs else float("nan")

    @property
    def duplicates_kept(self) -> int:
        """Number of rows that repeat an earlier row and were kept."""
        return max(0, self.duplicates - self.duplicates_dropped)

    @property
    def remarks(self) -> int:
        """Number of `sentences` about rows that are in the journeys."""
        from touchpoints.journeys.report_sentences import named_sentences

        left_out = {*_LEFT_OUT, *(_UNMATCHED if self.unmatched_dropped else ())}
        return sum(name not in left_out for name, _ in named_sentences(self))

    def sentences(self) -> tuple[str, ...]:
        """Return one sentence for each count that is not 0, except the sizes of what was read.

        Examples
        --------
        >>> Report(rows=10, without_time=2, pairs=4, ties=1).sentences()
        ('2 of 10 rows have no time', '25.0 % of neighbouring interactions are at the same time')
        """
        from touchpoints.journeys.report_sentences import named_sentences

        return tuple(sentence for _, sentence in named_sentences(self))

    def plus(self, other: Report) -> Report:
        """Return the report of two logs read together: the sum of every count."""
        fields = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in attrs.fields(Report)
            if field.name not in BY_TEXT
        }
        by_text: dict[str, Any] = {
            name: _added(getattr(self, name), getattr(other, name)) for name in BY_TEXT
        }
        return Report(**fields, **by_text)


def _added(left: FrozenMap[str, int], right: FrozenMap[str, int]) -> FrozenMap[str, int]:
    texts: dict[str, int] = dict(left)
    for text, count in right.items():
        texts[text] = texts.get(text, 0) + count
    return FrozenMap(sorted(texts.items(), key=lambda pair: (-pair[1], pair[0])))


def _number_of_blocks(blocks: Any) -> int | None:
    return None if blocks is None else whole("blocks", blocks)


@built_by_name
@attrs.frozen(kw_only=True)
class Meta:
    """Metadata that journeys carry beside their columns.

    Attributes
    ----------
    taxonomy
        The vocabulary the touchpoints come from, or None.
    lens
        The facets or columns that `collapse` grouped by; empty without a collapse.
    timezone
        The zone of the input's times; None when they were naive and are kept as written.
    defining
        The keys of the touchpoints that define each outcome set by `until` or `mark`. Analyses of
        an outcome refuse journeys that contain them.
    blocks
        The number of blocks that ``persons`` are, if they are blocks of persons, as of a log read
        with ``distinct=`` and ``person=``; None if they are persons.
    report
        Counts of what reading the log dropped, merged or could not order.

    Examples
    --------
    >>> Meta(timezone="Europe/Madrid").lens
    ()
    """

    taxonomy: Taxonomy | None = None
    lens: tuple[str, ...] = attrs.field(default=(), converter=_names)
    timezone: str | None = attrs.field(default=None, converter=_zone)
    defining: FrozenMap[str, tuple[str, ...]] = attrs.field(
        factory=FrozenMap, converter=_keys_by_outcome
    )
    blocks: int | None = attrs.field(default=None, converter=_number_of_blocks)
    report: Report = attrs.field(factory=Report)

    def label(self, touchpoint: Touchpoint, *, lang: str = "en") -> str:
        """Return a readable name of a touchpoint; after a collapse, the labels of its terms."""
        facets = {} if self.taxonomy is None else self.taxonomy.facets
        if not self.lens or touchpoint.type or self.taxonomy is None:
            return touchpoint.label(taxonomy=self.taxonomy, lang=lang)
        named = [
            self.taxonomy.label(name, touchpoint.facet(name), lang=lang)
            for name in self.lens
            if name in facets
        ]
        return " · ".join(named) if len(named) == len(self.lens) else touchpoint.label()


def checked_meta(meta: Any) -> Meta:
    """Return metadata as given, or raise when it is of another kind."""
    if not isinstance(meta, Meta):
        raise WrongKindError(f"meta must be a Meta, got {quoted(meta)}")
    return meta


def report_from_dict(fields: dict[str, Any]) -> Report:
    """Build a report from a dict of its fields, as storage keeps them."""
    known = {field.name for field in attrs.fields(Report)}
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise InvalidInputError(
            f"a report counts no {first_few(unknown)}; a newer version of touchpoints may"
        )
    return Report(**fields)
