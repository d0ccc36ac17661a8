"""A path pattern as a program: which touchpoint may come next, in order of preference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from touchpoints.journeys.places.pattern.parser import Node

MATCH, END = 1, 2  # the bits of a match, and of one that may stand at a journey's end alone
_BITS = 2

_Exits: TypeAlias = tuple[int, ...]


class Step(NamedTuple):
    """An instruction.

    ``one`` takes a touchpoint of atom ``first`` and goes to ``second``; ``split`` prefers
    ``first`` to ``second``; ``start`` and ``end`` go to ``first`` where the journey starts or ends.
    """

    kind: Literal["match", "one", "split", "start", "end"]
    first: int = 0
    second: int = 0


class Program:
    """The steps of a pattern, repeats written out.

    Attributes
    ----------
    steps
        The instructions.
    first
        The one to begin with.
    ones
        The instructions that take a touchpoint; the i-th has bit ``i + 2``.
    live, live_at_start
        For each instruction the bits of what it can go on with before the next touchpoint is
        taken: behind the journey's first interaction, and at it.

    Notes
    -----
    An optional repeat that takes nothing is the last one, as in ``re``. So what comes behind a
    part depends on which of the repeats around it have taken something: one exit for none of
    them, one for the outermost alone, and so on. Equal instructions are one.
    """

    def __init__(self, tree: Node, atom_of: Callable[[Node], int]) -> None:
        self.steps: list[Step] = []
        self._known: dict[Step, int] = {}
        self._atom_of = atom_of
        self.first = self._built(tree, (self._step("match"),))[0]
        self.ones = [place for place, step in enumerate(self.steps) if step.kind == "one"]
        self.live = self._reach(at_start=False)
        self.live_at_start = self._reach(at_start=True)

    def _step(self, kind: Literal["match", "one", "split", "start", "end"], *to: int) -> int:
        step = Step(kind, *to)
        place = self._known.setdefault(step, len(self.steps))
        if place == len(self.steps):
            self.steps.append(step)
        return place

    def _built(self, node: Node, exits: _Exits) -> _Exits:
        """Write a part in front of its exits; return where to enter it, as many places."""
        if node.kind == "one":
            return (self._step("one", self._atom_of(node), exits[-1]),) * len(exits)
        if node.kind in ("start", "end"):
            kind: Literal["start", "end"] = "start" if node.kind == "start" else "end"
            return tuple(self._step(kind, one) for one in exits)
        if node.kind == "sequence":
            for part in reversed(node.parts):
                exits = self._built(part, exits)
            return exits
        if node.kind == "either":
            entries = self._built(node.parts[-1], exits)
            for part in reversed(node.parts[:-1]):
                entries = self._choice(self._built(part, exits), entries)
            return entries
        return self._repeat(node, exits)

    def _choice(self, first: _Exits, second: _Exits, *, lazy: bool = False) -> _Exits:
        """Prefer the first entries to the second, or where it is lazy the second."""
        pairs = zip(*((second, first) if lazy else (first, second)), strict=True)
        return tuple(
            one if one == other else self._step("split", one, other) for one, other in pairs
        )

    def _repeat(self, node: Node, exits: _Exits) -> _Exits:
        (part,) = node.parts
        entries = exits
        if node.high is None:
            entries = self._loop(part, exits, lazy=node.lazy)
        for left in range(0 if node.high is None else node.high - node.low):
            onward = (*exits, entries[-1]) if left and not part.least else entries
            inner = self._built(part, onward)[: len(exits)]
            entries = self._choice(inner, exits, lazy=node.lazy)
        for _ in range(node.low):
            entries = self._built(part, entries)
        return entries

    def _loop(self, part: Node, exits: _Exits, *, lazy: bool) -> _Exits:
        """Write an unbounded repeat: what took something comes back, what took nothing leaves."""
        head = len(self.steps)
        self.steps.append(Step("split", head, head))
        behind = (*exits[:-1], head) if part.least else (*exits, head)
        inner = self._built(part, behind)[: len(exits)]
        to = (exits[-1], inner[-1]) if lazy else (inner[-1], exits[-1])
        self.steps[head] = Step("split", *to)
        others = self._choice(inner[:-1], exits[:-1], lazy=lazy)
        return (*others, head)

    def _reach(self, *, at_start: bool) -> list[int]:
        bits = {place: 1 << (number + _BITS) for number, place in enumerate(self.ones)}
        reach = [bits.get(place, -1) for place in range(len(self.steps))]
        for place in range(len(self.steps)):
            todo = [place]
            while todo:
                step = self.steps[todo[-1]]
                if reach[todo[-1]] >= 0:
                    todo.pop()
                    continue
                behind = [step.first, step.second] if step.kind == "split" else [step.first]
                missing = [one for one in behind if reach[one] < 0]
                if missing and step.kind != "match":
                    todo += missing
                    continue
                reach[todo.pop()] = _bits_of(step, reach, at_start=at_start)
        return reach


def _bits_of(step: Step, reach: list[int], *, at_start: bool) -> int:
    """Return the bits of an instruction that takes no touchpoint."""
    if step.kind == "match":
        return MATCH
    if step.kind == "split":
        return reach[step.first] | reach[step.second]
    if step.kind == "start":
        return reach[step.first] if at_start else 0
    return END if reach[step.first] & (MATCH | END) else 0
