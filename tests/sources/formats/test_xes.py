"""Event logs in XES: the story, types, defaults, classifiers, lifecycles, times (A4, B38)."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

import touchpoints as tp
from tests.sources import story

FIXTURE = Path(__file__).parent / "data" / "story.xes"
TAXONOMY = tp.load_taxonomy("customer")


def event(name: str, at: str, *others: str) -> str:
    """Return an event of XES."""
    time = f'<date key="time:timestamp" value="{at}"/>'
    return f'<event><string key="concept:name" value="{name}"/>{time}{"".join(others)}</event>'


def string(key: str, value: str, kind: str = "string") -> str:
    """Return an attribute of XES."""
    return f'<{kind} key="{key}" value="{value}"/>'


def trace(name: str, *inside: str) -> str:
    """Return a trace of XES."""
    return f"<trace>{string('concept:name', name)}{''.join(inside)}</trace>"


def log(folder: Path, *inside: str) -> Path:
    """Write a log of XES."""
    path = folder / "log.xes"
    path.write_text(f"<log>{''.join(inside)}</log>", encoding="utf-8")
    return path


DAY = "2026-03-02T10:00:00Z"


def test_the_story_is_read() -> None:
    """A4: traces in order, with the types of the taxonomy, whatever the offset of their times."""
    journeys = tp.sources.xes(FIXTURE, taxonomy=TAXONOMY)

    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.ids.tolist() == ["v1", "v2", "v3"]
    assert journeys.meta.timezone == "UTC"


def test_attributes_keep_their_types() -> None:
    """Text as codes, integers and floats with nan, booleans, dates as instants."""
    journeys = tp.sources.xes(FIXTURE)
    kept, cases = journeys.per_interaction, journeys.per_journey

    assert kept["utm_source"].to_list() == ["google"] * 4 + ["news"] + [None] * 3
    assert kept["org:resource"].to_list() == ["web"] + [None] * 7
    np.testing.assert_array_equal(kept["position"], [np.nan, 3, *[np.nan] * 5, 1])
    np.testing.assert_array_equal(kept["value"], [np.nan] * 3 + [59.90] + [np.nan] * 4)
    np.testing.assert_array_equal(kept["gift"], [np.nan] * 3 + [0] + [np.nan] * 4)
    assert kept["text"].to_list()[5] == "trail shoes & más"
    assert cases["member"].tolist() == [True, False, False]
    assert cases["member"].dtype == bool
    assert cases["since"].tolist()[0] == np.datetime64("2020-04-30T22:00:00").item()
    assert np.isnat(cases["since"][1:]).all()


def test_defaults_of_global_attributes_are_filled_in_and_counted() -> None:
    """The device of two traces is the log's; placeholders are not values."""
    journeys = tp.sources.xes(FIXTURE)

    assert journeys.per_journey["device"].to_list() == ["laptop", "phone", "phone"]
    assert journeys.meta.report.noted == {
        "an attribute that lacks, filled in with the default that the log declares": 2,
        "a list or container of attributes, left out": 1,
        "an attribute within another attribute, left out": 1,
    }


def test_defaults_of_every_type_are_filled_in(tmp_path: Path) -> None:
    """Also where no event has the attribute; the time and the id never are."""
    declared = "".join(
        string(key, value, kind)
        for key, value, kind in (
            ("text", "a", "string"),
            ("whole", "4", "int"),
            ("real", "2.5", "float"),
            ("flag", "true", "boolean"),
            ("day", "2026-01-01T00:00:00Z", "date"),
            ("broken", "x", "int"),
            ("nobody", "UNKNOWN", "string"),
            ("never", "1970-01-01T00:00:00.000+01:00", "date"),
            ("time:timestamp", "1970-01-01T00:00:00Z", "date"),
        )
    )
    events = event("a", DAY), event("b", DAY, string("real", "7", "float"))
    path = log(tmp_path, f"<global>{declared}</global>", trace("1", *events))
    kept = tp.sources.xes(path).per_interaction

    assert list(kept) == ["real", "text", "whole", "flag", "day"]
    assert kept["text"].to_list() == ["a", "a"]
    assert kept["whole"].tolist() == [4, 4]
    assert kept["real"].tolist() == [2.5, 7]
    assert kept["flag"].tolist() == [True, True]
    assert (kept["day"] == np.datetime64("2026-01-01")).all()


def test_a_classifier_of_the_log_names_the_events() -> None:
    """By its name, by a key or by several; what is missing leaves its place empty."""
    both = tp.sources.xes(FIXTURE, classifier="Name and page")
    assert both[0].keys[:3] == ("website_visit+/", "product_view+/p/7", "cart_addition+")

    by_key = tp.sources.xes(FIXTURE, classifier="page", unmatched="drop")
    assert by_key[0].keys == ("/", "/p/7")
    assert both == tp.sources.xes(FIXTURE, classifier=["concept:name", "page"])

    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'Name and page'"):
        tp.sources.xes(FIXTURE, classifier="Name or page")


def test_keys_of_a_classifier_may_be_quoted(tmp_path: Path) -> None:
    """As the standard has it for keys with spaces; unquoted ones are known by the events."""
    head = (
        "<classifier name='q' keys=\"concept:name 'my key'\"/>"
        "<classifier name='u' keys='my key'/><classifier name='b' keys=\"'a\"/>"
    )
    path = log(tmp_path, head, trace("1", event("a", DAY, string("my key", "x"))))

    assert tp.sources.xes(path, classifier="q")[0].keys == ("a+x",)
    assert tp.sources.xes(path, classifier="u")[0].keys == ("x",)
    with pytest.raises(tp.errors.InvalidInputError, match="quote"):
        tp.sources.xes(path, classifier="b")


def test_start_and_complete_are_one_interaction(tmp_path: Path) -> None:
    """By instance, else by name; other stages are left out and counted."""

    def stage(which: str, instance: str = "") -> str:
        number = string("concept:instance", instance) if instance else ""
        return string("lifecycle:transition", which) + number

    path = log(
        tmp_path,
        trace(
            "1",
            event("a", "2026-03-02T10:00:00Z", stage("start", "i1"), string("org:resource", "r")),
            event("a", "2026-03-02T10:01:00Z", stage("Start", "i2")),
            event("a", "2026-03-02T10:02:00Z", stage("complete", "i2")),
            event("a", "2026-03-02T10:03:00Z", stage("suspend", "i1")),
            event("a", "2026-03-02T10:05:00Z", stage("complete", "i1")),
            event("b", "2026-03-02T10:06:00Z", stage("complete")),
            event("c", "2026-03-02T10:07:00Z"),
        ),
    )
    journeys = tp.sources.xes(path)

    assert journeys[0].keys == ("a", "a", "b", "c")
    minutes = (journeys.ends - journeys.times) / np.timedelta64(1, "m")
    np.testing.assert_array_equal(minutes, [5, 1, np.nan, np.nan])
    assert list(journeys.per_interaction) == ["org:resource"]
    assert journeys.meta.report.lifecycle_ignored == 1
    assert journeys.meta.report.noted == {
        "an event without a lifecycle:transition, read as complete": 1
    }

    each = tp.sources.xes(path, lifecycle=False)
    assert len(each[0]) == 7
    assert each.ends is None
    assert each.per_interaction["lifecycle:transition"].to_list()[:4] == [
        "start", "Start", "complete", "suspend",
    ]  # fmt: skip
    named = tp.sources.xes(path, classifier=["concept:name", "lifecycle:transition"])
    assert named[0].keys[-3:] == ("a+complete", "b+complete", "c+")


def test_completes_alone_are_plain(tmp_path: Path) -> None:
    """A log of one stage has no ends, and keeps the stage as it is."""
    events = [event(one, DAY, string("lifecycle:transition", "complete")) for one in "ab"]
    journeys = tp.sources.xes(log(tmp_path, trace("1", *events)))

    assert journeys[0].keys == ("a", "b")
    assert journeys.ends is None
    assert journeys.per_interaction["lifecycle:transition"].to_list() == ["complete"] * 2


def test_traces_of_one_name_are_one_journey(tmp_path: Path) -> None:
    """They are merged, as a table of events would be, and counted."""
    path = log(
        tmp_path,
        trace("1", string("kind", "x"), event("b", "2026-03-02T10:01:00Z")),
        trace("2", event("c", DAY)),
        trace("1", string("kind", "y"), event("a", DAY)),
    )
    journeys = tp.sources.xes(path)

    assert [one.keys for one in journeys] == [("a", "b"), ("c",)]
    assert journeys.meta.report.noted == {
        "a trace with the concept:name of an earlier trace, which is one journey with it": 1
    }
    assert journeys.meta.report.journey_conflicts == 1


def test_traces_without_events_are_empty_journeys(tmp_path: Path) -> None:
    """At their place, with their attributes and persons."""

    def case(name: str, kind: str, *events: str) -> str:
        person = string("person", f"p{name}")
        return trace(name, person, string("kind", kind), string("size", name, "int"), *events)

    path = log(
        tmp_path,
        case("1", "x"),
        case("2", "y", event("a", DAY)),
        case("3", "z"),
        case("4", "y", event("a", DAY)),
        case("5", "w"),
    )
    journeys = tp.sources.xes(path)

    assert journeys.ids.tolist() == ["1", "2", "3", "4", "5"]
    assert np.diff(journeys.offsets).tolist() == [0, 1, 0, 1, 0]
    assert journeys.persons.tolist() == ["p1", "p2", "p3", "p4", "p5"]
    assert journeys.per_journey["kind"].to_list() == ["x", "y", "z", "y", "w"]
    assert journeys.per_journey["size"].tolist() == [1, 2, 3, 4, 5]
    assert len(tp.sources.xes(log(tmp_path, trace("1"), trace("2")))) == 2


def test_a_log_without_times_is_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Events of a trace are in order; journeys without times say so."""
    plain = [f"<event>{string('concept:name', one)}</event>" for one in "cab"]
    journeys = tp.sources.xes(log(tmp_path, trace("1", *plain)))

    assert journeys[0].keys == ("c", "a", "b")
    assert journeys.times is None


def test_times_without_an_offset_are_in_the_zone_given(tmp_path: Path) -> None:
    """All naive: as written or in the zone; some naive: the zone is needed."""
    naive = log(tmp_path, trace("1", event("a", "2026-07-02T10:00:00")))
    assert tp.sources.xes(naive).times[0] == np.datetime64("2026-07-02T10:00")
    assert tp.sources.xes(naive).meta.timezone is None
    madrid = tp.sources.xes(naive, tz="Europe/Madrid")
    assert madrid.times[0] == np.datetime64("2026-07-02T08:00")
    assert madrid.meta.timezone == "Europe/Madrid"

    mixed = log(
        tmp_path,
        trace("1", event("b", "2026-07-02T10:00:00"), event("a", "2026-07-02T09:00:00Z")),
    )
    with pytest.raises(tp.errors.InvalidInputError, match="of event 1 has none, of event 2"):
        tp.sources.xes(mixed)
    assert tp.sources.xes(mixed, tz="Europe/Madrid")[0].keys == ("b", "a")


def test_other_dates_take_the_zone_of_the_times(tmp_path: Path) -> None:
    """A naive one beside times in UTC is read as UTC and counted."""
    born = string("born", "2000-01-01T00:00:00", "date")
    path = log(tmp_path, trace("1", born, event("a", DAY), event("a", DAY)))
    journeys = tp.sources.xes(path)

    assert journeys.per_journey["born"][0] == np.datetime64("2000-01-01")
    (sentence,) = journeys.meta.report.noted
    assert "read as UTC" in sentence
    local = tp.sources.xes(path, tz="Europe/Madrid").per_journey["born"][0]
    assert local == np.datetime64("1999-12-31T23:00")


def test_nanoseconds_decide_the_order(tmp_path: Path) -> None:
    """Times finer than a microsecond are ordered, whatever the order of the file."""
    late, early = "2026-03-02T10:00:00.000000900Z", "2026-03-02T10:00:00.000000100Z"
    path = log(tmp_path, trace("1", event("b", late), event("a", early)))
    assert tp.sources.xes(path)[0].keys == ("a", "b")


def test_keys_of_events_and_traces_do_not_collide(tmp_path: Path) -> None:
    """An attribute called as a column of the reader is kept by its key."""
    called = string("name", "Anna"), string("source", "s")
    path = log(
        tmp_path,
        trace(
            "1",
            string("kind", "of trace"),
            string("time", "long"),
            event("a", DAY, string("kind", "of event"), *called),
        ),
    )
    journeys = tp.sources.xes(path)

    assert journeys.per_journey["kind"].to_list() == ["of trace"]
    assert journeys.per_journey["time"].to_list() == ["long"]
    assert journeys.per_interaction["kind"].to_list() == ["of event"]
    assert journeys.per_interaction["name"].to_list() == ["Anna"]
    assert journeys.per_interaction["event:source"].to_list() == ["s"]
    assert tp.sources.xes(path, touchpoint="event:name")[0].keys == ("Anna",)


@pytest.mark.parametrize("prefix", ["", "xes:"])
def test_namespaces_and_prefixes(tmp_path: Path, prefix: str) -> None:
    """Elements may have a prefix of the log's choice; foreign elements are counted."""
    text = FIXTURE.read_text(encoding="utf-8")
    for name in ("log", "extension", "global", "classifier", "trace", "event", "list", "values",
                 "string", "date", "int", "float", "boolean"):  # fmt: skip
        text = text.replace(f"<{name}", f"<{prefix}{name}").replace(
            f"</{name}", f"</{prefix}{name}"
        )
    path = tmp_path / "prefixed.xes"
    path.write_text(text, encoding="utf-8")
    assert tp.sources.xes(path) == tp.sources.xes(FIXTURE)


def test_a_compressed_log_is_the_same_log(tmp_path: Path) -> None:
    """Gzip is known by its content."""
    path = tmp_path / "story.xes.gz"
    path.write_bytes(gzip.compress(FIXTURE.read_bytes()))
    assert tp.sources.xes(path) == tp.sources.xes(FIXTURE)


def test_journeys_of_persons() -> None:
    """The attribute person is that of the trace, unless another is named."""
    journeys = tp.sources.xes(FIXTURE, journey="person")
    assert journeys.ids.tolist() == ["ana", "leo"]
    assert len(journeys[1]) == 4

    by_device = tp.sources.xes(FIXTURE, person="device")
    assert by_device.persons.tolist() == ["laptop", "phone", "phone"]
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'device'"):
        tp.sources.xes(FIXTURE, person="devise")


def test_an_empty_log_is_no_journeys(tmp_path: Path) -> None:
    """Nothing happened, and that is a log."""
    assert len(tp.sources.xes(log(tmp_path))) == 0


def test_a_trace_of_whose_events_none_can_be_read_is_an_empty_journey(tmp_path: Path) -> None:
    """The case is not lost with its events, which are counted."""
    bare = f"<event>{string('concept:name', 'a')}</event>"
    journeys = tp.sources.xes(log(tmp_path, trace("1", bare), trace("2", event("b", DAY))))
    assert [(one.id, one.keys) for one in journeys] == [("1", ()), ("2", ("b",))]
    assert journeys.meta.report.without_time == 1
