"""What two sources say of one interaction: by hand, by the definition, and in planted worlds."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.experience.naive_needs import pairs_of
from tests.experience.need_logs import HOUR, need_log, written_out
from touchpoints._core.arrays.statistics.intervals import kappa
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
MINUTES = dt.timedelta(minutes=10)
NAMES = ("who", "t", "w", "source", "id", "why")
ROWS = [
    ("ana", "10:00", "chat", "web", 1, "price"),  # both say price
    ("ana", "10:05", "chat", "desk", 1, "price"),
    ("leo", "10:00", "chat", "web", 2, "price"),  # the desk says help
    ("leo", "10:02", "chat", "desk", 2, "help"),
    ("eva", "10:00", "chat", "web", 3, "help"),  # twenty minutes apart
    ("eva", "10:20", "chat", "desk", 3, "help"),
    ("tom", "10:00", "chat", "web", 4, None),  # the web says nothing
    ("tom", "10:01", "chat", "desk", 4, "help"),
    ("kim", "10:00", "chat", "web", None, "price"),  # nobody else speaks of it
]


def told(rows: list[tuple] = ROWS) -> tp.Journeys:
    """Return what a web shop and its help desk recorded."""
    return tp.from_records(
        [
            dict(zip(NAMES, (one, f"2026-01-01 {at}", *more), strict=True))
            for one, at, *more in rows
        ],
        journey="who",
        person="who",
        time="t",
        touchpoint="w",
        per_interaction=["source", "id", "why"],
    )


def test_a_table_worked_by_hand() -> None:
    """B20: of two compared interactions one is told alike."""
    found = E.source_disagreements(told(), within=MINUTES, of=["why"])

    rows = [
        (row["first_source"], row["first"], row["second"], row["interactions"])
        for row in found.to_dicts()
    ]
    assert rows == [("desk", "help", "price", 1), ("desk", "price", "price", 1)]
    assert set(found.agreement) == {0.5}
    assert (found.unknown, found.alone) == (1, 3)
    # Observed 1/2; by chance the desk says price in 1/2 and the web in 2/2: 1/2. Kappa is 0.
    assert found.kappa[0] == pytest.approx(0)


def test_interactions_without_a_source_are_of_no_source() -> None:
    """Nobody knows who said it, so it neither agrees nor stands alone."""
    rows = [("zoe", "10:00", "chat", None, 5, "price"), ("zoe", "10:01", "chat", None, 5, "help")]
    found, whole = (
        E.source_disagreements(told(some), within=MINUTES, of=["why"])
        for some in ([*ROWS, *rows], ROWS)
    )

    assert whole.to_dicts() == found.to_dicts()
    assert (whole.unknown, whole.alone) == (found.unknown, found.alone)


def test_a_shared_event_worked_by_hand() -> None:
    """By the id of the event, eva's two are one as well: of three, two are told alike."""
    found = E.source_disagreements(told(), event="id", of=["why"])

    assert set(found.agreement) == {2 / 3}
    assert (found.unknown, found.alone) == (1, 1)
    # By chance: the desk says help 2/3 and price 1/3, the web help 1/3 and price 2/3: 4/9.
    assert found.kappa[0] == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert found.kappa_low[0] < found.kappa[0] < found.kappa_high[0]


def test_the_pairs_are_listed() -> None:
    """Each pair with what both say, in the order of time."""
    found = E.source_matches(told(), within=MINUTES, of=["why"])

    rows = [
        tuple(row[one] for one in ("first_journey", "first", "second", "agree"))
        for row in found.to_dicts()
    ]
    assert rows == [
        ("tom", "help", "unknown", False),
        ("leo", "help", "price", False),
        ("ana", "price", "price", True),
    ]
    assert found.match.tolist() == [1, 2, 3]
    assert str(found.first_time[0]) == "2026-01-01T10:01:00.000000"


@pytest.mark.parametrize("hours", [1, 6])
@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("seed", range(15))
def test_as_many_as_possible_are_matched(seed: int, persons: bool, hours: int) -> None:
    """The number of pairs of each two sources is the largest possible, with counts and ties."""
    log = need_log(seed, persons=persons, journeys=25)
    listed = E.source_matches(log, within=dt.timedelta(hours=hours), of=["need"])
    for first, second in combinations(("desk", "survey", "web"), 2):
        mine = (listed.first_source == first) & (listed.second_source == second)
        assert listed.count[mine].sum() == pairs_of(log, first, second, hours * HOUR)
    apart = np.abs(listed.first_time - listed.second_time)
    assert (apart <= np.timedelta64(hours, "h")).all()


@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("seed", range(10))
def test_shares_and_kappa_are_those_of_the_pairs(seed: int, persons: bool) -> None:
    """Each number of the table is counted from the list of pairs."""
    log = need_log(seed, persons=persons, journeys=40)
    asked = {"within": dt.timedelta(hours=6), "of": ["need", "csat_said", "channel"]}
    said = np.array(["good", "bad", None], dtype=object)[np.arange(len(log.codes)) % 3]
    log = attrs.evolve(log, per_interaction={**log.per_interaction, "csat_said": said})
    found, listed = E.source_disagreements(log, **asked), E.source_matches(log, **asked)
    rows = listed.to_dicts()
    unknown = sum(row["count"] for row in rows if "unknown" in (row["first"], row["second"]))
    assert found.unknown == unknown
    for row in found.to_dicts():
        mine = [
            one
            for one in rows
            if all(one[name] == row[name] for name in ("facet", "first_source", "second_source"))
            and "unknown" not in (one["first"], one["second"])
        ]
        total = sum(one["count"] for one in mine)
        same = sum(one["count"] for one in mine if one["agree"])
        both = sum(
            one["count"]
            for one in mine
            if (one["first"], one["second"]) == (row["first"], row["second"])
        )
        assert row["interactions"] == both
        assert row["share"] == pytest.approx(both / total)
        assert row["agreement"] == pytest.approx(same / total)
        terms = sorted({one[side] for one in mine for side in ("first", "second")})
        table = np.zeros((len(terms), len(terms)))
        for one in mine:
            table[terms.index(one["first"]), terms.index(one["second"])] += one["count"]
        assert row["kappa"] == pytest.approx(kappa(table).value, nan_ok=True)


@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_count_is_as_many_rows(seed: int, persons: bool) -> None:
    """A row of count 3 is three rows."""
    log = need_log(seed, persons=persons, journeys=30)
    asked = {"within": dt.timedelta(hours=6), "of": ["need", "channel"]}
    numbers = (
        "interactions",
        "agreement",
        "kappa",
        "share",
        "low",
        "high",
        "kappa_low",
        "kappa_high",
    )
    one, other = (E.source_disagreements(each, **asked) for each in (log, written_out(log)))
    assert (one.unknown, one.alone) == (other.unknown, other.alone)
    for name in numbers:
        assert getattr(one, name) == pytest.approx(getattr(other, name), nan_ok=True)


def planted(pairs: int, persons: int, rng: np.random.Generator) -> tp.Journeys:
    """Return two sources that both see three needs in ten of one kind and agree in 85 in 100."""
    truth = rng.random(pairs) < 0.3
    known = rng.random((pairs, 2)) < 0.85
    guess = rng.random((pairs, 2)) < 0.3
    said = np.where(known, truth[:, None], guess)
    who = rng.integers(0, persons, pairs)
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("chat")],
        codes=np.zeros(2 * pairs, dtype=np.int32),
        offsets=np.arange(pairs + 1) * 2,
        persons=who,
        per_interaction={
            "source": np.array(["web", "desk"] * pairs, dtype=object),
            "why": np.array(["help", "price"], dtype=object)[said.ravel().astype(int)],
            "id": np.repeat(np.arange(pairs), 2),
        },
    )


def test_planted_kappa_is_covered() -> None:
    """Sources that each know the truth in 85 of 100 cases have a kappa of .85 squared.

    Of 200 worlds with 95 % intervals at least 181 cover it, but for one time in a thousand.
    """
    rng = np.random.default_rng(5)
    covered = agreed = 0
    for _ in range(200):
        found = E.source_disagreements(planted(150, 60, rng), event="id", of=["why"])
        covered += found.kappa_low[0] <= 0.85**2 <= found.kappa_high[0]
        right = 0.85**2 + (1 - 0.85**2) * (0.3**2 + 0.7**2)
        agreed += found.agreement_low[0] <= right <= found.agreement_high[0]
    assert covered >= 179
    assert agreed >= 179


def test_full_agreement_is_not_certain() -> None:
    """All told alike: kappa is 1, and its interval is that of the share."""
    rows = [one for one in ROWS if one[0] in ("ana", "eva")]
    found = E.source_disagreements(told(rows), event="id", of=["why"])
    assert set(found.kappa) == {1.0}
    assert found.kappa_low[0] < 0.5


def test_defaults_agree_by_definition() -> None:
    """Two sources that agree on the type agree on its default need: a line says so."""
    rows = [
        {"who": "ana", "t": f"2026-01-01 10:0{at}", "w": "live_chat", "source": source}
        for at, source in enumerate(("web", "desk"))
    ]
    log = tp.from_records(
        rows,
        journey="who",
        time="t",
        touchpoint="w",
        per_interaction=["source"],
        taxonomy=tp.load_taxonomy("customer"),
    )
    found = E.source_disagreements(log, within=MINUTES, of=["need"])
    assert found.by_default.tolist() == [1]
    assert "they agree on it by definition" in repr(found)


def test_bad_input() -> None:
    """One source, no way to match, both ways, columns that do not exist or hold numbers."""
    log = told()
    with pytest.raises(InvalidInputError, match="either event= or within="):
        E.source_disagreements(log, of=["why"])
    with pytest.raises(InvalidInputError, match="either event= or within="):
        E.source_matches(log, of=["why"], event="id", within=MINUTES)
    with pytest.raises(NotFoundError, match="'sources'"):
        E.source_disagreements(log, source="sources", within=MINUTES)
    with pytest.raises(NotFoundError, match="'event'"):
        E.source_disagreements(log, event="event", of=["why"])
    with pytest.raises(InvalidInputError, match="must hold text"):
        E.source_disagreements(log, source="id", within=MINUTES, of=["why"])
    with pytest.raises(InvalidInputError, match="at least two sources, got 'web'"):
        E.source_matches(told(ROWS[:1]), within=MINUTES, of=["why"])
    with pytest.raises(InvalidInputError, match="at least one facet"):
        E.source_matches(log, within=MINUTES, of=[])
    with pytest.raises(WrongKindError, match="a sequence of texts"):
        E.source_matches(log, within=MINUTES, of="why")


def test_nothing_in_common() -> None:
    """Two sources that never speak of one interaction make an empty table."""
    rows = [ROWS[0], ROWS[3]]
    found = E.source_disagreements(told(rows), within=MINUTES, of=["why"])
    assert len(found) == 0
    assert found.alone == 2
    assert len(E.source_matches(told(rows), within=MINUTES, of=["why"])) == 0
