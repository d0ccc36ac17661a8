"""The directly-follows graph of journeys that end in whether they reached an outcome."""

from __future__ import annotations

import networkx as nx
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.frozen import owned
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import OPEN, Ends
from touchpoints.graphs.names import outcome_terminals
from touchpoints.graphs.parts import flow_graph
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.taxonomy import escape_text


@public
def outcome_graph(
    journeys: Journeys, *, outcome: str | None = None, lang: str = "en"
) -> nx.DiGraph:
    """Return the directly-follows graph in which journeys end in whether an outcome was reached.

    Parameters
    ----------
    journeys
        Journeys with an outcome set by `until` or `mark`, or read with the log.
    outcome
        The name of the outcome; may be left out if there is only one.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        As `transition_graph`, but journeys end in ``(purchase)`` if the outcome ``purchase`` was
        reached, in ``(no purchase)`` if it was not, and in ``(open)`` if this is unknown, or not
        known yet because the log cuts the journey off. The first two are always present.
        ``G.graph["outcome"]`` is the name.

    Raises
    ------
    NotFoundError
        When no outcome has this name.
    InvalidInputError
        When the journeys have no outcome; when they have several and ``outcome=`` is left out;
        when the touchpoint that defines the outcome is still in the journeys, so that it would
        count among what leads to the outcome.

    See Also
    --------
    until : Cut journeys before a place and mark whether they reached it.
    mark : Mark an outcome without cutting.
    transition_graph : The same graph without an outcome.

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
    """Return the name of the chosen outcome, or of the only one; refuse a leak.

    Raises
    ------
    NotFoundError
        When no outcome has this name.
    InvalidInputError
        When the journeys have no outcome, when they have several and ``outcome`` is None, or when
        the touchpoint that defines the outcome is still in the journeys.
    """
    name = named_outcome(journeys, outcome)
    refuse_leak(journeys, name)
    return name


def named_outcome(journeys: Journeys, outcome: str | None) -> str:
    """Return the name of the chosen outcome, or of the only one.

    Raises
    ------
    NotFoundError
        When no outcome has this name.
    InvalidInputError
        When the journeys have no outcome, or have several and ``outcome`` is None.
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
            f"these journeys have {len(known)} outcomes", mend=f"choose one with outcome=: {listed}"
        )
    name = known[0] if outcome is None else outcome
    if name not in known:
        raise not_found("outcome", name, known)
    return name


def refuse_leak(journeys: Journeys, outcome: str) -> None:
    """Raise when the journeys still contain a touchpoint that defines the outcome.

    A touchpoint defines the outcome if the outcome was marked by it, or if its type or key is the
    name of the outcome.
    """
    names = (outcome, escape_text(outcome), *journeys.meta.defining.get(outcome, ()))
    defining = [
        code
        for code, touchpoint in enumerate(journeys.touchpoints)
        if touchpoint.type == outcome or touchpoint.key in names
    ]
    if defining:
        visits = np.bincount(journeys.codes, minlength=len(journeys.touchpoints))
        defining = [code for code in defining if visits[code]]
    if defining:
        inside = np.isin(journeys.codes, defining)
        leaks = int(np.count_nonzero(segments.any_by_segment(inside, journeys.offsets)))
        keys = [journeys.touchpoints[code].key for code in defining]
        raise InvalidInputError(
            f"the touchpoint {keys[0]!r} that defines the outcome {outcome!r} is still inside",
            where=f"{leaks:,} of {len(journeys):,} journeys",
            mend=_cut_first(keys, outcome, lens=journeys.meta.lens),
        )


def _cut_first(keys: list[str], outcome: str, *, lens: tuple[str, ...]) -> str:
    """Return the mend: the calls that keep what came before the outcome."""
    place = repr(keys[0] if len(keys) == 1 else keys)
    merged = "; if grouping merged it with others, cut first, then tp.collapse" if lens else ""
    return (
        f"tp.until(journeys, {place}, outcome={outcome!r}) keeps what came before; "
        f"so does tp.before_first(journeys, {place}), which leaves the outcome as it is{merged}. "
        "after=, within= and absent= of tp.mark are those of tp.until too"
    )
