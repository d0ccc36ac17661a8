"""A funnel by its definition: try all positions at which a journey can take the steps."""

from __future__ import annotations

import itertools


def depth(path: str, steps: str, order: str, window: int | None = None) -> int:
    """Return the number of steps that a journey of one letter per day reaches."""
    if order == "open":
        return sum(step in path for step in steps)
    for count in range(len(steps), 0, -1):
        for chosen in itertools.permutations(range(len(path)), count):
            fits = all(path[position] == steps[nth] for nth, position in enumerate(chosen))
            rising = all(left < right for left, right in itertools.pairwise(chosen))
            adjacent = all(left + 1 == right for left, right in itertools.pairwise(chosen))
            after = all(chosen[0] < position for position in chosen[1:])
            in_time = window is None or max(chosen) - chosen[0] <= window
            allowed = {"closed": rising, "strict": adjacent, "hybrid": after}[order]
            if fits and allowed and in_time:
                return count
    return 0


class Walk:
    """One attempt, day by day.

    ``path`` has one letter and one item (None: unknown) per day. ``rule`` has ``steps``, ``kind``,
    ``window`` (days), ``exclude`` (letters), ``optional`` (positions of steps) and ``held``.
    """

    def __init__(self, path, items, begin, rule):
        """Begin on a day."""
        self.path, self.items, self.begin, self.rule = path, items, begin, rule
        self.late = len(path)
        if rule["window"] is not None:
            self.late = min(len(path), begin + rule["window"] + 1)

    def usable(self, day):
        """Return whether the item of the day is that of the start."""
        return not self.rule["held"] or self.items[day] == self.items[self.begin]

    def first(self, letter, after, before):
        """Return the first day with a letter between two days, or None."""
        days = range(after + 1, before)
        return next((one for one in days if self.path[one] == letter and self.usable(one)), None)

    def stop(self, after):
        """Return the first day on which the attempt is over, and whether it has been ended."""
        ending = [
            day
            for day in range(after + 1, len(self.path))
            if self.path[day] in self.rule["exclude"]
            and (self.usable(day) or self.items[day] is None)
        ]
        return min([*ending, len(self.path)]), bool(ending)

    def strict(self):
        """Return {step: day}, and whether the attempt has been ended."""
        taken = {0: self.begin}
        for nth, letter in enumerate(self.rule["steps"][1:], 1):
            day = self.begin + nth
            if day >= self.late or self.path[day] != letter or not self.usable(day):
                break
            taken[nth] = day
        return taken, max(taken.values()) < len(self.path) - 1

    def hybrid(self):
        """Return {step: day}, and whether the attempt has been ended."""
        taken, steps = {0: self.begin}, self.rule["steps"]
        stop, ended = self.stop(self.begin)
        for nth in range(1, len(steps)):
            used = [at for one, at in taken.items() if one and steps[one] == steps[nth]]
            day = self.first(steps[nth], max([self.begin, *used]), min(stop, self.late))
            if day is None:
                break
            taken[nth] = day
        return taken, ended

    def closed(self):
        """Return {step: day}, and whether the attempt has been ended."""
        taken, last, waiting = {0: self.begin}, self.begin, []
        steps = self.rule["steps"]
        for nth in [*range(1, len(steps)), None]:
            if nth in self.rule["optional"]:
                waiting.append(nth)
                continue
            day = None if nth is None else self.first(steps[nth], last, len(self.path))
            stop, ended = self.stop(last)
            until = len(self.path) if day is None else day
            taken |= self.between(waiting, last, until, stop=min(stop, self.late))
            waiting = []
            if day is None or day >= min(stop, self.late):
                return taken, ended
            taken[nth], last = day, day
        return taken, ended

    def between(self, waiting, last, until, *, stop):
        """Return {step: day} of optional steps between two days."""
        taken = {}
        for nth in waiting:
            day = self.first(self.rule["steps"][nth], last, until)
            if day is not None:
                last = day
                if day < stop:
                    taken[nth] = day
        return taken


def attempts(path, items, rule):
    """Return [(steps taken, ended, rank)] of every start, in order."""
    needed = [nth for nth in range(len(rule["steps"])) if nth not in rule["optional"]]
    found = []
    for begin, letter in enumerate(path):
        if letter != rule["steps"][0]:
            continue
        if rule["held"] and items[begin] is None:
            continue
        taken, ended = getattr(Walk(path, items, begin, rule), rule["kind"])()
        rank = (sum(nth in taken for nth in needed), len(taken))
        found.append((taken, ended, rank))
    return found


def single(found, rule):
    """Return the attempts of one journey so that no interaction is the same step of two."""
    kept = [[dict(taken), ended, rank] for taken, ended, rank in found]
    for nth in range(1, len(rule["steps"])):
        for day in {taken[nth] for taken, _, _ in kept if nth in taken}:
            same = [at for at, one in enumerate(kept) if one[0].get(nth) == day]
            best = max(same, key=lambda at: (kept[at][2], at))
            for at in same:
                if at == best:
                    continue
                if nth in rule["optional"]:
                    del kept[at][0][nth]
                    continue
                kept[at][0] = {one: day for one, day in kept[at][0].items() if one < nth}
                kept[at][1] = True
    return kept
