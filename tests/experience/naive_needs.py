"""What happens to needs, by their definitions, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np

import touchpoints as tp


def occurrences(
    log: tp.Journeys,
    *,
    success: dict[str, str] | None = None,
    scores: str | None = None,
    threshold: float = 0,
    within: int | None = None,
) -> list[dict[str, Any]]:
    """Return each occurrence of a need: its fate, its weight and what is beside it."""
    found = []
    keys = [one.key for one in log.touchpoints]
    for owner in range(len(log)):
        start, stop = int(log.offsets[owner]), int(log.offsets[owner + 1])
        for row in range(start, stop):
            need = log.touchpoints[int(log.codes[row])].need
            if need == "unknown" or not log.counts[owner]:
                continue
            place = (success or {}).get(need)
            judged = scores is not None or place is not None
            good = False
            for later in range(row, stop):
                waited = int(log.times[later].astype(np.int64) - log.times[row].astype(np.int64))
                if within is not None and waited > within:
                    break
                good |= place is not None and keys[int(log.codes[later])] == place
                good |= scores is not None and log.per_interaction[scores][later] >= threshold
            until = int(log.observed_until[owner].astype(np.int64))
            known = bool(log.finished[owner])
            if within is not None:
                known = until >= int(log.times[row].astype(np.int64)) + within
            found.append(
                {
                    "need": need,
                    "row": row,
                    "weight": int(log.counts[owner]),
                    "fate": "not judged"
                    if not judged
                    else ("yes" if good else "no")
                    if known
                    else ("already" if good else "late"),
                    "who": owner if (name := person(log, owner)) is None else name,
                }
            )
    return found


def satisfaction(found: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Return the numbers of occurrences of each need, by fate."""
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    people: dict[str, dict[Any, int]] = defaultdict(dict)
    for one in found:
        numbers[one["need"]][one["fate"]] += one["weight"]
        people[one["need"]][one["who"]] = 1 if isinstance(one["who"], str) else one["weight"]
    return {
        need: {
            "occurrences": sum(fates.values()),
            "people": sum(people[need].values()),
            "satisfied": fates["yes"],
            "unsatisfied": fates["no"],
            "censored": fates["already"] + fates["late"],
            "already": fates["already"],
        }
        for need, fates in numbers.items()
    }


def threads(log: tp.Journeys, success: dict[str, str], *, within: int) -> list[tuple[Any, ...]]:
    """Return (person, need, opened, last, closed, contacts, carried, state) of each thread."""
    people: dict[Any, list[int]] = defaultdict(list)
    for owner in range(len(log)):
        person = None if log.persons is None else log.persons[owner]
        if log.counts[owner]:
            people[("alone", owner) if person is None else person].append(owner)
    found = []
    for person, owners in people.items():
        until = max(int(log.observed_until[one].astype(np.int64)) for one in owners)
        for need in {one.need for one in log.touchpoints} - {"unknown"}:
            one = OneNeed(person, need, within)
            for instant, happened in sorted(instants(log, owners).items()):
                one.see(log, instant, happened, success.get(need))
            one.end(until)
            found += one.closed
    return found


def instants(log: tp.Journeys, owners: list[int]) -> dict[int, list[tuple[int, int]]]:
    """Return what happens to a person at each time: the rows and the counts of their journeys."""
    happened = defaultdict(list)
    for owner in owners:
        for row in range(int(log.offsets[owner]), int(log.offsets[owner + 1])):
            happened[int(log.times[row].astype(np.int64))].append((row, int(log.counts[owner])))
    return happened


class OneNeed:
    """The threads of one person for one need, told in the order of time."""

    def __init__(self, person: Any, need: str, within: int) -> None:
        self.person, self.need, self.within = person, need, within
        self.open: dict[str, Any] = {}
        self.closed: list[tuple[Any, ...]] = []

    def see(
        self, log: tp.Journeys, now: int, happened: list[tuple[int, int]], place: str | None
    ) -> None:
        """Add what happens at an instant: silence before it, contacts, then success."""
        if self.open and now - self.open["last"] > self.within:
            self.close(self.open["last"] + self.within, "abandoned")
        for row, count in happened:
            one = log.touchpoints[int(log.codes[row])]
            if one.need == self.need:
                self.open.setdefault("opened", now)
                self.open["last"] = now
                alone = isinstance(self.person, tuple)
                self.open["contacts"] = self.open.get("contacts", 0) + (1 if alone else count)
                self.open.setdefault("areas", set()).add(one.channel)
        met = any(log.touchpoints[int(log.codes[row])].key == place for row, _ in happened)
        if self.open and met:
            self.close(now, "met")

    def end(self, until: int) -> None:
        """End the log."""
        if self.open:
            over = self.open["last"] + self.within
            self.close(over if until >= over else None, "abandoned" if until >= over else "open")

    def close(self, at: int | None, state: str) -> None:
        """Close the thread."""
        carried = len(self.open["areas"] - {"unknown"}) > 1
        times = (self.open["opened"], self.open["last"], at)
        self.closed.append((self.person, self.need, *times, self.open["contacts"], carried, state))
        self.open = {}


def cells(log: tp.Journeys) -> tuple[dict[tuple[str, str], list[int]], int]:
    """Return [interactions, journeys, people] by need and stage, and what is left out."""
    rows: Counter[tuple[str, str]] = Counter()
    journeys, people = defaultdict(set), defaultdict(set)
    left_out = 0
    for owner in range(len(log)):
        for row in range(int(log.offsets[owner]), int(log.offsets[owner + 1])):
            one = log.touchpoints[int(log.codes[row])]
            cell = (one.need, one.facet("stage"))
            if "unknown" in cell:
                left_out += int(log.counts[owner])
            elif log.counts[owner]:
                rows[cell] += int(log.counts[owner])
                journeys[cell].add(owner)
                people[cell].add(owner if (who := person(log, owner)) is None else who)
    return {
        cell: [
            number,
            sum(int(log.counts[owner]) for owner in journeys[cell]),
            sum(1 if isinstance(one, str) else int(log.counts[one]) for one in people[cell]),
        ]
        for cell, number in rows.items()
    }, left_out


def person(log: tp.Journeys, owner: int) -> str | None:
    """Return the name of the person of a journey; None where it is not known."""
    if log.persons is None or log.persons[owner] is None:
        return None
    return f"person {log.persons[owner]}"


def staged(log: tp.Journeys, *, purchase: str, late: int) -> list[dict[str, Any]]:
    """Return the stage of each interaction, from where, and how it contradicts the journey."""
    bought: dict[Any, int] = {}
    cut = set()
    for owner in range(len(log)):
        who = owner if (name := person(log, owner)) is None else name
        span = range(int(log.offsets[owner]), int(log.offsets[owner + 1]))
        if log.counts[owner] and span and not log.began[owner]:
            cut.add(who)
        for row in span:
            if log.counts[owner] and log.touchpoints[int(log.codes[row])].key == purchase:
                time = int(log.times[row].astype(np.int64))
                bought[who] = min(bought.get(who, time), time)
    found = []
    told = log.per_interaction["seen_stage"].to_list()
    for owner in range(len(log)):
        who = owner if (name := person(log, owner)) is None else name
        for row in range(int(log.offsets[owner]), int(log.offsets[owner + 1])):
            usual = log.touchpoints[int(log.codes[row])].facet("stage")
            stage, origin = (usual, "type") if told[row] is None else (told[row], "data")
            time, kind = int(log.times[row].astype(np.int64)), ""
            if stage == "after" and who not in cut and time < bought.get(who, time + 1):
                kind = "before any purchase"
            if stage == "before" and who in bought and time - bought[who] > late:
                kind = "long after a purchase"
            if stage != "unknown" and log.counts[owner]:
                found.append(
                    {
                        "who": who,
                        "stage": stage,
                        "origin": origin,
                        "kind": kind,
                        "weight": int(log.counts[owner]),
                        "bought": who in bought,
                        "alike": 1 if isinstance(who, str) else int(log.counts[owner]),
                    }
                )
    return found


def most_pairs(one: list[int], two: list[int], limit: int) -> int:
    """Return the largest number of pairs that are no further apart than the limit."""
    best = np.zeros((len(one) + 1, len(two) + 1), dtype=int)
    for i, first in enumerate(sorted(one), 1):
        for j, second in enumerate(sorted(two), 1):
            near = abs(first - second) <= limit
            best[i, j] = max(best[i - 1, j], best[i, j - 1], best[i - 1, j - 1] + near)
    return int(best[-1, -1])


def pairs_of(log: tp.Journeys, first: str, second: str, limit: int) -> int:
    """Return how many interactions two sources both speak of, by the definition."""
    told = log.per_interaction["source"].to_list()
    groups: dict[Any, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for owner in range(len(log)):
        name = person(log, owner)
        for row in range(int(log.offsets[owner]), int(log.offsets[owner + 1])):
            if told[row] in (first, second):
                kind = log.touchpoints[int(log.codes[row])].type
                side = groups[owner if name is None else name, kind][told[row] == second]
                side += [int(log.times[row].astype(np.int64))] * int(log.counts[owner])
    return sum(most_pairs(*sides, limit) for sides in groups.values())
