"""Published worked cases of attribution, to the last digit."""

from __future__ import annotations

from itertools import combinations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints._core.arrays.chains import counted, windows_of
from touchpoints._core.arrays.chains.removal import without_each
from touchpoints.journeys.model import Journeys

A = tp.attribution
EXACT = 1e-12


def three_paths() -> Journeys:
    """Return the three journeys of the case published on analyzecore.com on 2016-08-03."""
    table = {
        "path": ["C1 > C2 > C3", "C1", "C2 > C3"],
        "conversions": [1, 0, 0],
        "null": [0, 1, 1],
        "value": [1000.0, 0.0, 0.0],
    }
    return tp.from_paths(
        table, path="path", outcome="sale", converted="conversions", lost="null", value="value"
    )


def test_three_paths_and_one_conversion() -> None:
    """JesseCastro/markovattribution, test/test.js, with the values of analyzecore.com."""
    effects = {"C1": 0.5, "C2": 1.0, "C3": 1.0}
    G = tp.outcome_graph(three_paths())
    assert A.removal_effects(G, to="(sale)") == pytest.approx(effects, abs=EXACT)
    found = A.markov(three_paths())
    rows = {row["touchpoint"]: row for row in found.to_dicts()}
    assert found.probability == pytest.approx(1 / 3, abs=EXACT)
    without = {"C1": 1 / 6, "C2": 0.0, "C3": 0.0}
    for key, effect in effects.items():
        assert rows[key]["effect"] == pytest.approx(effect, abs=EXACT)
        assert rows[key]["without"] == pytest.approx(without[key], abs=EXACT)
    credit = {key: rows[key]["credit"] for key in effects}
    assert credit == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4}, abs=EXACT)
    value = {key: rows[key]["value"] for key in effects}
    assert value == pytest.approx({"C1": 200.0, "C2": 400.0, "C3": 400.0}, rel=EXACT)


def test_the_transition_probabilities_of_the_three_paths() -> None:
    """jakebenn/multi-touch-attribution-markov-chains, the notebook on the same case."""
    G = tp.outcome_graph(three_paths())
    out = {node: sum(weight for _, _, weight in G.out_edges(node, "weight")) for node in G}
    found = {(one, two): weight / out[one] for one, two, weight in G.edges(data="weight")}

    expected = {
        ("(start)", "C1"): 2 / 3,
        ("(start)", "C2"): 1 / 3,
        ("C1", "C2"): 0.5,
        ("C1", "(no sale)"): 0.5,
        ("C2", "C3"): 1.0,
        ("C3", "(sale)"): 0.5,
        ("C3", "(no sale)"): 0.5,
    }
    assert {pair: one for pair, one in found.items() if one} == pytest.approx(expected, abs=EXACT)


def test_two_paths_with_one_beginning() -> None:
    """eeghor/mta (MIT), tests/test_probabilistic_models.py: its transitions, and what follows."""
    table = {"path": ["a > b", "a > c"], "sales": [3, 1], "null": [1, 1]}
    log = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="null")
    step = A.removal(log, {"a to b": A.Steps(["a", "b"]), "a to c": A.Steps(["a", "c"])})
    whole = (2 / 3) * 0.75 + (1 / 3) * 0.5

    assert step.probability[0] == pytest.approx(whole, abs=EXACT)
    assert step.without.tolist() == pytest.approx([(1 / 3) * 0.5, (2 / 3) * 0.75], abs=EXACT)
    found = A.markov(log)
    rows = {row["touchpoint"]: row["effect"] for row in found.to_dicts()}
    expected = {"a": 1.0, "b": 0.5 / whole, "c": (1 / 6) / whole}
    assert rows == pytest.approx(expected, abs=EXACT)


def test_the_coalitions_of_a_readme() -> None:
    """DP6/Marketing-Attribution-Models, README: values of coalitions; Shapley by definition."""
    search, social, direct = "Organic Search", "Facebook", "Direct"
    worth = {
        frozenset({search}): 7.0,
        frozenset({social}): 6.0,
        frozenset({direct}): 4.0,
        frozenset({search, social}): 15.0,
        frozenset({search, direct}): 7.0,
        frozenset({social, direct}): 9.0,
        frozenset({search, social, direct}): 19.0,
    }
    log = tp.from_paths(
        {"path": [f"{search} > {social} > {direct}"], "n": [19]}, path="path", converted="n"
    )
    found = A.shapley(log, worth=worth)

    expected = {search: 23 / 3, social: 49 / 6, direct: 19 / 6}
    assert dict(zip(found.touchpoint, found.effect, strict=True)) == (
        pytest.approx(expected, abs=EXACT)
    )
    assert found.as_dict() == pytest.approx(expected, abs=1e-11)
    called = A.shapley(log, worth=lambda members: worth.get(members, 0.0))
    assert called.as_dict() == pytest.approx(found.as_dict(), abs=EXACT)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_expected_visits_are_the_mean_visits_of_a_journey(order: int) -> None:
    """The row of the start in the fundamental matrix N, at every order."""
    shop = tp.until(tp.datasets.shop(400, seed=2), "purchase", outcome="purchase")
    k = len(shop.touchpoints)
    windows = windows_of(shop.codes, shop.offsets, k, order=order)
    chain = counted(windows, shop.outcomes["purchase"].astype(int), np.ones(len(shop)), kinds=2)
    rewards = np.zeros(len(chain.targets))
    found = without_each(chain, windows.members, rewards, codes=k)
    visits = np.bincount(windows.states, minlength=chain.size) / len(shop)

    np.testing.assert_allclose(found.forward[:, 0], visits, atol=1e-10)


@pytest.mark.parametrize("lens", ["need", "channel", "directness"])
def test_any_lens_is_a_set_of_touchpoints(lens: str) -> None:
    """Removal and rules through a lens are those of journeys renamed by hand (B26)."""
    shop = tp.until(tp.datasets.shop(400, seed=3), "purchase", outcome="purchase")
    seen = tp.collapse(shop, by=lens)
    names = [str(one.facet(lens)) for one in shop.touchpoints]
    paths = [" > ".join(names[code] for code in one.codes.tolist()) for one in parts(shop)]
    renamed = by_hand(paths, shop)
    for model in (A.markov, A.linear, A.shapley):
        one = model(seen)
        two = model(renamed)
        got = {shown(seen, key, lens): share for key, share in one.shares.items()}
        assert got == pytest.approx(two.shares, abs=1e-9)
        assert sum(one.shares.values()) == pytest.approx(1.0)
    rows = {shown(seen, row["touchpoint"], lens): row for row in A.markov(seen).to_dicts()}
    for name in rows.keys() & set(names):
        found = A.removal(seen, {name: {lens: name}})
        assert found.effect[0] == pytest.approx(rows[name]["effect"], abs=1e-9)
        apart = A.removal(shop, {name: {lens: name}})
        assert apart.journeys[0] == rows[name]["journeys"]


def parts(shop: Journeys) -> list[Journeys]:
    """Return each journey on its own."""
    return [shop[row : row + 1] for row in range(len(shop))]


def by_hand(paths: list[str], shop: Journeys) -> Journeys:
    """Return journeys of renamed touchpoints with the outcome of others."""
    log = tp.from_paths({"path": paths}, path="path", separator=" > ")
    return attrs.evolve(log, outcomes={"purchase": shop.outcomes["purchase"]})


def shown(seen: Journeys, key: str, lens: str) -> str:
    """Return the term of a touchpoint of collapsed journeys."""
    if key == "(none)":
        return key
    return next(str(one.facet(lens)) for one in seen.touchpoints if one.key == key)


def test_direct_and_indirect_help_each_other_by_the_index_of_pairs() -> None:
    """The interaction index of two players is v(both) - v(one) - v(other)."""
    shop = tp.until(tp.datasets.shop(600, seed=4), "purchase", outcome="purchase")
    seen = tp.collapse(shop, by="directness")
    found = A.synergies(seen)
    rates = {}
    sets = [
        frozenset(str(seen.touchpoints[code].facet("directness")) for code in one.codes.tolist())
        for one in parts(seen)
    ]
    sold = seen.outcomes["purchase"]
    kinds = sorted({kind for one in sets for kind in one})
    for size in (1, 2):
        for members in combinations(kinds, size):
            inside = [place for place, one in enumerate(sets) if one and one <= set(members)]
            rates[frozenset(members)] = float(np.mean(sold[inside])) if inside else 0.0
    if len(kinds) == 2:
        expected = rates[frozenset(kinds)] - sum(rates[frozenset({one})] for one in kinds)
        assert found.interaction[0] == pytest.approx(expected, abs=EXACT)
    assert len(found) == len(kinds) * (len(kinds) - 1) // 2
