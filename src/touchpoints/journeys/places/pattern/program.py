"""A path pattern compiled to a program: which touchpoint may come next, in order of preference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from touchpoints.journeys.places.pattern.parser import Node

MATCH, END = 1, 2  # the bits of a match, and of a match that is allowed only at a journey's end
_BITS = 2

_Exits: TypeAlias = tuple[int, ...]


class Instruction(NamedTuple):
    """An instruction of a program.

    ``one`` takes a touchpoint of atom ``first`` and goes to ``second``; ``split`` prefers
    ``first`` to ``second``; ``start`` and ``end`` go to ``first`` where the journey starts or ends.
    """

    kind: Literal["match", "one", "split", "start", "end"]
    first: int = 0
    second: int = 0


class Program:
    """The instructions of a pattern, with repeats written out.

    Attributes
    ----------
    instructions
        The instructions, each of them once.
    first
        The position of the first instruction.
    ones
        The positions of the instructions that take a touchpoint; the i-th has bit ``i + 2``.
    live, live_at_start
        For each instruction, the bits of the instructions that are reachable from it before the
        next touchpoint is taken: after the journey's first interaction, and at it.

    Notes
    -----
    An optional repeat that takes nothing is the last repeat, as in ``re``. So what follows a part
    depends on which of the repeats around it have taken something: there is one exit where no
    repeat has, one where only the outermost has, and so on. Equal instructions share a position.
    """

    def __init__(self, tree: Node, atom_of: Callable[[Node], int]) -> None:
        self.instructions: list[Instruction] = []
        self._known: dict[Instruction, int] = {}
        self._atom_of = atom_of
        self.first = self._built(tree, (self._instruction("match"),))[0]
        self.ones = [
            position for position, one in enumerate(self.instructions) if one.kind == "one"
        ]
        self.live = self._reach(at_start=False)
        self.live_at_start = self._reach(at_start=True)

    def _instruction(self, kind: Literal["match", "one", "split", "start", "end"], *to: int) -> int:
        instruction = Instruction(kind, *to)
        position = self._known.setdefault(instruction, len(self.instructions))
        if position == len(self.instructions):
            self.instructions.append(instruction)
        return position

    def _built(self, node: Node, exits: _Exits) -> _Exits:
        """Write a part before its exits; return the positions of its entries, one for each exit."""
        if node.kind == "one":
            return (self._instruction("one", self._atom_of(node), exits[-1]),) * len(exits)
        if node.kind in ("start", "end"):
            kind: Literal["start", "end"] = "start" if node.kind == "start" else "end"
            return tuple(self._instruction(kind, one) for one in exits)
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
        """Prefer the first entries to the second; when lazy, the second to the first."""
        pairs = zip(*((second, first) if lazy else (first, second)), strict=True)
        return tuple(
            one if one == other else self._instruction("split", one, other) for one, other in pairs
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
        """Write an unbounded repeat: it goes on after a turn that took something, else it ends."""
        head = len(self.instructions)
        self.instructions.append(Instruction("split", head, head))
        onward = (*exits[:-1], head) if part.least else (*exits, head)
        inner = self._built(part, onward)[: len(exits)]
        to = (exits[-1], inner[-1]) if lazy else (inner[-1], exits[-1])
        self.instructions[head] = Instruction("split", *to)
        others = self._choice(inner[:-1], exits[:-1], lazy=lazy)
        return (*others, head)

    def _reach(self, *, at_start: bool) -> list[int]:
        size = len(self.instructions)
        bits = {position: 1 << (number + _BITS) for number, position in enumerate(self.ones)}
        reach = [bits.get(position, -1) for position in range(size)]
        for position in range(size):
            todo = [position]
            while todo:
                instruction = self.instructions[todo[-1]]
                if reach[todo[-1]] >= 0:
                    todo.pop()
                    continue
                following = (
                    [instruction.first, instruction.second]
                    if instruction.kind == "split"
                    else [instruction.first]
                )
                missing = [one for one in following if reach[one] < 0]
                if missing and instruction.kind != "match":
                    todo += missing
                    continue
                reach[todo.pop()] = _bits_of(instruction, reach, at_start=at_start)
        return reach


def _bits_of(instruction: Instruction, reach: list[int], *, at_start: bool) -> int:
    """Return the bits reachable from an instruction that takes no touchpoint."""
    if instruction.kind == "match":
        return MATCH
    if instruction.kind == "split":
        return reach[instruction.first] | reach[instruction.second]
    if instruction.kind == "start":
        return reach[instruction.first] if at_start else 0
    return END if reach[instruction.first] & (MATCH | END) else 0
