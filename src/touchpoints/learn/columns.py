"""Which columns a matrix of features has, and which touchpoints and transitions they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias, get_args

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.counting import bigram_keys, segments_with_code, segments_with_key
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.counting.successors import distinct_keys
from touchpoints._core.checks import check_option, whole
from touchpoints._core.frozen import Array
from touchpoints._core.messages import first_few
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.graphs.names import SEPARATOR
from touchpoints.journeys.model import Journeys
from touchpoints.learn.evidence import Until, check_until

Kind: TypeAlias = Literal["presence", "count", "last", "transitions", "gaps"]

KINDS: tuple[Kind, ...] = get_args(Kind)
GAPS = ("known", "median", "longest", "last", "total")
"""What is said of the gaps of a journey; ``known`` is 1 where it has any."""


@attrs.frozen(kw_only=True)
class FeatureColumns:
    """What the columns of a matrix of features are; made by `touchpoints.features`.

    Pass it as ``like=`` to give other journeys the same columns.

    Attributes
    ----------
    of : tuple of str
        The kinds of features, in the order of their columns.
    until, outcome : optional
        Where the journeys are cut, and which outcome they are guarded against.
    first : int, optional
        How many interactions of each journey are read, from its beginning; None for all.
    positions : int
        How many positions from the end ``"last"`` encodes.
    lens : tuple of str
        What the journeys had been collapsed by.
    touchpoints : tuple of str
        The keys of the touchpoints that have columns of their own, sorted.
    pairs : tuple of (str, str)
        The transitions that have a column of their own, as pairs of keys, sorted.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > search", "search"]}, path="path")
    >>> tp.features(journeys, of=["count", "transitions"]).columns.pairs
    (('ad', 'search'),)
    """

    of: tuple[Kind, ...]
    until: Until
    outcome: str | None
    first: int | None
    positions: int
    lens: tuple[str, ...]
    touchpoints: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each column: what it holds, a colon, and of what."""
        return tuple(name for kind in self.of for name in self._names_of(kind))

    def _names_of(self, kind: Kind) -> Iterator[str]:
        if kind == "gaps":
            yield from (f"gap:{name}" for name in GAPS)
        elif kind == "transitions":
            for pair in self.pairs:
                yield "transition:" + SEPARATOR.join(key.replace(">", "%3E") for key in pair)
            yield "other:transition"
        else:
            for head in heads_of(kind, self.positions):
                yield from (f"{head}:{key}" for key in self.touchpoints)
                yield f"other:{head}"


def heads_of(kind: Kind, positions: int) -> list[str]:
    """Return how the names of a kind of features begin, once for each block of columns."""
    if kind != "last":
        return [kind]
    return ["last", *(f"last{place}" for place in range(2, positions + 1))]


def kinds_asked(of: object) -> tuple[Kind, ...]:
    """Return the kinds of features that ``of`` names, or raise."""
    listed = (of,) if isinstance(of, str) else tuple(of) if hasattr(of, "__iter__") else None
    if listed is None or isinstance(of, (set, frozenset)):
        raise WrongKindError(
            f"of must be a kind of features or a sequence of them, got {type(of).__name__}",
            mend='for example of=["count", "transitions"]',
        )
    for kind in listed:
        check_option("of", kind, Kind)
    if not listed or len(set(listed)) < len(listed):
        raise InvalidInputError(
            "of must name at least one kind of features, and each once, got "
            f"{first_few(listed) or 'none'}",
            mend=f"some of {first_few(KINDS)}",
        )
    return listed


def columns_of(journeys: Journeys, asked: FeatureColumns, *, least: int) -> FeatureColumns:
    """Return the columns for what is read of journeys: of what so many real journeys have."""
    k, counts = len(journeys.touchpoints), journeys.counts
    met = segments_with_code(journeys.codes, journeys.offsets, k, counts)
    known = [journeys.touchpoints[code].key for code in np.flatnonzero(met >= least).tolist()]
    return attrs.evolve(
        asked,
        lens=journeys.meta.lens,
        touchpoints=tuple(sorted(known)),
        pairs=_pairs(journeys, least) if "transitions" in asked.of else (),
    )


def _pairs(journeys: Journeys, least: int) -> tuple[tuple[str, str], ...]:
    keys, owners = transition_keys(journeys)
    k = len(journeys.touchpoints)
    numbers, size = dense_numbers(keys, k * k)
    met = segments_with_key(numbers, owners, size, journeys.counts)
    pairs = distinct_keys(keys, numbers, size)[met >= least].tolist()
    known = [one.key for one in journeys.touchpoints]
    return tuple(sorted((known[pair // k], known[pair % k]) for pair in pairs))


def transition_keys(journeys: Journeys) -> tuple[Array, Array]:
    """Return ``source * k + target`` of each transition, int64, and the journey it is in."""
    if not len(journeys.codes):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    keys, inner = bigram_keys(journeys.codes, journeys.offsets, len(journeys.touchpoints))
    return keys[inner], segments.owners_of(journeys.offsets)[:-1][inner]


def asked_columns(
    *, of: object, first: object, positions: object, until: Until, outcome: str | None
) -> FeatureColumns:
    """Return what is asked of columns, before anything is read, or raise."""
    check_until(until)
    return FeatureColumns(
        of=kinds_asked(of),
        until=until,
        outcome=outcome,
        first=None if first is None else whole("first", first, mend="leave it out for all"),
        positions=whole("positions", positions, most=1_000),
        lens=(),
        touchpoints=(),
        pairs=(),
    )
