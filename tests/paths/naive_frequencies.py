"""Frequencies by counting journeys written out one by one."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.naive_paths import END, START, written_out
from tests.paths.naive_decisions import share_of


def presence(journeys):
    """Return {touchpoint: (journeys, interactions, starts, ends)}, each with share and interval."""
    everybody, having = Counter(), defaultdict(Counter)
    acted, acting = Counter(), defaultdict(Counter)
    began, starting = Counter(), defaultdict(Counter)
    ended, ending = Counter(), defaultdict(Counter)
    for cluster, steps, keys in written_out(journeys):
        everybody[cluster] += 1
        for key in set(keys):
            having[key][cluster] += 1
        for key in keys:
            acted[cluster] += 1
            acting[key][cluster] += 1
        if keys and steps[0][0] == START:
            began[cluster] += 1
            starting[keys[0]][cluster] += 1
        if keys and steps[-1][1] == END:
            ended[cluster] += 1
            ending[keys[-1]][cluster] += 1
    return {
        key: (
            *share_of(having[key], everybody),
            *share_of(acting[key], acted),
            *share_of(starting[key], began),
            *share_of(ending[key], ended),
        )
        for key in having
    }


def coverage(journeys, share):
    """Return how many of the most frequent variants reach a share, and their journeys."""
    counted = Counter(keys for _, _, keys in written_out(journeys))
    total, reached = sum(counted.values()), 0
    for number, (_, count) in enumerate(counted.most_common(), 1):
        reached += count
        if reached >= share * total - 1e-9:
            return number, reached
    return 0, 0


def ngrams(journeys, n):
    """Return {n-gram: (journeys, share, low, high, occurrences)}."""
    everybody, having, times = Counter(), defaultdict(Counter), Counter()
    for cluster, _, keys in written_out(journeys):
        everybody[cluster] += 1
        grams = [keys[place : place + n] for place in range(len(keys) - n + 1)]
        times.update(grams)
        for gram in set(grams):
            having[gram][cluster] += 1
    return {gram: (*share_of(counted, everybody), times[gram]) for gram, counted in having.items()}


def holds(keys, wanted, gap=None):
    """Tell whether touchpoints come in this order, with at most ``gap`` others between two."""
    if not wanted:
        return True

    def behind(place, rest):
        if not rest:
            return True
        last = len(keys) if gap is None else min(len(keys), place + gap + 2)
        return any(
            keys[later] == rest[0] and behind(later, rest[1:]) for later in range(place + 1, last)
        )

    return any(key == wanted[0] and behind(place, wanted[1:]) for place, key in enumerate(keys))


def subsequences(journeys, *, least, longest, gap):
    """Return {subsequence: journeys} of all that enough journeys have, by trying all."""
    paths = [keys for _, _, keys in written_out(journeys)]
    names = sorted({key for keys in paths for key in keys})
    found, level = {}, [()]
    for _ in range(longest):
        counted = {
            (*wanted, name): sum(holds(keys, (*wanted, name), gap) for keys in paths)
            for wanted in level
            for name in names
        }
        level = [wanted for wanted, count in counted.items() if count and count >= least]
        found |= {wanted: counted[wanted] for wanted in level}
    return found


def repeats(keys):
    """Return {touchpoint: (adjacent pairs, runs of two or more, returns)} of one journey."""
    found = defaultdict(lambda: [0, 0, 0])
    runs = []
    for key in keys:
        if runs and runs[-1][0] == key:
            runs[-1][1] += 1
        else:
            runs.append([key, 1])
    seen = set()
    for key, length in runs:
        found[key][0] += length - 1
        found[key][1] += length > 1
        found[key][2] += key in seen
        seen.add(key)
    return {key: tuple(numbers) for key, numbers in found.items()}
