"""Slow, obvious twins of the path analyses, and small journeys to try them on."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from hypothesis import strategies as st

from tests import naive
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import untyped

START, END, OPEN = "(start)", "(end)", "(open)"


def built(paths, **columns) -> Journeys:
    """Return journeys from a list of paths; a path is a text with one touchpoint a letter."""
    names = tuple(dict.fromkeys(name for path in paths for name in path))
    return Journeys(
        touchpoints=tuple(untyped(name) for name in names),
        codes=np.array([names.index(name) for path in paths for name in path], np.int32),
        offsets=np.cumsum([0, *(len(path) for path in paths)]),
        **columns,
    )


@st.composite
def small_journeys(draw, *, persons: bool | None = None) -> Journeys:
    """Draw a few journeys: short paths, counts from 0, cut off at either end, persons or none."""
    paths = draw(st.lists(st.text("abcd", max_size=6), max_size=8))
    count = len(paths)

    def column(values):
        return draw(st.lists(values, min_size=count, max_size=count))

    known = draw(st.booleans()) if persons is None else persons
    return built(
        paths,
        counts=np.array(column(st.integers(0, 3)), np.int64),
        began=np.array(column(st.booleans()), bool),
        finished=np.array(column(st.booleans()), bool),
        persons=column(st.sampled_from(["ana", "leo", "eva", None])) if known else None,
    )


def written_out(journeys):
    """Yield each real journey: its cluster, its steps from (start) to its terminal, its keys.

    The cluster is the person, or the journey itself where no person is known.
    """
    for place, journey in enumerate(journeys):
        for again in range(journey.count):
            whole = [START] if journeys.began[place] else []
            whole += [*journey.keys, END if journeys.finished[place] else OPEN]
            alone = (place, again)
            yield (
                alone if journey.person is None else journey.person,
                list(pairwise(whole)),
                journey.keys,
            )


def wilson(share: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval, written as in the textbooks."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = share + z**2 / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def transitions(journeys):
    """Return {(source, target): (count, probability, low, high, journeys)}."""
    steps, crossing = Counter(), Counter()
    chosen, every = defaultdict(Counter), defaultdict(Counter)
    for cluster, taken, _ in written_out(journeys):
        steps.update(taken)
        crossing.update(set(taken))
        for source, target in taken:
            chosen[source, target][cluster] += 1
            every[source][cluster] += 1
    answer = {}
    for (source, target), count in steps.items():
        clusters = every[source]
        share = count / sum(clusters.values())
        size = naive.effective_trials(
            [chosen[source, target][cluster] for cluster in clusters], list(clusters.values())
        )
        low, high = wilson(share, size)
        answer[source, target] = (count, share, low, high, crossing[source, target])
    return answer


def variants(journeys):
    """Return {variant: (journeys, share, low, high)}, the most frequent first."""
    counted, chosen, every = Counter(), defaultdict(Counter), Counter()
    for cluster, _, keys in written_out(journeys):
        counted[keys] += 1
        chosen[keys][cluster] += 1
        every[cluster] += 1
    total = sum(counted.values())
    answer = {}
    for keys, count in counted.most_common():
        size = naive.effective_trials(
            [chosen[keys][cluster] for cluster in every], list(every.values())
        )
        answer[keys] = (count, count / total, *wilson(count / total, size))
    return answer


def expanded(rows, separator: str = " > "):
    """Return the real journeys of an aggregated table as (keys, reached).

    A row is (path, converted, lost).
    """
    journeys = []
    for path, converted, lost in rows:
        keys = tuple(part.strip() for part in path.split(separator)) if path.strip() else ()
        journeys += [(keys, 1.0)] * converted + [(keys, 0.0)] * lost
    return journeys


def names_of(text: str, separator: str) -> list[str]:
    """Return the names of a path; none where nothing of it is visible."""
    names = ["" if unseen(name) else name.strip() for name in text.split(separator)]
    return [] if unseen(text) else names


def unseen(text: str) -> bool:
    """Return whether a text is nothing but space and controls."""
    return all(char.isspace() or unicodedata.category(char) == "Cc" for char in text)


def badly_joined(name: str, separator: str) -> bool:
    """Return whether a name is empty, or what two separators leave that share a space."""
    bare = separator.strip()
    if not name or not bare or bare == separator or bare not in name:
        return not name
    after, before = name[len(bare) : len(bare) + 1], name[: -len(bare)][-1:]
    starts = name.startswith(bare) and (after.isspace() or name == bare)
    return starts or (name.endswith(bare) and before.isspace())
