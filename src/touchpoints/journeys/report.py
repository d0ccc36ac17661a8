"""The report of reading a log: what was dropped, merged or could not be ordered, in counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from touchpoints._core.checks import built_by_name, whole
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import agreeing, counted, first_few, quoted
from touchpoints.errors import InvalidInputError

SIZES = ("rows", "pairs", "distinct_events", "answers", "answers_attached")
"""Counts of how much was read: they are not remarks and have no sentence of their own."""

BY_TEXT = ("unmatched_texts", "left_out_reasons", "skipped_reasons", "unread_texts", "noted")
"""Fields of counts by text; all other fields are integers."""

_OF_ROWS = {
    "without_journey": "no journey id",
    "without_time": "no time",
    "bad_times": "no time that can be read",
    "without_touchpoint": "no touchpoint name",
    "unmatched": "matched by no touchpoint type",
    "lifecycle_ignored": "of a lifecycle stage other than start and complete",
    "duplicates_dropped": "a repeat of another row",
}
_OF_ANSWERS = {
    "answers_blank": ("have", "nothing to say: no need, no context, no score"),
    "answers_without_journey": ("are", "of no journey of the log"),
    "answers_without_time": ("have", "no time that can be read"),
    "answers_unmatched": ("name", "a term or a touchpoint that is not known"),
    "answers_too_early": ("were", "given before any interaction that fits"),
    "answers_too_late": ("were", "given too long after the latest interaction"),
    "answers_repeated": ("repeat", "another answer about the same interaction"),
    "answers_replaced": ("were", "replaced by a later answer about the same interaction"),
    "answers_contradicting": ("were", "contradicted by another of the same time: none is used"),
}
_OF_ONE_OR_SEVERAL = {
    "unmatched_dropped": (
        "1 row without a touchpoint name or type was left out",
        "{:,} rows without a touchpoint name or type were left out",
    ),
    "duplicates_kept": (
        "1 row repeats an earlier row and was kept",
        "{:,} rows repeat an earlier row and were kept",
    ),
    "paired": (
        "1 interaction was joined from a start and a complete row",
        "{:,} interactions were joined from a start and a complete row",
    ),
    "unpaired_starts": (
        "1 start row has no complete row: its interaction has no end",
        "{:,} start rows have no complete row: their interactions have no end",
    ),
    "unpaired_completes": (
        "1 complete row has no start row: it is an interaction without an end",
        "{:,} complete rows have no start row: they are interactions without an end",
    ),
    "bad_ends": (
        "1 row has an end that cannot be read: it was set to missing",
        "{:,} rows have an end that cannot be read: it was set to missing",
    ),
    "ends_before_starts": (
        "1 interaction ended before it started: its end was set to missing",
        "{:,} interactions ended before they started: their ends were set to missing",
    ),
    "person_conflicts": (
        "1 journey names several persons: the first was kept",
        "{:,} journeys name several persons: the first was kept",
    ),
    "journey_conflicts": (
        "1 journey has different values in a per-journey column: the first was kept",
        "{:,} journeys have different values in a per-journey column: the first was kept",
    ),
    "facet_conflicts": (
        "1 distinct event was classified differently by combined classifiers",
        "{:,} distinct events were classified differently by combined classifiers",
    ),
    "collisions": (
        "1 journey id shared the sorted bits of its hash with another and was separated",
        "{:,} journey ids shared the sorted bits of their hash with another and were separated",
    ),
    "ambiguous_times": (
        "1 naive time is ambiguous or impossible at a clock change of its zone",
        "{:,} naive times are ambiguous or impossible at a clock change of their zone",
    ),
    "ties_that_matter": (
        "the order of rows at the same time decides 1 transition",
        "the order of rows at the same time decides {:,} transitions",
    ),
}
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
_SHOWN_REASONS = 4


def _rows_by_text(rows: Mapping[str, int]) -> FrozenMap[str, int]:
    return FrozenMap(rows)


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
        Ties between different touchpoints: the order in which their rows were read decides which
        transition is counted.
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
        left_out = {*_LEFT_OUT, *(_UNMATCHED if self.unmatched_dropped else ())}
        return sum(name not in left_out for name, _ in _named_sentences(self))

    def sentences(self) -> tuple[str, ...]:
        """Return one sentence for each count that is not 0, except the sizes of what was read.

        Examples
        --------
        >>> Report(rows=10, without_time=2, pairs=4, ties=1).sentences()
        ('2 of 10 rows have no time', '25.0 % of neighbouring interactions are at the same time')
        """
        return tuple(sentence for _, sentence in _named_sentences(self))

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


def _named_sentences(report: Report) -> Iterator[tuple[str, str]]:
    yield from _about_rows(report)
    yield from _about_reading(report)
    for name, (of_one, of_several) in _OF_ONE_OR_SEVERAL.items():
        if count := getattr(report, name):
            yield name, of_one if count == 1 else of_several.format(count)
    for name, (verb, words) in _OF_ANSWERS.items():
        if count := getattr(report, name):
            share = f"{count:,} of {counted(report.answers, 'answer')}"
            yield name, f"{share} {agreeing(count, verb)} {words}"
    yield from (("noted", f"{what}: {count:,}") for what, count in report.noted.items() if count)


def _about_rows(report: Report) -> Iterator[tuple[str, str]]:
    for name, words in _OF_ROWS.items():
        if count := getattr(report, name):
            verb = agreeing(count, "have" if words.startswith("no ") else "are")
            yield name, f"{count:,} of {counted(report.rows, 'row')} {verb} {words}"


def _about_reading(report: Report) -> Iterator[tuple[str, str]]:
    if report.skipped:
        share = f"{report.skipped:,} of {counted(report.rows, 'record')}"
        yield "skipped", f"{share} cannot be read{_reasons(report.skipped_reasons)}"
    if report.left_out:
        verb, noun = ("is", "touchpoint") if report.left_out == 1 else ("are", "touchpoints")
        share = f"{report.left_out:,} of {counted(report.rows, 'row')}"
        reasons = _reasons(report.left_out_reasons)
        yield "left_out", f"{share} {verb} no {noun} and left out{reasons}"
    if report.unread:
        verb = agreeing(report.unread, "have")
        texts = _reasons(report.unread_texts)
        share = f"{report.unread:,} of {counted(report.rows, 'row')} {verb}"
        yield "unread", f"{share} a value that the rules could not read{texts}"
    if report.ties:
        share = f"{report.tie_share:.1%}".replace("%", " %")
        yield "ties", f"{share} of neighbouring interactions are at the same time"


def _reasons(counts: Mapping[str, int]) -> str:
    shown = [f"{count:,}: {quoted(why)}" for why, count in list(counts.items())[:_SHOWN_REASONS]]
    more = len(counts) - len(shown)
    shown += [f"{more} more"] if more > 0 else []
    return f" ({', '.join(shown)})" if shown else ""


def _added(left: FrozenMap[str, int], right: FrozenMap[str, int]) -> FrozenMap[str, int]:
    texts: dict[str, int] = dict(left)
    for text, count in right.items():
        texts[text] = texts.get(text, 0) + count
    return FrozenMap(sorted(texts.items(), key=lambda pair: (-pair[1], pair[0])))


def report_from_dict(fields: dict[str, Any]) -> Report:
    """Build a report from a dict of its fields, as storage keeps them."""
    known = {field.name for field in attrs.fields(Report)}
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise InvalidInputError(
            f"a report counts no {first_few(unknown)}; a newer version of touchpoints may"
        )
    return Report(**fields)
