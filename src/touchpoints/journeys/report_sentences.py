"""The report of reading a log in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from touchpoints._core.messages import agreeing, counted, quoted

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
_SHOWN_REASONS = 4


def named_sentences(report: Any) -> Iterator[tuple[str, str]]:
    """Yield the name of each count that is not 0, with its sentence."""
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


def _about_rows(report: Any) -> Iterator[tuple[str, str]]:
    for name, words in _OF_ROWS.items():
        if count := getattr(report, name):
            verb = agreeing(count, "have" if words.startswith("no ") else "are")
            yield name, f"{count:,} of {counted(report.rows, 'row')} {verb} {words}"


def _about_reading(report: Any) -> Iterator[tuple[str, str]]:
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
