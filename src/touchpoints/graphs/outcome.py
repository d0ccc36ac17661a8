"""The graph of what leads to an outcome, and what away from it."""

from __future__ import annotations

import networkx as nx
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import owned
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import OPEN, Ends
from touchpoints.graphs.names import outcome_terminals
from touchpoints.graphs.parts import flow_graph
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.taxonomy import escape_text


def outcome_graph(
    journeys: Journeys, *, outcome: str | None = None, lang: str = "en"
) -> nx.DiGraph:
    """Return which touchpoint directly follows which, up to whether an outcome was reached.

    Parameters
    ----------
    journeys
        With an outcome that `until` or `mark` set, or that was read with them.
    outcome
        Its name; may be left out when there is only one.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        As `transition_graph`, but journeys end in ``(purchase)`` where the outcome ``purchase``
        was reached, in ``(no purchase)`` where it was not, and in ``(open)`` where that is not
        known, or not yet: the log cuts the journey off. The first two are always there.
        ``G.graph["outcome"]`` is the name.

    Raises
    ------
    NotFoundError
        When there is no such outcome, or none at all.
    InvalidInputError
        When there are several and none is named, or when the touchpoint that defines the outcome
        is still inside the journeys: what leads to it could not be told from itself.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > search", "ad"], "sales": [3, 0], "lost": [1, 6]}
    >>> journeys = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")
    >>> G = tp.outcome_graph(journeys)
    >>> G["search"]["(sale)"]["probability"], G["ad"]["(no sale)"]["weight"]
    (0.75, 6)
    """
    checked_journeys(journeys)
    name = chosen_outcome(journeys, outcome)
    reached = journeys.outcomes[name]
    kinds = np.where(reached == 1, 0, np.where((reached == 0) & journeys.finished, 1, 2))
    terminals = outcome_terminals(name)
    ends = Ends(names=(*terminals, OPEN), of=owned(kinds.astype(np.int8)))
    return flow_graph(
        journeys, kind="outcome", ends=ends, always=terminals, lang=lang, outcome=name
    )


def chosen_outcome(journeys: Journeys, outcome: str | None) -> str:
    """Return the name of the outcome asked for, or of the only one; refuse a leak.

    Raises
    ------
    NotFoundError
        When there is no such outcome, or none at all.
    InvalidInputError
        When there are several and none is named, or the touchpoint that defines it is inside.
    """
    name = named_outcome(journeys, outcome)
    refuse_leak(journeys, name)
    return name


def named_outcome(journeys: Journeys, outcome: str | None) -> str:
    """Return the name of the outcome asked for, or of the only one.

    Raises
    ------
    NotFoundError
        When there is no such outcome.
    InvalidInputError
        When there is none at all, or there are several and none is named.
    """
    known = list(journeys.outcomes)
    if not known:
        raise InvalidInputError(
            "these journeys have no outcome",
            mend='tp.until(journeys, "purchase", outcome="purchase") marks one',
        )
    if outcome is None and len(known) > 1:
        listed = ", ".join(repr(name) for name in known)
        raise InvalidInputError(
            f"there are {len(known)} outcomes", mend=f"name one as outcome=: {listed}"
        )
    name = known[0] if outcome is None else outcome
    if name not in known:
        raise not_found("outcome", name, known)
    return name


def refuse_leak(journeys: Journeys, outcome: str) -> None:
    """Raise when a touchpoint is inside that defines the outcome.

    That is one by which it was marked, or whose type or key is the name of the outcome.
    """
    names = (outcome, escape_text(outcome), *journeys.meta.defining.get(outcome, ()))
    places = [
        place
        for place, touchpoint in enumerate(journeys.touchpoints)
        if touchpoint.type == outcome or touchpoint.key in names
    ]
    if places:
        met = np.bincount(journeys.codes, minlength=len(journeys.touchpoints))
        places = [place for place in places if met[place]]
    if places:
        inside = np.isin(journeys.codes, places)
        leaks = int(np.count_nonzero(segments.any_by_segment(inside, journeys.offsets)))
        keys = [journeys.touchpoints[place].key for place in places]
        raise InvalidInputError(
            f"the touchpoint {keys[0]!r} that defines the outcome {outcome!r} is still inside",
            where=f"{leaks:,} of {len(journeys):,} journeys",
            mend=_cut_first(keys, outcome, lens=journeys.meta.lens),
        )


def _cut_first(keys: list[str], outcome: str, *, lens: tuple[str, ...]) -> str:
    """Say how to keep what came before the outcome."""
    place = repr(keys[0] if len(keys) == 1 else keys)
    merged = "; if grouping merged it with others, cut first, then tp.collapse" if lens else ""
    return (
        f"tp.until(journeys, {place}, outcome={outcome!r}) keeps what came before; "
        f"so does tp.before_first(journeys, {place}), which leaves the outcome as it is{merged}"
    )
