"""What becomes of answers, one after the other, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple


class Visit(NamedTuple):
    """One interaction: of which journey and person, when, and what."""

    journey: Any
    person: Any
    at: int
    what: str


class Said(NamedTuple):
    """One answer: of whom, when, with which need and context (None for blank), about what."""

    owner: Any
    at: int | None
    terms: dict[str, str | None]
    what: str | None = None


def about(visits: list[Visit], said: Said, *, of: str) -> int | None:
    """Return the place of the interaction that an answer is about."""
    if said.at is None:
        return None
    before = [
        (visit.at, visit.journey, place)
        for place, visit in enumerate(visits)
        if getattr(visit, of) == said.owner
        and visit.at <= said.at
        and said.what in (None, visit.what)
    ]
    return max(before)[-1] if before else None


def first_fate(
    visits: list[Visit], said: Said, place: int | None, *, owners: set[Any], within: int | None
) -> str | None:
    """Return why an answer is about no interaction, the first reason; None where it is."""
    reasons = {
        "blank": all(term is None for term in said.terms.values()),
        "without_journey": said.owner not in owners,
        "without_time": said.at is None,
        "too_early": place is None,
        "too_late": None not in (within, place, said.at) and said.at - visits[place].at > within,  # type: ignore[operator,index]
    }
    return next((name for name, holds in reasons.items() if holds), None)


def settle(answers: list[Said], numbers: list[int], facet: str) -> tuple[str | None, list[str]]:
    """Return the term that holds of answers about one interaction, and what becomes of each."""
    terms = [str(answers[number].terms[facet]) for number in numbers]
    times = [answers[number].at or 0 for number in numbers]
    latest = [time == max(times) for time in times]
    said_last = {term for term, last in zip(terms, latest, strict=True) if last}
    term = said_last.pop() if len(said_last) == 1 else None
    fates = [
        ("contradicting" if term is None else "repeated")
        if last
        else ("repeated" if own == term else "replaced")
        for own, last in zip(terms, latest, strict=True)
    ]
    if term is not None:  # of those that say the same, the most complete one is used
        told = [
            sum(one is not None for one in answers[number].terms.values()) for number in numbers
        ]
        used = max(range(len(numbers)), key=lambda place: (latest[place], told[place]))
        fates[used] = "attached"
    return term, fates


def attached(
    visits: list[Visit], answers: list[Said], *, of: str, within: int | None
) -> tuple[dict[tuple[int, str], str], Counter[str]]:
    """Return {(interaction, facet): term}, and how many answers came to what."""
    became: dict[int, set[str]] = defaultdict(set)
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    owners = {getattr(visit, of) for visit in visits} - {None}
    for number, said in enumerate(answers):
        place = about(visits, said, of=of)
        fate = first_fate(visits, said, place, owners=owners, within=within)
        if fate is not None or place is None:
            became[number].add(str(fate))
            continue
        for facet, term in said.terms.items():
            if term is not None:
                groups[place, facet].append(number)
    held: dict[tuple[int, str], str] = {}
    for (place, facet), numbers in groups.items():
        term, fates = settle(answers, numbers, facet)
        if term is not None:
            held[place, facet] = term
        for number, fate in zip(numbers, fates, strict=True):
            became[number].add(fate)
    order = ("attached", "contradicting", "replaced", "repeated")
    return held, Counter(
        next((one for one in order if one in several), next(iter(several)))
        for several in became.values()
    )
