"""The timeline of one journey (B40)."""

from __future__ import annotations

from typing import Any

import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER, PATIENT = tp.load_taxonomy("customer"), tp.load_taxonomy("patient")
VISITS = (
    ("2026-03-02T08:00", "2026-03-02T08:30", "pt_registration"),
    ("2026-03-02T09:00", None, "pt_consultation"),
    ("2026-03-02T12:00", "2026-03-04T12:00", "pt_test"),
    ("2026-03-06T08:00", None, "pt_billing"),
)


def patients(visits: Any = VISITS, *, who: tuple[str, ...] = ("ana",)) -> tp.Journeys:
    """Return the journeys of patients with visits, each classified by its type."""
    rules = [{"when": {"what": one}, "type": one} for one in {what for *_, what in visits}]
    return tp.from_records(
        [{"who": one, "at": at, "to": to, "what": what} for one in who for at, to, what in visits],
        journey="who",
        time="at",
        end="to",
        touchpoint=tp.classify.rules({"rule": rules}, taxonomy=PATIENT),
        taxonomy=PATIENT,
    )


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop."""
    return tp.datasets.shop(400, seed=1)


def marks(figure: Any, name: str) -> Any:
    """Return the marks of a lane."""
    return next(one for one in figure.data if one.name == name)


def test_two_lanes_in_time() -> None:
    """Marks lie at their times in the lane of their clinicality; bars reach to known ends."""
    figure = tp.plot.timeline(patients(), taxonomy=PATIENT)
    assert ["Clinical", "Non-clinical"] == drawn.texts(figure, kind="lane")
    clinical, other = marks(figure, "Clinical"), marks(figure, "Non-clinical")
    # Hours since the registration: consultation 1, test 4, billing 96.
    hour = (other.x[1] - other.x[0]) / 96
    assert [1, 4] == pytest.approx([(one - other.x[0]) / hour for one in clinical.x], abs=0.1)
    assert clinical.y[0] < other.y[0]
    assert {"#00708C"} == set(clinical.marker.color)
    assert {"#8C6B3F"} == set(other.marker.color)
    assert clinical.marker.symbol[0] != other.marker.symbol[0]
    bars = [
        (one.x1 - one.x0) / hour
        for one in figure.layout.shapes
        if one.type == "rect" and one.y1 - one.y0 == pytest.approx(8)
    ]
    assert [0.5, 48] == pytest.approx(sorted(bars), abs=0.1)


def test_names_say_how_long_it_took() -> None:
    """Where an end is known the name has the duration, and the hover both times."""
    figure = tp.plot.timeline(patients(), taxonomy=PATIENT, lang="es")
    names = drawn.texts(figure, kind="name")
    assert any(one.endswith("30 minutos") for one in names)
    assert any(one.endswith("2 días") for one in names)
    assert "Facturación y seguro" in names
    assert any(
        "2 de marzo de 2026, 08:00 – 2 de marzo de 2026, 08:30" in one
        for one in drawn.hovers(figure)
    )


def test_one_of_several_by_its_id() -> None:
    """Of several journeys one is named; a single one, or a `Journey`, needs no name."""
    two = patients(who=("ana", "leo"))
    one = tp.plot.timeline(two, journey="leo", taxonomy=PATIENT)
    assert one.to_json() == tp.plot.timeline(patients(), taxonomy=PATIENT).to_json()
    assert one.to_json() == tp.plot.timeline(two[1], taxonomy=PATIENT).to_json()
    with pytest.raises(tp.errors.WrongKindError, match="these are 2") as caught:
        tp.plot.timeline(two)
    assert "journey=" in str(caught.value)
    with pytest.raises(tp.errors.NotFoundError, match="no journey 'leu'.*leo"):
        tp.plot.timeline(two, journey="leu")
    with pytest.raises(tp.errors.NotFoundError, match="no facet 'directnes'.*directness"):
        tp.plot.timeline(two, journey="leo", by="directnes")


def test_times_are_those_of_the_zone() -> None:
    """A log with a time zone shows its local times: 07:00 UTC is 08:00 in Madrid in winter."""
    rows = [{"who": 1, "at": "2026-01-05T08:00", "what": "a"}]
    log = tp.from_records(rows, journey="who", time="at", touchpoint="what", tz="Europe/Madrid")
    assert log.times is not None
    assert "2026-01-05T07:00" == str(log.times[0])[:16]
    assert "5 January 2026, 08:00" in drawn.hovers(tp.plot.timeline(log))[0]
    assert "5 January 2026, 08:00" in drawn.hovers(tp.plot.dotted_chart(log))[0]


def test_other_facets_and_unknown_terms(shop: tp.Journeys) -> None:
    """Lanes can be those of another facet; those without a term have one too."""
    longest = max(range(len(shop)), key=lambda at: len(shop[at]))
    how: dict[str, Any] = {"journey": shop.ids[longest], "taxonomy": CUSTOMER}
    direct = tp.plot.timeline(shop, by="directness", **how)
    assert set(drawn.texts(direct, kind="lane")) <= {"Direct", "Indirect"}
    plain = tp.from_records(
        [{"who": 1, "at": "2026-01-05", "what": "a"}], journey="who", time="at", touchpoint="what"
    )
    assert ["unknown"] == drawn.texts(tp.plot.timeline(plain), kind="lane")


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [1, 6, 60])
def test_no_text_overlaps(lang: str, width: int, dark: bool, size: int) -> None:
    """However dense the times are, texts neither overlap nor leave the picture."""
    types = sorted(one for one in PATIENT.types if one.startswith("pt_"))
    visits = [
        (
            f"2026-03-{2 + n // 20:02d}T{8 + n % 3:02d}:00",
            f"2026-03-{2 + n // 20:02d}T14:00" if n % 3 else None,
            types[n % len(types)],
        )
        for n in range(size)
    ]
    journeys = patients(visits)
    figure = tp.plot.timeline(journeys, taxonomy=PATIENT, lang=lang, dark=dark, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)
    assert size == len(drawn.texts(figure, kind="name"))


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [{"who": 1, "at": f"2026-01-0{day}", "what": name} for day in (1, 2, 3)]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    figure = tp.plot.timeline(journeys, width=width)
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)
    assert not any("<script" in str(one.hovertext) for one in figure.data)


def test_more_than_eight_lanes() -> None:
    """The seven most frequent terms have a lane each, the others share one."""
    channels = list(CUSTOMER.facets["channel"].terms)[:12]
    rules = [
        {"when": {"what": one}, "type": "live_chat", "channel": one, "directness": "direct"}
        for one in channels
    ]
    journeys = tp.from_records(
        [
            {"who": 1, "at": f"2026-01-{1 + n:02d}", "what": one}
            for n, one in enumerate([*channels, *channels[:7]])
        ],
        journey="who",
        time="at",
        touchpoint=tp.classify.rules({"rule": rules}, taxonomy=CUSTOMER),
        taxonomy=CUSTOMER,
    )
    figure = tp.plot.timeline(journeys, by="channel", taxonomy=CUSTOMER)
    lanes = drawn.texts(figure, kind="lane")
    assert 8 == len(lanes)
    assert "other" == lanes[-1]
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)


def test_many_interactions() -> None:
    """Of 300 interactions 200 have names, which is said."""
    rows = [
        {"who": 1, "at": f"2026-01-{1 + n // 24:02d}T{n % 24:02d}:00", "what": f"t{n}"}
        for n in range(300)
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    for width, key in ((960, "have their names"), (358, "are drawn")):
        figure = tp.plot.timeline(journeys, width=width)
        assert f"The first 200 of 300 interactions {key}." in drawn.texts(figure, kind="note")
        assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert 300 == sum(len(one.x) for one in tp.plot.timeline(journeys).data)


def test_nothing_and_no_times(shop: tp.Journeys) -> None:
    """An empty journey is a sentence; without times the error says which call gives them."""
    rows = [{"who": "a", "at": "2026-01-01", "what": "x"}]
    log = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    empty = tp.until(log, "x", outcome="done")
    assert ["There is nothing to draw."] == drawn.texts(tp.plot.timeline(empty))
    paths = tp.from_paths({"path": ["a > b"]}, path="path")
    for one in (paths, paths[0]):
        with pytest.raises(tp.errors.InvalidInputError, match="timeline needs times") as caught:
            tp.plot.timeline(one)
        assert "time=" in str(caught.value)
    with pytest.raises(tp.errors.WrongKindError, match="Journeys"):
        tp.plot.timeline(tp.paths.presence(shop))  # type: ignore[arg-type]
