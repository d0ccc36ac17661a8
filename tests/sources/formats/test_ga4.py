"""The BigQuery export of Google Analytics 4: nested and flat, sessions, persons (A4)."""

from __future__ import annotations

import gzip
import json
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import touchpoints as tp
from tests.sources import story
from touchpoints.sources._shared import files
from touchpoints.sources._shared.web import ga4_columns
from touchpoints.sources._shared.web.ga4_arrow import batches_of_json, columns_of_batch
from touchpoints.sources._shared.web.ga4_names import parameter_names

DATA = Path(__file__).parent / "data"
FIXTURE, FLAT = DATA / "ga4.ndjson", DATA / "ga4_flat.csv"
TYPED = {
    "touchpoint": tp.classify.ga4_events(name="name"),
    "taxonomy": tp.load_taxonomy("customer"),
}
START = 1_772_445_600_000_000  # 2026-03-02T10:00:00Z


def records() -> list[dict[str, Any]]:
    """Return the nested events of the story."""
    return [json.loads(line) for line in FIXTURE.read_text(encoding="utf-8").splitlines()]


def event(name: str, second: float, *, device: str = "d", session: int = 7, **more: Any) -> Any:
    """Return an event as it is exported."""
    params = [{"key": "ga_session_id", "value": {"int_value": str(session)}}]
    for key, value in more.pop("params", {}).items():
        kind = "string_value" if isinstance(value, str) else "double_value"
        params.append({"key": key, "value": {kind: value}})
    return {
        "event_name": name,
        "event_timestamp": str(START + int(second * 1_000_000)),
        "user_pseudo_id": device,
        "event_params": params,
        **more,
    }


def column_of(journeys: tp.Journeys, name: str) -> list[Any]:
    """Return a kept column as a list."""
    column = journeys.per_interaction[name]
    return column.tolist() if isinstance(column, np.ndarray) else column.to_list()


def test_the_story_is_read() -> None:
    """A4: sessions of persons, in order, with the types of the taxonomy; all else is counted."""
    journeys = tp.sources.ga4(FIXTURE, **TYPED)

    assert story.told(journeys) == story.expected(story.WEB)
    assert journeys.began.all()
    assert journeys.meta.report.rows == 15
    assert journeys.meta.report.left_out_reasons == {
        "a visit begins or goes on: no interaction of its own": 5,
        "no id of a user: mostly no consent": 1,
        "no ga_session_id": 1,
    }


def test_the_columns_say_whose_source_it_is() -> None:
    """Of the event, of the session, and of the person's first visit: three different things."""
    journeys = tp.sources.ga4(FIXTURE, **TYPED)
    expected = [one for contacts in story.WEB for one in contacts]

    assert column_of(journeys, "session_source") == [one.source or None for one in expected]
    assert column_of(journeys, "session_medium") == [one.medium or None for one in expected]
    assert column_of(journeys, "session_campaign") == [one.campaign or None for one in expected]
    assert column_of(journeys, "utm_source") == [
        *("google", None, None, None), *("news", None), *(None, None),
    ]  # fmt: skip
    assert column_of(journeys, "first_source") == ["(direct)"] * 4 + ["news"] * 4
    assert column_of(journeys, "click_id")[:2] == ["G-1", None]
    assert column_of(journeys, "text")[5] == "trail shoes"
    assert column_of(journeys, "value")[2:4] == [59.9, story.VALUE]
    assert column_of(journeys, "device") == ["mobile"] * 4 + ["desktop"] * 4
    assert column_of(journeys, "page")[0:2] == ["Home", "Trail 7"]
    assert column_of(journeys, "referrer")[0] == "https://www.google.com/"
    assert column_of(journeys, "url")[3] == "https://shoes.example/done"


def as_columns() -> dict[str, list[Any]]:
    """Return the nested events as lists, column by column."""
    rows = records()
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def written(folder: Path, content: bytes) -> Path:
    """Return the path of a file with this content."""
    path = folder / "export"
    path.write_bytes(content)
    return path


def as_parquet(folder: Path) -> Path:
    """Return the path of a nested Parquet file."""
    pl.read_ndjson(FIXTURE).write_parquet(folder / "export.parquet")
    return folder / "export.parquet"


FORMS: dict[str, Callable[[Path], Any]] = {
    "flat file": lambda folder: FLAT,
    "records": lambda folder: records(),
    "generator": lambda folder: iter(records()),
    "columns": lambda folder: as_columns(),
    "polars": lambda folder: pl.read_ndjson(FIXTURE),
    "lazy": lambda folder: pl.scan_ndjson(FIXTURE),
    "pandas": lambda folder: pl.read_ndjson(FIXTURE).to_pandas(),
    "pyarrow": lambda folder: pl.read_ndjson(FIXTURE).to_arrow(),
    "flat pandas": lambda folder: pd.read_csv(FLAT, dtype={"user_pseudo_id": str}),
    "flat polars": lambda folder: pl.read_csv(FLAT, schema_overrides={"user_pseudo_id": pl.String}),
    "compressed": lambda folder: written(folder, gzip.compress(FIXTURE.read_bytes())),
    "array": lambda folder: written(folder, json.dumps(records(), indent=1).encode()),
    "marked": lambda folder: written(folder, b"\xef\xbb\xbf" + FIXTURE.read_bytes()),
    "parquet": as_parquet,
    "one row by line feed": lambda folder: written(folder, FIXTURE.read_bytes().rstrip(b"\n")),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_export_gives_the_same(form: str, tmp_path: Path) -> None:
    """Nested or flat, lines or a frame: journeys, columns and report are the same."""
    expected = tp.sources.ga4(FIXTURE, **TYPED)
    found = tp.sources.ga4(FORMS[form](tmp_path), **TYPED)

    assert found.equals(expected)
    assert found.meta.report == expected.meta.report


def drawn_events(seed: int) -> list[dict[str, Any]]:
    """Return events in which anything may be missing, null or repeated, in some of other kinds."""
    draw = random.Random(seed)
    return [drawn_event(draw, mixed=seed % 3 == 0) for _ in range(draw.choice([1, 3, 12]))]


def drawn_event(draw: random.Random, *, mixed: bool) -> dict[str, Any]:
    """Return an event; with ``mixed``, numbers are written in several ways, and some wrongly."""
    kinds = {
        "string_value": ["7", "añ", "", None],
        "int_value": ["7", 12, "x", None] if mixed else ["7", "-3", None],
        "double_value": [2.5, 3, None],
        "float_value": [0.5, None],
    }
    keys = ["ga_session_id", "page_location", "value", "event_id", "source", "method", "other"]
    params = [
        {
            "key": draw.choice(keys),
            "value": {
                kind: draw.choice(values)
                for kind, values in kinds.items()
                if draw.random() < 0.4 and (kind != "int_value" or draw.random() < 0.9)
            },
        }
        for _ in range(draw.randrange(5))
    ]
    made = {
        "event_name": draw.choice(["a", "b", "session_start"]),
        "event_timestamp": draw.choice([str(START), START + 5 if mixed else str(START + 5)]),
        "event_params": params,
        "user_id": draw.choice(["ana", None, ""]),
        "user_pseudo_id": draw.choice(["d", "e", None]),
        "batch_page_id": draw.choice(["1", 2 if mixed else "2", None]),
        "device": draw.choice([{"category": "mobile"}, {}, None, {"other": [1]}]),
        "ecommerce": draw.choice([{"purchase_revenue": "6" if mixed else 6.5}, None]),
        "session_traffic_source_last_click": draw.choice([
            None, {}, {"manual_campaign": {"source": "x"}}, {"google_ads_campaign": None},
        ]),
    }  # fmt: skip
    for name in draw.sample(list(made), draw.randrange(3)):
        if name != "event_name":
            del made[name]
    return made


@pytest.mark.parametrize("seed", range(40))
def test_lines_are_read_as_their_records_are(seed: int, tmp_path: Path) -> None:
    """By blocks of lines or event by event: the same journeys, columns and report."""
    events = drawn_events(seed)
    path = written(tmp_path, "\n".join(json.dumps(one) for one in events).encode())
    options: Any = {"on_error": "skip", "journey": "person", "person_conflicts": "ignore"}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tp.errors.TouchpointsWarning)
        expected = tp.sources.ga4(events, **options)
        found = tp.sources.ga4(path, **options)
    assert found.equals(expected)
    assert found.meta.report == expected.meta.report


def test_few_drawn_events_are_read_by_both_ways() -> None:
    """The test above compares two ways: blocks are taken in some of its cases and not in others."""
    taken = 0
    for seed in range(40):
        lines = "\n".join(map(json.dumps, drawn_events(seed))).encode()
        [(_, batch)] = batches_of_json([lines])
        taken += batch is not None and columns_of_batch(batch, parameter_names(())) is not None
    assert 10 <= taken <= 35


def test_blocks_are_read_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small blocks, one of them with a bad line; with pyarrow and without; on one core or two."""
    events = [event("page_view", second, page=second) for second in range(50)]
    lines = [json.dumps(one).encode() for one in events]
    path = written(tmp_path, b"\n".join([*lines[:30], b"{", *lines[30:]]))
    monkeypatch.setattr(files, "_LINES", 700)
    found = []
    for cores in ("1", "2"):
        monkeypatch.setenv("TOUCHPOINTS_MAX_THREADS", cores)
        with pytest.raises(tp.errors.InvalidInputError, match="line 31"):
            tp.sources.ga4(path)
        with pytest.warns(tp.errors.TouchpointsWarning, match="line 31"):
            found.append(tp.sources.ga4(path, on_error="skip"))
    monkeypatch.setattr(ga4_columns, "has_arrow", lambda: False)
    with pytest.warns(tp.errors.TouchpointsWarning, match="line 31"):
        found.append(tp.sources.ga4(path, on_error="skip"))

    assert [len(one.codes) for one in found] == [50, 50, 50]
    assert found[0].equals(found[1])
    assert found[0].equals(found[2])


def test_sessions_of_two_people_in_one_second_are_two() -> None:
    """ga_session_id is a second; with the device it is a session."""
    events = [event("page_view", 0, device=one) for one in ("a", "b")]

    assert tp.sources.ga4(events).ids.tolist() == ["a/7", "b/7"]
    for wrong in ("ga_session_id", ["ga_session_id"], ("ga_session_id",)):
        with pytest.raises(tp.errors.InvalidInputError, match="user_pseudo_id.*ga_session_id"):
            tp.sources.ga4(events, journey=wrong)


def test_who_logs_in_late_stays_one_session_of_one_person() -> None:
    """The first user of a session is its person, also of what came before the login."""
    events = [
        event("page_view", 0, session=1),
        event("page_view", 10, session=2),
        event("login", 20, session=2, user_id="ana"),
        event("page_view", 30, session=2, user_id="ana"),
        event("page_view", 40, session=3),
    ]
    journeys = tp.sources.ga4(events[::-1])

    assert dict(zip(journeys.ids, journeys.persons, strict=True)) == {
        "d/1": "d", "d/2": "ana", "d/3": "d",
    }  # fmt: skip
    assert [len(one) for one in journeys] == [1, 3, 1]


def test_two_users_of_one_session_are_told() -> None:
    """The first one is kept, and the shared option says how loudly."""
    events = [event("page_view", second, user_id=user) for second, user in ((5, "leo"), (1, "ana"))]

    with pytest.warns(tp.errors.TouchpointsWarning, match="several persons"):
        journeys = tp.sources.ga4([event("page_view", 0), *events])
    assert journeys.persons.tolist() == ["ana"]


def test_journeys_of_persons_need_no_session() -> None:
    """By person nothing is left out for lack of a session."""
    events = [event("page_view", 0), {**event("page_view", 5), "event_params": []}]
    journeys = tp.sources.ga4(events, journey="person")

    assert journeys.ids.tolist() == ["d"]
    assert len(journeys[0]) == 2
    assert tp.sources.ga4(events).meta.report.left_out_reasons == {"no ga_session_id": 1}
    lacking = [{**one, "event_params": [], "user_id": user} for one, user in zip(
        events, ("ana", None), strict=True)]  # fmt: skip
    assert tp.sources.ga4(lacking, journey="person").ids.tolist() == ["ana", "d"]


def test_a_session_without_a_start_began_before_the_export() -> None:
    """Where no session has a start, nothing is known of them."""
    events = [
        event("page_view", 1, session=1),
        event("first_visit", 2, session=2),
        event("session_start", 2, session=2),
    ]

    assert tp.sources.ga4(events).began.tolist() == [False, True]
    assert tp.sources.ga4(events[:1]).began.tolist() == [True]


def test_batches_order_what_happened_at_the_same_time() -> None:
    """Page, then batch, then place in the batch; as numbers, not as text."""
    keys = ("batch_page_id", "batch_ordering_id", "batch_event_index")
    order = {
        "e": ("10", "1", "1"),
        "d": ("9", "10", "2"),
        "c": ("9", "10", "1"),
        "b": ("9", "2", "9"),
    }
    events = [event(name, 0, **dict(zip(keys, one, strict=True))) for name, one in order.items()]

    assert tp.sources.ga4(events)[0].keys == ("b", "c", "d", "e")


def test_source_and_medium_are_of_one_campaign() -> None:
    """The source of one campaign does not stand beside the medium of another."""
    google = {"google_ads_campaign": {"campaign_name": "shoes"}}
    manual = {"manual_campaign": {"source": "news"}, "cross_channel_campaign": {"medium": "email"}}
    events = [
        event("a", 1, session_traffic_source_last_click=manual),
        event("b", 2, session_traffic_source_last_click=google),
        event("c", 3, params={"source": "bing"}, collected_traffic_source={"manual_medium": "cpc"}),
        event("d", 4, params={"source": "bing", "medium": "organic"}),
    ]
    journeys = tp.sources.ga4(events)

    assert column_of(journeys, "session_source")[:2] == [None, "google"]
    assert column_of(journeys, "session_medium")[:2] == ["email", "cpc"]
    assert column_of(journeys, "session_campaign")[:2] == [None, "shoes"]
    assert column_of(journeys, "utm_source")[2:] == [None, "bing"]
    assert column_of(journeys, "utm_medium")[2:] == ["cpc", "organic"]


def test_the_source_of_the_first_visit_is_never_that_of_the_event() -> None:
    """`traffic_source` alone says nothing of the event or of the session."""
    first = {"source": "google", "medium": "organic", "name": "(organic)"}
    journeys = tp.sources.ga4([event("page_view", 0, traffic_source=first)])

    assert column_of(journeys, "first_campaign") == ["(organic)"]
    assert {"utm_source", "session_source", "source"}.isdisjoint(journeys.per_interaction)


def test_further_parameters_are_kept() -> None:
    """Texts stay texts and numbers numbers; a parameter that is in no event is refused."""
    events = [
        event("login", 0, params={"method": "mail", "score": 2.5}),
        event("page_view", 1),
    ]
    journeys = tp.sources.ga4(events, params=("method", "score"))

    assert column_of(journeys, "method") == ["mail", None]
    assert np.array_equal(column_of(journeys, "score"), [2.5, np.nan], equal_nan=True)
    with pytest.raises(tp.errors.NotFoundError, match="methd"):
        tp.sources.ga4(events, params=("methd",))
    with pytest.raises(tp.errors.InvalidInputError, match="uses this name itself"):
        tp.sources.ga4(events, params=("source",))


def test_repeated_event_ids_are_counted() -> None:
    """The same id of the same name is the same event; ids are made for each name."""
    events = [event(name, place, params={"event_id": "x"}) for place, name in enumerate("aab")]
    journeys = tp.sources.ga4(events)

    assert journeys[0].keys == ("a", "b")
    assert journeys.meta.report.left_out_reasons == {
        "an event_id that an earlier event of this name has": 1
    }


BAD = {
    "no number": ({"event_timestamp": "yesterday"}, "not an integer number of microseconds"),
    "date": ({"event_timestamp": "2026-03-02"}, "not an integer number of microseconds"),
    "endless": ({"event_timestamp": float("inf")}, "not an integer number of microseconds"),
    "too late": ({"event_timestamp": 10**19}, "outside the years"),
    "parameters are text": ({"event_params": "a=1"}, "not of the shape"),
    "a parameter is a text": ({"event_params": ["a"]}, "not of the shape"),
    "no value": ({"event_params": [{"key": "ga_session_id"}]}, "not of the shape"),
    "value is a number": (
        {"event_params": [{"key": "ga_session_id", "value": 7}]}, "not of the shape",
    ),
    "int_value is a text": (
        {"event_params": [{"key": "ga_session_id", "value": {"int_value": "x"}}]},
        "not of the shape",
    ),
    "source is a list": ({"collected_traffic_source": ["google"]}, "not of the shape"),
}  # fmt: skip


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("name", BAD)
def test_events_of_another_shape(name: str, *, lines: bool, tmp_path: Path) -> None:
    """They are refused with their place, or counted by reason."""
    change, reason = BAD[name]
    events = [event("page_view", 0), {**event("page_view", 1), **change}, event("page_view", 2)]
    source = events
    if lines:
        source = written(tmp_path, "\n".join(json.dumps(one) for one in events).encode())

    with pytest.raises(tp.errors.InvalidInputError, match=reason) as caught:
        tp.sources.ga4(source)
    assert ("line 2" if lines else "record 1") in str(caught.value)
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 event cannot be read"):
        journeys = tp.sources.ga4(source, on_error="skip")
    assert len(journeys[0]) == 2
    assert journeys.meta.report.skipped == 1


LINES = {
    b'{"event_name": "page_v\xffiew"}': "not UTF-8",
    b"[1, 2]": "not an object",
    b"{": "not JSON",
    b'"text"': "not an object",
    b'{"event_name": "a"} {"event_name": "b"}': "not JSON",
}


@pytest.mark.parametrize("line", LINES)
def test_lines_that_are_no_events(line: bytes, tmp_path: Path) -> None:
    """The line is named; the others are read with on_error="skip"."""
    lines = [json.dumps(event("page_view", second)).encode() for second in (0, 1)]
    path = written(tmp_path, b"\n".join((lines[0], b"", line, lines[1])))

    with pytest.raises(tp.errors.InvalidInputError, match=LINES[line]) as caught:
        tp.sources.ga4(path)
    assert "line 3" in str(caught.value)
    with pytest.warns(tp.errors.TouchpointsWarning, match="line 3"):
        journeys = tp.sources.ga4(path, on_error="skip")
    assert len(journeys[0]) == 2


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    """A compressed file that ends early is refused, whatever on_error says."""
    rows = [event("page_view", second, device=str(second * 7919 % 10007)) for second in range(4000)]
    packed = gzip.compress("\n".join(map(json.dumps, rows)).encode())
    path = written(tmp_path, packed[: len(packed) // 2])

    for how in ("raise", "skip"):
        with pytest.raises(tp.errors.InvalidInputError, match="cut off or damaged"):
            tp.sources.ga4(path, on_error=how)


def test_few_events(tmp_path: Path) -> None:
    """No event, one event, names and ids of any script."""
    assert len(tp.sources.ga4([])) == len(tp.sources.ga4(written(tmp_path, b""))) == 0
    assert len(tp.sources.ga4({"event_name": [], "event_timestamp": [], "ga_session_id": []})) == 0
    journeys = tp.sources.ga4([event("añadir 🛒", 0, device="Ωmega/1")])
    assert journeys.ids.tolist() == ["Ωmega\\/1/7"]
    assert journeys[0].keys == ("añadir 🛒",)


def test_values_that_are_no_numbers_are_told() -> None:
    """The event is kept: what somebody wrote into `value` says nothing of the rest."""
    journeys = tp.sources.ga4([event("click", 0, params={"value": "Buy now"}), event("b", 1)])

    assert np.isnan(column_of(journeys, "value")).all()
    assert journeys.meta.report.noted == {"value is not a number: missing": 1}


def test_flat_tables_that_lack_what_is_needed() -> None:
    """The column is named, and ids that were read as floats are refused."""
    flat = {"event_name": ["a"], "event_timestamp": [START], "user_pseudo_id": ["d"]}

    with pytest.raises(tp.errors.InvalidInputError, match=r'journey="person"'):
        tp.sources.ga4(flat)
    assert len(tp.sources.ga4(flat, journey="person")) == 1
    with pytest.raises(tp.errors.NotFoundError, match="event_timestamp"):
        tp.sources.ga4({"event_name": ["a"], "event_timestmp": [START]})
    with pytest.raises(tp.errors.InvalidInputError, match="lost digits"):
        tp.sources.ga4({**flat, "user_pseudo_id": [1234567890.17]}, journey="person")
    with pytest.raises(tp.errors.InvalidInputError, match="not numeric"):
        tp.sources.ga4({**flat, "event_timestamp": ["2026-03-02"]}, journey="person")


def test_a_flat_source_is_not_taken_for_that_of_the_event() -> None:
    """In a flat table `source` may be of the first visit, so only names that say whose are read."""
    flat = {
        "event_name": ["a"], "event_timestamp": [START], "user_pseudo_id": ["d"],
        "ga_session_id": [7], "source": ["google"], "event_params.medium": ["cpc"],
        "session_traffic_source_last_click.manual_campaign.source": ["news"],
    }  # fmt: skip
    for form in (flat, [{name: one[0] for name, one in flat.items()}]):
        journeys = tp.sources.ga4(form)
        assert "utm_source" not in journeys.per_interaction
        assert column_of(journeys, "utm_medium") == ["cpc"]
        assert column_of(journeys, "session_source") == ["news"]


def test_a_time_of_a_flat_table_that_cannot_be_read_is_counted_as_skipped() -> None:
    """As in nested events: its reason is told, and the row is not merely without a time."""
    table = {
        "event_name": ["a", "b", "c"],
        "event_timestamp": ["soon", "1772445600000000", None],
        "user_pseudo_id": ["1.1", "1.1", "1.1"],
        "ga_session_id": ["5", "5", "5"],
    }
    with pytest.raises(tp.errors.InvalidInputError, match="row 0: 'soon'") as caught:
        tp.sources.ga4(table)
    assert 'on_error="skip"' in caught.value.mend
    with pytest.warns(tp.errors.TouchpointsWarning, match="row 0: 'soon'"):
        journeys = tp.sources.ga4(table, on_error="skip")

    report = journeys.meta.report
    assert journeys[0].keys == ("b",)
    assert (report.rows, report.skipped, report.without_time) == (3, 1, 1)
    assert report.skipped_reasons == {"column 'event_timestamp': a time cannot be read": 1}
