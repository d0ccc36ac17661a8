"""How finely to define touchpoints: planted partitions, channels that suffice, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pytest
from scipy.stats import binomtest

import touchpoints as tp
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, NotFoundError

CHANNELS = ("email", "chat", "phone", "store")


def world(
    chances: Sequence[float], n: int, seed: int, *, persons: int | None = None
) -> tp.Journeys:
    """Return journeys that meet one touchpoint three times; it decides the chance of a sale.

    Touchpoint number i is on the channel i modulo 4.
    """
    rng = np.random.default_rng(seed)
    k = len(chances)
    known = [
        tp.taxonomy.untyped(f"t{code:02d}", channel=CHANNELS[code % len(CHANNELS)])
        for code in range(k)
    ]
    codes = np.repeat(rng.integers(0, k, n), 3)
    sold = rng.random(n) < np.asarray(chances)[codes[::3]]
    return tp.Journeys(
        touchpoints=known,
        codes=codes,
        offsets=np.arange(0, 3 * n + 1, 3),
        persons=None if persons is None else rng.integers(0, persons, n),
        outcomes={"sale": sold.astype(np.float64)},
    )


def groups_of(found: tp.experience.Granularity) -> set[frozenset[str]]:
    """Return the touchpoints of each group."""
    together: dict[str, set[str]] = {}
    for key, group in found.mapping.items():
        together.setdefault(group, set()).add(key)
    return {frozenset(one) for one in together.values()}


def keys(codes: Sequence[int]) -> frozenset[str]:
    """Return the keys of touchpoints with these numbers."""
    return frozenset(f"t{code:02d}[channel={CHANNELS[code % len(CHANNELS)]}]" for code in codes)


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_partition_is_recovered(seed: int) -> None:
    """A13, A22: twelve touchpoints of three kinds, across channels, are three groups."""
    planted = [0.1 if code < 5 else 0.5 if code < 9 else 0.9 for code in range(12)]
    found = tp.experience.granularity(world(planted, 6000, seed), seed=1, resamples=20)

    assert groups_of(found) == {keys(range(5)), keys(range(5, 9)), keys(range(9, 12))}
    assert found.best == ("(merged)", 3)
    assert found.stability > 0.9
    row = dict(zip(found.typing.tolist(), found.bits.tolist(), strict=True))
    assert row["channel"] < 0.5 * row["touchpoint"]


@pytest.mark.parametrize("seed", range(3))
def test_channels_are_returned_where_they_suffice(seed: int) -> None:
    """A13, A22: when the outcome depends on the channel alone, touchpoints are the channels."""
    log = world([0.1, 0.35, 0.6, 0.9] * 3, 6000, seed)
    found = tp.experience.granularity(log, seed=1, resamples=0)

    assert found.best == ("channel", 4)
    assert set(found.mapping.values()) == set(CHANNELS)
    assert "coarsest that keeps enough: channel, 4 groups" in repr(found)


def test_where_touchpoints_say_nothing_one_group_is_enough() -> None:
    """Where the outcome depends on nothing, noise is rarely taken for a typing."""
    chosen = [
        tp.experience.granularity(world([0.4] * 12, 400, seed), seed=1, resamples=0).best[0]
        for seed in range(40)
    ]
    noise = sum(name != "(all)" for name in chosen)

    assert binomtest(noise, 40, 0.05, alternative="greater").pvalue > 1e-3
    found = tp.experience.granularity(world([0.4] * 12, 400, 0), seed=1, resamples=3)
    assert "no typing predicts outcome sale better than none" in repr(found)
    assert found.stability == 1


def test_bits_by_hand() -> None:
    """Two touchpoints that determine the outcome keep one bit, less the drawing to the mean."""
    table = {"path": ["a", "b"], "sold": [400, 0], "lost": [0, 400]}
    log = tp.from_paths(table, path="path", converted="sold", lost="lost", outcome="sale")
    found = tp.experience.granularity(log, seed=1, folds=2, resamples=5)

    # in the other half, about 200 of a sold, of about 400 in all
    wanted = np.log2((200 + 0.5) / (200 + 1) / 0.5)
    assert found.typing.tolist() == ["(all)", "touchpoint"]
    np.testing.assert_allclose(found.bits, [0, wanted], atol=0.01)
    np.testing.assert_allclose(found.fitted, [0, 1], atol=1e-12)
    assert found.best == ("touchpoint", 2)
    assert (found.interactions, found.unknown, found.stability) == (800, 0, 1)


def test_next_touchpoints_and_facets_can_be_asked() -> None:
    """What follows, and what people needed, need other typings than the outcome."""
    shop = tp.until(tp.datasets.shop(1500, seed=2), "purchase", outcome="purchase")
    following = tp.experience.granularity(shop, of="next", seed=1, resamples=2)
    needs = tp.experience.granularity(shop, of=("context", "need"), seed=1, resamples=2)

    assert following.of == "next touchpoint"
    assert needs.of == "context and need"
    assert following.bits.max() > 0.5
    assert needs.kept[needs.typing == "channel"][0] < 0.9


def test_the_mapping_relabels() -> None:
    """The chosen typing is a mapping for relabel, with as many touchpoints as groups."""
    log = world([0.1, 0.1, 0.9, 0.9], 3000, 5)
    found = tp.experience.granularity(log, seed=1, resamples=0, lenses=[])
    merged = tp.relabel(log, found.mapping)

    assert len(merged.touchpoints) == found.best[1] == 2
    assert found.typed.as_dict().keys() == found.mapping.keys()
    assert np.isnan(found.stability)


def test_defaults_make_the_question_circular() -> None:
    """A7: needs that are everywhere the default of the type are determined by it."""
    log = tp.from_paths(
        {"path": ["search_query > review_read", "live_chat"], "n": [30, 30]},
        path="path",
        count="n",
        taxonomy=tp.load_taxonomy("customer"),
    )
    found = tp.experience.granularity(log, of="need", seed=1, resamples=0)

    assert found.defaults == ("need",)
    assert "circular: 'need' is only the default of the type" in repr(found)


def test_epsilon_trades_bits_for_groups() -> None:
    """A larger epsilon gives a coarser typing; all bits may be lost."""
    log = world([0.1, 0.2, 0.8, 0.9], 4000, 3)
    sizes = [
        tp.experience.granularity(log, seed=1, epsilon=one, resamples=0).best[1]
        for one in (0.0, 0.02, 5.0)
    ]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1


def test_unknown_outcomes_are_left_out_and_counted() -> None:
    """Journeys whose outcome is not known do not count."""
    log = world([0.1, 0.9], 500, 4)
    some = np.where(np.arange(500) < 60, np.nan, log.outcomes["sale"])
    found = tp.experience.granularity(
        attrs.evolve(log, outcomes={"sale": some}), seed=1, resamples=0
    )

    assert (found.interactions, found.unknown) == (3 * 440, 180)


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"of": "mood"}, NotFoundError, "mood"),
        ({"outcome": "sales"}, NotFoundError, "sale"),
        ({"of": "channel", "outcome": "sale"}, InvalidInputError, "outcome="),
        ({"lenses": ["need"]}, InvalidInputError, "known 'need'"),
        ({"lenses": ["page"]}, InvalidInputError, "per-interaction column"),
        ({"folds": 1}, InvalidInputError, "folds must be an integer of at least 2"),
        ({"epsilon": -1.0}, InvalidInputError, "epsilon"),
        ({"epsilon": float("nan")}, InvalidInputError, "epsilon"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    how: dict[str, Any], error: type[Exception], said: str
) -> None:
    """Facets, outcomes and lenses that are not there, and numbers out of range."""
    log = world([0.1, 0.9], 50, 1)
    log = attrs.evolve(log, per_interaction={"page": np.arange(150) % 3})
    with pytest.raises(error, match=said):
        tp.experience.granularity(log, **{"seed": 1} | how)


def test_nothing_to_ask_about_is_refused() -> None:
    """All reached, an empty log, and fewer persons than folds."""
    sold = world([1.0, 1.0], 50, 1)
    with pytest.raises(InvalidInputError, match="outcome sale must have at least 2 values, got 1"):
        tp.experience.granularity(sold, seed=1)
    with pytest.raises(InvalidInputError, match="at least 2 values, got 0"):
        tp.experience.granularity(sold[:0], seed=1)
    with pytest.raises(InvalidInputError, match="as many units as folds"):
        tp.experience.granularity(world([0.1, 0.9], 50, 1, persons=4), seed=1)


def test_one_touchpoint_is_one_group() -> None:
    """Nothing can be merged."""
    found = tp.experience.granularity(world([0.5], 50, 1), seed=1, resamples=2)

    assert found.best == ("(all)", 1)
    assert len(found) == 1


def test_progress_is_reported() -> None:
    """One unit for all data, one a fold, one a resample."""
    seen: list[tuple[int, int]] = []
    tp.experience.granularity(
        world([0.1, 0.9], 60, 1),
        seed=1,
        folds=3,
        resamples=4,
        progress=lambda done, of: seen.append((done, of)),
    )
    assert seen == [(done, 8) for done in range(1, 9)]


def bits_of(n: int, seed: int) -> Array:
    """Return the held-out bits of channels, and their interval."""
    log = world([0.2, 0.4, 0.6, 0.8] * 2, n, seed, persons=n)
    found = tp.experience.granularity(log, seed=seed, resamples=0)
    row = int(np.flatnonzero(found.typing == "channel")[0])
    return np.array([found.bits[row], found.low[row], found.high[row]])


@pytest.mark.slow
def test_intervals_cover_the_expected_bits() -> None:
    """At 0.95, intervals of 300 worlds cover the mean of many other worlds."""
    truth = float(np.mean([bits_of(120, 10_000 + seed)[0] for seed in range(300)]))
    found = np.array([bits_of(120, seed) for seed in range(300)])
    covered = int(((found[:, 1] <= truth) & (truth <= found[:, 2])).sum())

    assert binomtest(covered, 300, 0.95, alternative="less").pvalue > 1e-3


def test_a_merged_group_is_not_named_as_a_touchpoint() -> None:
    """Two touchpoints sell often and two do not; one of these is called as a group would be."""
    rng = np.random.default_rng(4)
    keys = ["a", "b", "a and 1 more", "z"]
    codes = rng.integers(0, 4, 2000)
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(key) for key in keys],
        codes=codes,
        offsets=np.arange(2001),
        outcomes={"sale": (rng.random(2000) < np.array([0.8, 0.8, 0.1, 0.1])[codes]) * 1.0},
    )
    found = tp.experience.granularity(log, of="outcome", seed=1, resamples=0)

    assert groups_of(found) == {frozenset({"a", "b"}), frozenset({"a and 1 more", "z"})}
    assert len(set(found.mapping.values()) - set(keys)) == 2
