"""Synthetic example data, simulated from the transition graphs defined in this file."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import attrs
import networkx as nx
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.graphs.flows import END, OPEN, START
from touchpoints.graphs.names import SCHEMA, is_terminal
from touchpoints.graphs.parts import described, facets_of
from touchpoints.graphs.simulation import simulate
from touchpoints.journeys.combining import concat
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys, take
from touchpoints.taxonomy import Taxonomy, Touchpoint, load_taxonomy, parse_key, untyped

_BEGIN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
_SPREAD = dt.timedelta(days=90)
_HOUR = 3600.0
_DEFAULT, _DATA = 1, 3
_JOURNEYS_PER_PERSON = 1.5
_COMPARING = "search_query[need=compare]"
_APP_CHAT = "live_chat[channel=app]"

Edge = tuple[str, str, int, int, float]

# Source, target, percentage of the source on a phone and on a computer, median gap in hours.
_SHOP: tuple[Edge, ...] = (
    (START, "search_query", 58, 52, 0),
    (START, _COMPARING, 12, 24, 0),
    (START, "review_read", 12, 14, 0),
    (START, "email_reminder", 10, 6, 0),
    (START, "live_chat", 0, 4, 0),
    (START, _APP_CHAT, 8, 0, 0),
    ("search_query", "search_query", 18, 10, 0.1),
    ("search_query", _COMPARING, 10, 14, 0.2),
    ("search_query", "review_read", 24, 30, 0.3),
    ("search_query", "trial_subscription", 4, 8, 0.5),
    ("search_query", "purchase", 4, 8, 0.4),
    ("search_query", END, 30, 22, 0),
    (_COMPARING, "review_read", 40, 44, 0.2),
    (_COMPARING, "live_chat", 2, 12, 0.3),
    (_COMPARING, _APP_CHAT, 10, 0, 0.3),
    (_COMPARING, "purchase", 8, 16, 1),
    (_COMPARING, END, 30, 22, 0),
    ("review_read", "search_query", 20, 16, 20),
    ("review_read", "live_chat", 2, 14, 0.5),
    ("review_read", _APP_CHAT, 12, 0, 0.5),
    ("review_read", "trial_subscription", 12, 18, 2),
    ("review_read", "purchase", 10, 18, 3),
    ("review_read", END, 34, 26, 0),
    ("live_chat", "review_read", 14, 12, 1),
    ("live_chat", "trial_subscription", 22, 26, 0.5),
    ("live_chat", "purchase", 24, 30, 0.3),
    ("live_chat", END, 40, 32, 0),
    (_APP_CHAT, _APP_CHAT, 12, 12, 0.2),
    (_APP_CHAT, "trial_subscription", 20, 20, 0.5),
    (_APP_CHAT, "purchase", 24, 24, 0.3),
    (_APP_CHAT, END, 44, 44, 0),
    ("trial_subscription", "email_reminder", 62, 58, 240),
    ("trial_subscription", "live_chat", 2, 8, 30),
    ("trial_subscription", "purchase", 14, 20, 120),
    ("trial_subscription", END, 22, 14, 0),
    ("email_reminder", "purchase", 30, 42, 18),
    ("email_reminder", "search_query", 22, 16, 12),
    ("email_reminder", END, 48, 42, 0),
    ("purchase", "search_query", 6, 10, 400),
    ("purchase", END, 94, 90, 0),
)

# Source, target, percentage of the source in routine and in urgent cases, median gap in hours.
_CLINIC: tuple[Edge, ...] = (
    (START, "Appointment booked (phone)", 46, 10, 0),
    (START, "Appointment booked (online)", 44, 8, 0),
    (START, "Emergency visit", 10, 82, 0),
    ("Appointment booked (phone)", "Reminder sent", 60, 10, 150),
    ("Appointment booked (phone)", "Consultation", 34, 84, 200),
    ("Appointment booked (phone)", END, 6, 6, 0),
    ("Appointment booked (online)", "Reminder sent", 80, 20, 140),
    ("Appointment booked (online)", "Consultation", 10, 72, 160),
    ("Appointment booked (online)", END, 10, 8, 0),
    ("Reminder sent", "Consultation", 90, 92, 24),
    ("Reminder sent", "Appointment booked (phone)", 6, 4, 6),
    ("Reminder sent", END, 4, 4, 0),
    ("Emergency visit", "Blood test", 50, 60, 0.7),
    ("Emergency visit", "X-ray", 40, 36, 1.2),
    ("Emergency visit", END, 10, 4, 0),
    ("Consultation", "Blood test", 40, 46, 30),
    ("Consultation", "X-ray", 18, 24, 60),
    ("Consultation", "Treatment", 14, 22, 90),
    ("Consultation", END, 28, 8, 0),
    ("Blood test", "Results discussed", 82, 78, 48),
    ("Blood test", "X-ray", 18, 22, 4),
    ("X-ray", "Results discussed", 96, 96, 30),
    ("X-ray", OPEN, 4, 4, 0),
    ("Results discussed", "Treatment", 44, 68, 60),
    ("Results discussed", "Consultation", 16, 12, 300),
    ("Results discussed", END, 40, 20, 0),
    ("Treatment", "Treatment", 20, 24, 168),
    ("Treatment", "Follow-up call", 56, 52, 240),
    ("Treatment", OPEN, 14, 14, 0),
    ("Treatment", END, 10, 10, 0),
    ("Follow-up call", "Survey answered", 40, 34, 30),
    ("Follow-up call", "Consultation", 10, 12, 120),
    ("Follow-up call", END, 50, 54, 0),
    ("Survey answered", END, 100, 100, 0),
)

_MAP = (
    *("search_query", "review_read", "live_chat"),
    *("trial_subscription", "email_reminder", "purchase"),
)


@public
def shop(n: int = 1000, *, seed: int) -> Journeys:
    """Return synthetic journeys of shop customers, typed by the built-in ``customer`` taxonomy.

    Parameters
    ----------
    n
        The number of journeys, an integer of at least 0.
    seed
        The seed of the random generator; the same seed gives the same journeys.

    Returns
    -------
    Journeys
        Journeys that begin over about three months, sorted by start, with or without a purchase.
        They have ``persons`` (many with one journey, some with several); per journey ``device``
        (``phone``, ``computer``: more people buy on a computer) and ``segment`` (``new`` for the
        first journey of a person, ``returning`` for all later ones); and ``values["revenue"]``.
        Some needs and contexts are observed, the others are the default of the type
        (``need_from``, ``context_from``).

    See Also
    --------
    clinic : Journeys of patients, without types and some of them still open.
    example_map : A planned journey as a graph.
    simulate : Journeys drawn from any transition graph.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.datasets.shop(100, seed=1)
    <Journeys: 100 journeys, 246 interactions, 8 touchpoints, 2026-01-05 to 2026-04-21>
    """
    taxonomy = load_taxonomy("customer")
    n, rng = checks.whole("n", n, least=0), np.random.default_rng(checks.seed(seed))
    journeys = _drawn(_SHOP, n, rng, name="device", terms=("phone", "computer"), taxonomy=taxonomy)
    persons = _persons(_groups(journeys, "device"), rng)
    first = np.zeros(n, dtype=bool)
    first[np.unique(persons.codes, return_index=True)[1]] = True
    rows = len(journeys.codes)
    named = np.array(["need" in parse_key(one.key)[1] for one in journeys.touchpoints], dtype=bool)
    return attrs.evolve(
        journeys,
        persons=persons.to_array(),
        values={"revenue": _amounts(journeys, ("purchase",), rng, low=1500, high=12000)},
        per_interaction={
            "need_from": _origins(named[journeys.codes] | (rng.random(rows) < 0.2)),
            "context_from": _origins(rng.random(rows) < 0.3),
        },
        per_journey={
            **journeys.per_journey,
            "segment": Coded(owned((~first).astype(np.int32)), ("new", "returning")),
        },
    )


@public
def clinic(n: int = 1000, *, seed: int) -> Journeys:
    """Return synthetic journeys of the patients of a clinic; the touchpoints are untyped.

    Parameters
    ----------
    n
        The number of journeys, an integer of at least 0.
    seed
        The seed of the random generator; the same seed gives the same journeys.

    Returns
    -------
    Journeys
        Journeys from a booking or an emergency to the end of care, sorted by start; some patients
        are still in care (``finished`` is False). They have ``persons`` (some with several
        journeys); per journey ``urgency`` (``routine``, ``urgent``); and ``values["cost"]``.

    See Also
    --------
    shop : Journeys of customers, typed by a taxonomy.
    simulate : Journeys drawn from any transition graph.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.datasets.clinic(100, seed=1)
    <Journeys: 100 journeys, 500 interactions, 11 touchpoints, 2026-01-05 to 2026-05-17>
    """
    n, rng = checks.whole("n", n, least=0), np.random.default_rng(checks.seed(seed))
    journeys = _drawn(_CLINIC, n, rng, name="urgency", terms=("routine", "urgent"), taxonomy=None)
    costly = ("Emergency visit", "X-ray", "Treatment")
    return attrs.evolve(
        journeys,
        persons=_persons(_groups(journeys, "urgency"), rng).to_array(),
        values={"cost": _amounts(journeys, costly, rng, low=8000, high=90000)},
    )


@public
def example_map(*, lang: str = "en") -> nx.DiGraph:
    """Return a small journey map: search, reviews, live chat, trial, reminder, purchase.

    Parameters
    ----------
    lang
        The language of the labels: one of the taxonomy ``customer``, such as ``"es"`` or ``"pt"``.

    Returns
    -------
    networkx.DiGraph
        Six nodes with ``label``, ``type`` and facets, and five edges with ``planned`` True.

    See Also
    --------
    shop : Synthetic journeys through these touchpoints.
    plan_graph : A plan as a graph.

    Examples
    --------
    >>> import touchpoints as tp
    >>> G = tp.datasets.example_map(lang="es")
    >>> [G.nodes[node]["label"] for node in G][:3]
    ['Búsqueda en internet', 'Lectura de reseñas', 'Chat en vivo']
    """
    taxonomy = load_taxonomy("customer", languages=[lang])
    graph = nx.DiGraph(
        schema=SCHEMA,
        kind="planned",
        taxonomy=taxonomy.name,
        taxonomy_version=taxonomy.version,
        lang=lang,
    )
    _add_touchpoints(graph, [taxonomy.touchpoint(one) for one in _MAP], taxonomy, lang)
    graph.add_edges_from(pairwise(_MAP), planned=True)
    return graph


def _add_touchpoints(
    graph: nx.DiGraph, touchpoints: list[Touchpoint], taxonomy: Taxonomy | None, lang: str
) -> None:
    graph.graph["facets"] = facets_of(touchpoints)
    for one in touchpoints:
        graph.add_node(one.key, **described(one, meta=Meta(taxonomy=taxonomy), lang=lang))


def _graph(edges: tuple[Edge, ...], group: int, taxonomy: Taxonomy | None) -> nx.DiGraph:
    """Return the transition graph of one of the two groups of journeys."""
    graph = nx.DiGraph()
    keys = dict.fromkeys(key for edge in edges for key in edge[:2] if not is_terminal(key))
    _add_touchpoints(graph, [_touchpoint(key, taxonomy) for key in keys], taxonomy, "en")
    for source, target, *weights, hours in edges:
        if weights[group]:
            graph.add_edge(source, target, weight=weights[group], gap_median=hours * _HOUR)
    return graph


def _touchpoint(key: str, taxonomy: Taxonomy | None) -> Touchpoint:
    if taxonomy is None:
        return untyped(key)
    head, facets = parse_key(key)
    return taxonomy.touchpoint(head, **facets)


def _drawn(
    edges: tuple[Edge, ...],
    n: int,
    rng: np.random.Generator,
    *,
    name: str,
    terms: tuple[str, str],
    taxonomy: Taxonomy | None,
) -> Journeys:
    """Simulate journeys of two groups with different transitions, sorted by start."""
    first = int(rng.binomial(n, 0.6))
    parts = []
    for group, (count, seed) in enumerate(
        zip((first, n - first), rng.integers(2**31, size=2).tolist(), strict=True)
    ):
        part = simulate(
            _graph(edges, group, taxonomy),
            n=count,
            seed=seed,
            begin=_BEGIN,
            spread=_SPREAD,
            taxonomy=taxonomy,
        )
        ids = np.arange(count, dtype=np.int64) + (first if group else 0)
        codes = np.full(count, group, dtype=np.int32)
        parts.append(attrs.evolve(part, ids=ids, per_journey={name: Coded(codes, terms)}))
    journeys = concat(parts)
    began = journeys.times[journeys.offsets[:-1]] if journeys.times is not None else journeys.ids
    ordered = take(journeys, np.argsort(began, kind="stable"))
    return attrs.evolve(ordered, ids=np.arange(n, dtype=np.int64))


def _groups(journeys: Journeys, name: str) -> Array:
    column = journeys.per_journey[name]
    return column.codes if isinstance(column, Coded) else column


def _persons(groups: Array, rng: np.random.Generator) -> Coded:
    """Return the person of each journey: most have one or two journeys, all in the same group."""
    people = max(1, int(len(groups) / _JOURNEYS_PER_PERSON / 2))
    codes = rng.integers(people, size=len(groups)) * 2 + groups
    return Coded(owned(codes.astype(np.int32)), tuple(f"p{one:05}" for one in range(2 * people)))


def _amounts(
    journeys: Journeys, keys: tuple[str, ...], rng: np.random.Generator, *, low: int, high: int
) -> Array:
    """Return an amount of money per journey: a random one for each touchpoint with these keys."""
    wanted = np.array([touchpoint.key in keys for touchpoint in journeys.touchpoints], dtype=bool)
    hits = wanted[journeys.codes]
    cents = np.where(hits, rng.integers(low, high, size=len(hits)), 0)
    return owned(segments.sum_by_segment(cents, journeys.offsets) / 100)


def _origins(observed: Array) -> Array:
    return owned(np.where(observed, _DATA, _DEFAULT).astype(np.int8))
