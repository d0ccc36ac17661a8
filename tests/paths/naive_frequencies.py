"""Frequencies by counting journeys repeated by count."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.naive_paths import END, START, written_out
from tests.paths.naive_decisions import share_of


def presence(journeys):
    """Return {touchpoint: (journeys, interactions, starts, ends)}, each with share and interval."""
    everyone, having = Counter(), defaultdict(Counter)
    acted, acting = Counter(), defaultdict(Counter)
    began, starting = Counter(), defaultdict(Counter)
    ended, ending = Counter(), defaultdict(Counter)
    for unit, transitions, keys in written_out(journeys):
        everyone[unit] += 1
        for key in set(keys):
            having[key][unit] += 1
        for key in keys:
            acted[unit] += 1
            acting[key][unit] += 1
        if keys and transitions[0][0] == START:
            began[unit] += 1
            starting[keys[0]][unit] += 1
        if keys and transitions[-1][1] == END:
            ended[unit] += 1
            ending[keys[-1]][unit] += 1
    return {
        key: (
            *share_of(having[key], everyone),
            *share_of(acting[key], acted),
            *share_of(starting[key], began),
            *share_of(ending[key], ended),
        )
        for key in having
    }


def coverage(journeys, share):
    """Return the number of most frequent variants that cover a share, and their journeys."""
    counted = Counter(keys for _, _, keys in written_out(journeys))
    total, reached = sum(counted.values()), 0
    for number, (_, count) in enumerate(counted.most_common(), 1):
        reached += count
        if reached >= share * total - 1e-9:
            return number, reached
    return 0, 0


def ngrams(journeys, n):
    """Return {n-gram: (journeys, share, low, high, occurrences)}."""
    everyone, having, times = Counter(), defaultdict(Counter), Counter()
    for unit, _, keys in written_out(journeys):
        everyone[unit] += 1
        grams = [keys[position : position + n] for position in range(len(keys) - n + 1)]
        times.update(grams)
        for gram in set(grams):
            having[gram][unit] += 1
    return {gram: (*share_of(counted, everyone), times[gram]) for gram, counted in having.items()}


def holds(keys, wanted, gap=None):
    """Return whether ``wanted`` is a subsequence with at most ``gap`` others between two."""
    if not wanted:
        return True

    def continues(position, rest):
        if not rest:
            return True
        last = len(keys) if gap is None else min(len(keys), position + gap + 2)
        return any(
            keys[later] == rest[0] and continues(later, rest[1:])
            for later in range(position + 1, last)
        )

    return any(
        key == wanted[0] and continues(position, wanted[1:]) for position, key in enumerate(keys)
    )


def subsequences(journeys, *, least, longest, gap):
    """Return {subsequence: journeys} for all in at least ``least`` journeys, by enumeration."""
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
