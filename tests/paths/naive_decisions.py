"""Decisions by their definitions: journeys repeated by count, dictionaries, plain loops."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

from tests import naive
from tests.naive_paths import END, OPEN, START, wilson, written_out


def branches(journeys):
    """Return {(touchpoint, next): (count, share, low, high)}; only a count for (open)."""
    chosen, every = defaultdict(Counter), defaultdict(Counter)
    for unit, transitions, _ in written_out(journeys):
        for source, target in transitions:
            if source != START:
                chosen[source, target][unit] += 1
                if target != OPEN:
                    every[source][unit] += 1
    return {
        edge: (sum(counted.values()), math.nan, math.nan, math.nan)
        if edge[1] == OPEN
        else share_of(counted, every[edge[0]])[:4]
        for edge, counted in chosen.items()
    }


def share_of(hits, trials):
    """Return (hits, share, low, high) over units; nan without trials."""
    done, tried = sum(hits.values()), sum(trials.values())
    if not tried:
        return 0, math.nan, math.nan, math.nan
    size = naive.effective_trials([hits[unit] for unit in trials], list(trials.values()))
    return done, done / tried, *wilson(done / tried, size)


def decision_points(journeys, *, corrected=True):
    """Return {touchpoint: (visits, branches, entropy, drop-off with interval, open, detour)}."""
    visits, nexts = Counter(), defaultdict(Counter)
    ended, known = defaultdict(Counter), defaultdict(Counter)
    turned, watched = defaultdict(Counter), defaultdict(Counter)
    finished = [
        journeys.finished[position]
        for position, journey in enumerate(journeys)
        for _ in range(journey.count)
    ]
    for (unit, _, keys), whole in zip(written_out(journeys), finished, strict=True):
        for position, key in enumerate(keys):
            visits[key] += 1
            last = END if whole else OPEN
            following = keys[position + 1] if position + 1 < len(keys) else last
            nexts[key][following] += 1
            if following != OPEN:
                known[key][unit] += 1
                ended[key][unit] += following == END
            if whole:
                rest = keys[position + 1 :]
                away = next((nth for nth, one in enumerate(rest) if one != key), len(rest))
                watched[key][unit] += 1
                turned[key][unit] += key in rest[away:]
    answer = {}
    for key, count in visits.items():
        open_visits = nexts[key].pop(OPEN, 0)
        answer[key] = (
            count,
            len(nexts[key]),
            entropy(list(nexts[key].values()), corrected=corrected),
            share_of(ended[key], known[key])[1:],
            open_visits,
            share_of(turned[key], watched[key])[1:],
        )
    return answer


def entropy(counts, *, corrected):
    """Return the entropy in bits, with Miller's correction, capped at that of equal branches."""
    total = sum(counts)
    if not total:
        return math.nan
    plain = -sum(one / total * math.log2(one / total) for one in counts)
    if not corrected:
        return plain
    return min(plain + (len(counts) - 1) / (2 * total * math.log(2)), math.log2(len(counts)))


def information_gain(pairs):
    """Return the information gain in bits of the first of each pair about the second."""
    within = defaultdict(Counter)
    for value, branch in pairs:
        within[value][branch] += 1
    every = entropy(list(Counter(branch for _, branch in pairs).values()), corrected=False)
    return every - sum(
        sum(counted.values()) / len(pairs) * entropy(list(counted.values()), corrected=False)
        for counted in within.values()
    )


def absorption(journeys, *, rounds=20_000):
    """Return {touchpoint: (probability of (end), expected transitions)} by iteration."""
    nexts = defaultdict(Counter)
    for _, transitions, _ in written_out(journeys):
        for source, target in transitions:
            if START != source and target != OPEN:
                nexts[source][target] += 1
    expected = dict.fromkeys(nexts, 0.0)
    sure = dict.fromkeys(nexts, 0.0)
    for _ in range(rounds):
        before = dict(expected), dict(sure)
        for key, counted in nexts.items():
            total = sum(counted.values())
            expected[key] = 1 + sum(
                n / total * before[0].get(one, 0.0) for one, n in counted.items() if one != END
            )
            sure[key] = sum(
                n / total * (1.0 if one == END else before[1].get(one, 0.0))
                for one, n in counted.items()
            )
        if all(abs(expected[key] - before[0][key]) < 1e-13 for key in expected):
            break
    return {key: (sure[key], expected[key]) for key in nexts}
