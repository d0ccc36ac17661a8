"""What grouping into channels loses (A9, A13): bits by hand, laws of information, and its test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pytest
from coverage_cells import losses
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

import touchpoints as tp
from tests import naive_information as naive
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.taxonomy import Touchpoint

loss = tp.experience.collapse_loss

SALE = Touchpoint(
    type="flash_sale_ad_response",
    key="flash-sale",
    channel="social",
    context="curiosity",
    need="save_money",
)
NEWS = Touchpoint(type="brand_post", key="news", channel="social", context="boredom", need="learn")
LETTER = Touchpoint(type="newsletter", key="letter", channel="email", context="habit", need="learn")


def log_of(paths: Sequence[Sequence[Touchpoint]], **columns: Any) -> tp.Journeys:
    """Return journeys of these touchpoints."""
    known = list(dict.fromkeys(one for path in paths for one in path))
    return tp.Journeys(
        touchpoints=tuple(known),
        codes=np.array([known.index(one) for path in paths for one in path], dtype=np.int32),
        offsets=np.append(0, np.cumsum([len(path) for path in paths])),
        **columns,
    )


def flash_sale() -> tp.Journeys:
    """Return sixteen people: four answered the flash sale, four met news, eight got a letter."""
    return log_of([[SALE]] * 4 + [[NEWS]] * 4 + [[LETTER]] * 8)


def test_the_channel_hides_that_it_was_a_flash_sale() -> None:
    """On social the need is one of two, 1 bit for half of the people; by e-mail nothing (A13)."""
    found = loss(flash_sale(), of=("context", "need"), seed=1, permutations=99)

    assert found.coarse.tolist() == ["(all)", "social", "email"]
    assert found.interactions.tolist() == [16, 8, 8]
    assert found.fine.tolist() == [3, 2, 1]
    assert found.entropy.tolist() == [0.5, 0.5, 0.0]
    assert found.plug_in.tolist() == [0.5, 0.5, 0.0]
    assert found.loss == pytest.approx([0.5, 0.5, 0.0])
    assert found.p[:2].max() < 0.05
    assert np.isnan(found.p[2])
    assert found.determined
    assert "each touchpoint has one context and need: the loss is all that channel" in repr(found)


def test_it_is_a_share_of_all_that_touchpoints_say() -> None:
    """Touchpoints say 1.5 bits of context and need, of which the channel keeps 1 (A13).

    The share is that of the corrected numbers: what the channel says is 1 bit less chance.
    """
    log = log_of([[SALE]] * 400 + [[NEWS]] * 400 + [[LETTER]] * 800)
    found = loss(log, of=("context", "need"), seed=1, permutations=99)
    assert found.share == pytest.approx([1 / 3, 1 / 3, 0], abs=0.002)


def test_nothing_is_lost_where_both_needs_come_alike() -> None:
    """Each type converts as often as the other: 0 bits, and the test does not reject."""
    log = log_of([[SALE], [SALE], [NEWS], [NEWS]] * 5, outcomes={"sale": [1.0, 0.0] * 10})
    found = loss(log, seed=1, permutations=99)
    assert found.plug_in.tolist() == [0.0, 0.0]
    assert found.p.tolist() == [1.0, 1.0]
    assert (found.loss < 0).all()
    assert (found.low <= found.loss).all()
    assert (found.high > 0).all()
    assert "nothing is lost" in repr(found)


def test_a_quarter_bit_by_hand() -> None:
    """3 of 4 against 1 of 4: 1 bit less the entropy of a quarter."""
    log = log_of([[SALE]] * 4 + [[NEWS]] * 4, outcomes={"sale": [1.0, 1, 1, 0, 1, 0, 0, 0]})
    quarter = 2 - 0.75 * np.log2(3)
    assert loss(log, seed=1, permutations=9).plug_in == pytest.approx([1 - quarter] * 2)


def test_what_comes_next() -> None:
    """After the sale the letter, after the news the end: on social 1 bit, and e-mail none."""
    found = loss(log_of([[SALE, LETTER]] * 4 + [[NEWS]] * 4), of="next", seed=1, permutations=9)
    assert found.of == "next touchpoint"
    assert dict(zip(found.coarse, found.plug_in, strict=True)) == pytest.approx(
        {"(all)": 8 / 12, "social": 8 / 12, "email": 0.0}
    )


def random_log(seed: int, journeys: int = 40, **columns: Any) -> tp.Journeys:
    """Return journeys of eight types on three channels, three of which are on two of them."""
    rng = np.random.default_rng(seed)
    kinds = [
        Touchpoint(
            type=f"t{nth % 5}",
            key=f"t{nth % 5}-{nth % 3}",
            channel=("email", "web", "store")[nth % 3],
            need=("learn", "save_money", "")[int(rng.integers(0, 3))] or "unknown",
        )
        for nth in range(8)
    ]
    lengths = rng.integers(1, 7, journeys)
    return tp.Journeys(
        touchpoints=tuple(kinds),
        codes=rng.integers(0, 8, lengths.sum()).astype(np.int32),
        offsets=np.append(0, np.cumsum(lengths)),
        outcomes={"sale": rng.integers(0, 2, journeys).astype(float)},
        per_interaction={"one": np.array(["all"] * int(lengths.sum()), dtype=object)},
        **columns,
    )


@given(st.integers(0, 200), st.sampled_from(["outcome", "next"]))
def test_the_chain_rule(seed: int, of: str) -> None:
    """I(Y; type and channel) = I(Y; channel) + I(Y; type | channel), as the shares have them."""
    log = random_log(seed)
    both, coarse, between = (
        loss(log, fine=fine, coarse=group, of=of, seed=1, permutations=1).plug_in[0]
        for fine, group in (
            (("type", "channel"), "one"),
            ("channel", "one"),
            ("type", "channel"),
        )
    )
    assert both == pytest.approx(coarse + between)


@given(st.integers(0, 200))
def test_contributions_sum_to_the_whole(seed: int) -> None:
    """Bits, entropy, chance, interactions and shares; and they are those of the definition."""
    log = random_log(seed)
    found = loss(log, seed=1, permutations=9)
    for name in ("interactions", "entropy", "plug_in", "chance", "loss", "share"):
        column = getattr(found, name)
        assert column[1:].sum() == pytest.approx(column[0], nan_ok=True)
    owners = np.repeat(np.arange(len(log)), np.diff(log.offsets))
    channels = [("email", "store", "web").index(one.channel) for one in log.touchpoints]
    rows = [
        (channels[code], int(code), int(log.outcomes["sale"][owner]), int(owner))
        for code, owner in zip(log.codes.tolist(), owners.tolist(), strict=True)
    ]
    expected = naive.information(rows)
    named = {("email", "store", "web")[part]: bits for part, bits in expected.items()}
    assert dict(zip(found.coarse[1:], found.plug_in[1:], strict=True)) == pytest.approx(named)


@given(st.integers(0, 200))
def test_new_names_change_nothing(seed: int) -> None:
    """Names of types say nothing about what they lose, but for ties."""
    log = random_log(seed)
    renamed = attrs.evolve(
        log,
        touchpoints=tuple(
            attrs.evolve(one, type=f"n-{one.type}", key=f"n-{one.key}") for one in log.touchpoints
        ),
    )
    one, other = (loss(each, seed=1, permutations=9) for each in (log, renamed))
    assert one.plug_in == pytest.approx(other.plug_in)
    assert one.loss == pytest.approx(other.loss)


@pytest.mark.parametrize("of", ["outcome", "next", "need"])
def test_a_count_is_so_many_rows(of: str) -> None:
    """A row with count 3 is three rows, with persons and without."""
    for persons in (None, np.arange(40) // 3):
        log = random_log(3, persons=persons)
        times = np.random.default_rng(1).integers(0, 4, len(log))
        counted = attrs.evolve(log, counts=times)
        whole = joined([tp.select(log, times > more) for more in range(int(times.max()))])
        one, other = (loss(each, of=of, seed=1, permutations=19) for each in (counted, whole))
        for name in ("interactions", "plug_in", "chance", "loss", "low", "high", "p"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), nan_ok=True)


def joined(logs: list[tp.Journeys]) -> tp.Journeys:
    """Return the journeys of logs with the same touchpoints, one log after the other."""
    lengths = np.concatenate([np.diff(one.offsets) for one in logs])
    persons = None
    if logs[0].persons is not None:
        persons = np.concatenate([one.persons for one in logs])
    return tp.Journeys(
        touchpoints=logs[0].touchpoints,
        codes=np.concatenate([one.codes for one in logs]),
        offsets=np.append(0, np.cumsum(lengths)),
        persons=persons,
        outcomes={"sale": np.concatenate([one.outcomes["sale"] for one in logs])},
    )


def test_what_is_not_known_is_left_out_and_counted() -> None:
    """Interactions of journeys without a known outcome, as often as they count."""
    log = log_of(
        [[SALE], [NEWS], [NEWS, SALE]], outcomes={"sale": [1.0, 0.0, np.nan]}, counts=[2, 2, 3]
    )
    found = loss(log, seed=1, permutations=9)
    assert (found.interactions[0], found.left_out) == (4, 6)
    with pytest.raises(InvalidInputError, match="no interaction has a known answer of 'outcome'"):
        loss(attrs.evolve(log, outcomes={"sale": [np.nan] * 3}), seed=1)


def test_of_several_facets_one_must_be_known() -> None:
    """A touchpoint with a need and no context has an answer, one with neither has none."""
    need = Touchpoint(type="need", key="need", channel="social", need="learn")
    nothing = Touchpoint(type="nothing", key="nothing", channel="social")
    found = loss(
        log_of([[SALE], [need], [nothing]] * 4), of=("context", "need"), seed=1, permutations=9
    )
    assert (found.interactions[0], found.left_out) == (8, 4)


@pytest.mark.parametrize(
    ("paths", "sale"),
    [
        ([[SALE]] * 4, [1.0, 0.0, 1.0, 0.0]),
        ([[SALE], [NEWS]] * 2, [1.0] * 4),
        ([[SALE, NEWS]], [1.0]),
    ],
    ids=["one touchpoint", "all reached", "one journey"],
)
def test_nothing_to_tell_apart(paths: list[list[Touchpoint]], sale: list[float]) -> None:
    """One touchpoint, one answer or one journey: nothing is lost, no test, and a reason."""
    found = loss(log_of(paths, outcomes={"sale": sale}), seed=1, permutations=9)
    assert found.loss.tolist() == [0.0, 0.0]
    assert np.isnan([found.p, found.low, found.high, found.share]).all()
    assert "nan: one fine label, one answer or one person in 2 of 2 rows" in repr(found)


def test_one_person_is_no_evidence() -> None:
    """Whatever one person did, all of it is put down to chance."""
    log = log_of([[SALE]] * 4 + [[NEWS]] * 4, persons=["ana"] * 8, outcomes={"sale": [1.0, 0] * 4})
    found = loss(log, of=("context", "need"), seed=1, permutations=9)
    assert found.loss[0] == 0
    assert np.isnan(found.p).all()


def test_a_default_of_the_type_is_circular() -> None:
    """Where the taxonomy gives a type its need, the type says it by definition (A7)."""
    shop = tp.datasets.shop(50, seed=1)
    defaults = attrs.evolve(
        shop,
        per_interaction={
            **shop.per_interaction,
            "need_from": np.minimum(np.asarray(shop.per_interaction["need_from"]), 1),
        },
    )
    found = loss(defaults, of="need", seed=1, permutations=9)
    assert found.defaults == ("need",)
    assert "circular: 'need' is only the default of the type" in repr(found)
    assert not loss(random_log(1), of="next", seed=1, permutations=9).defaults


def test_a_lens_that_does_not_refine_the_other_is_paired_with_it() -> None:
    """A type on two channels is two things told apart, and the record says so."""
    log = random_log(2)
    types, pairs = (
        loss(log, fine=fine, seed=1, permutations=9) for fine in ("type", ("type", "channel"))
    )
    assert types.plug_in == pytest.approx(pairs.plug_in)
    assert types.loss == pytest.approx(pairs.loss)
    assert (types.shared, pairs.shared) == (3, 0)
    assert "3 type labels are met under several channel labels" in repr(types)
    same = [attrs.evolve(SALE, channel=channel, key=channel) for channel in ("social", "email")]
    one = loss(log_of([[each] for each in same] * 2), fine="type", of="next", seed=1)
    assert "1 type label is met under several channel labels" in repr(one)
    assert not one.loss.any()
    assert "leaves open" not in repr(one)


def test_a_group_without_an_answer_has_no_numbers() -> None:
    """Its row is nan with 0 interactions; the others are what they are alone."""
    log = log_of(
        [[SALE], [NEWS]] * 4,
        outcomes={"sale": [1.0, 0.0] * 3 + [np.nan] * 2},
        per_journey={"half": np.array(["a"] * 6 + ["b"] * 2, dtype=object)},
    )
    found = loss(log, by="half", seed=1, permutations=9)
    assert found.group.tolist() == ["a", "a", "b"]
    assert found.interactions.tolist() == [6, 6, 0]
    assert np.isnan(found.loss[2])
    assert found.left_out == 2


def test_wrong_arguments_are_refused() -> None:
    """Unknown facets and outcomes, and an outcome where none is asked."""
    log = random_log(1)
    with pytest.raises(NotFoundError, match="chanel"):
        loss(log, coarse="chanel", seed=1)
    with pytest.raises(InvalidInputError, match="a known 'channel'"):
        loss(tp.from_paths({"path": ["a > b"]}, path="path"), of="next", seed=1)
    with pytest.raises(InvalidInputError, match="outcome= is read with"):
        loss(log, of="next", outcome="sale", seed=1)
    with pytest.raises(InvalidInputError, match="permutations"):
        loss(log, permutations=0, seed=1)


def test_progress_counts_permutations() -> None:
    """Each of them, in each group."""
    seen: list[tuple[int, int]] = []
    loss(random_log(1), seed=1, permutations=7, progress=lambda *now: seen.append(now))
    assert seen == [(done, 7) for done in range(1, 8)]


def world(seed: int, of: str, *, effect: float = 0.0) -> tp.Journeys:
    """Return 40 persons with a taste for types, several journeys, and a taste for the answer.

    Without an effect the answer depends on the person and on the channel, but not on the type.
    """
    rng = np.random.default_rng(seed)
    people = np.repeat(np.arange(40), 1 + rng.poisson(1.0, 40))
    lengths = rng.geometric(0.2, len(people))
    who = np.repeat(people, lengths)
    taste = np.exp(rng.normal(0, 1.2, (40, 4)))
    types = chosen(rng, taste[who])
    channels = rng.integers(0, 3, len(who))
    liking = rng.normal(0, 1.2, 40)
    if of == "outcome":
        liked = np.bincount(np.repeat(np.arange(len(people)), lengths), types == 0) / lengths
        odds = liking[people] - 0.5 + effect * (liked - 0.25)
        said = rng.random(len(people)) < 1 / (1 + np.exp(-odds))
        outcomes, source = {"sale": said.astype(float)}, np.zeros(len(who), dtype=int)
    else:
        odds = liking[who] + 0.5 * channels + effect * (types == 0)
        outcomes, source = {}, (rng.random(len(who)) < 1 / (1 + np.exp(-odds))).astype(int)
    kinds = tuple(
        Touchpoint(type=f"t{c}{t}", key=f"t{c}{t}", channel=("email", "web", "store")[c])
        for c in range(3)
        for t in range(4)
    )
    return tp.Journeys(
        touchpoints=kinds,
        codes=(channels * 4 + types).astype(np.int32),
        offsets=np.append(0, np.cumsum(lengths)),
        persons=people,
        outcomes=outcomes,
        per_interaction={"said": np.array(["no", "yes"], dtype=object)[source]},
    )


def chosen(rng: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    """Return the place of one column of each row, with these weights."""
    above = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    return (rng.random(len(weights))[:, None] > above[:, :-1]).sum(axis=1)


@pytest.mark.parametrize("of", ["outcome", "said"])
def test_a_taste_for_types_is_no_evidence(of: str) -> None:
    """Of 120 worlds in which nothing is lost, at most as many are rejected as 5 % allow."""
    worlds = [loss(world(seed, of), of=of, seed=1, permutations=99) for seed in range(120)]
    most = binom.isf(1e-3, len(worlds), 0.05)
    assert sum(one.p[0] <= 0.05 for one in worlds) <= most
    assert sum(not one.low[0] <= 0 <= one.high[0] for one in worlds) <= most
    mean = np.mean([one.loss[0] for one in worlds])
    error = np.std([one.loss[0] for one in worlds]) / np.sqrt(len(worlds))
    assert abs(mean) < 3.3 * error


@pytest.mark.parametrize(("of", "effect"), [("outcome", 8.0), ("said", 2.0)])
def test_what_is_lost_is_found(of: str, effect: float) -> None:
    """Where the type says something, most of 20 worlds are rejected."""
    worlds = [
        loss(world(seed, of, effect=effect), of=of, seed=1, permutations=99) for seed in range(20)
    ]
    assert sum(one.p[0] <= 0.05 for one in worlds) >= 14
    assert np.mean([one.loss[0] for one in worlds]) > 0.02


@pytest.mark.parametrize("cell", [("facet", "skewed", 30, 0.3), ("outcome", "equal", 30, 8.0)])
def test_intervals_cover_what_is_lost(cell: tuple[str, str, int, float]) -> None:
    """Of 100 worlds in which bits are lost, at most as many are missed as 5 % allow."""
    found = losses.covered(losses.Lost(*cell), worlds=100, seed=2)
    most = binom.isf(1e-3, len(found), 0.05)
    below, above, email_below, email_above = found[:, 2:6].sum(axis=0)
    assert below + above <= most
    assert email_below + email_above <= most


def test_blocks_like_no_other_are_said() -> None:
    """Where most interactions are in journeys like no other in length, the loss is cautious."""
    log = log_of([[SALE] * 40, [NEWS] * 3, [SALE], [NEWS]], outcomes={"sale": [1.0, 0, 1, 0]})
    found = loss(log, seed=1, permutations=9)
    assert found.movable == pytest.approx([2 / 45] * 2)
    assert "the loss is cautious" in repr(found)
