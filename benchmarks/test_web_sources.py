"""Reading an export of web analytics, and its peak memory. No time is asserted.

TOUCHPOINTS_BENCH_SIZE=1000000 pytest benchmarks/test_web_sources.py
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import touchpoints as tp

SIZE = int(os.environ.get("TOUCHPOINTS_BENCH_SIZE", "1_000_000"))
TEMPORARY = Path(tempfile.gettempdir(), "touchpoints-bench")
FOLDER = Path(os.environ.get("TOUCHPOINTS_BENCH_DIR", TEMPORARY))
NAMES = ("page_view", "view_item", "scroll", "user_engagement", "add_to_cart", "purchase")
SOURCES = (("google", "cpc", "spring"), ("news", "email", "march"), ("(direct)", "(none)", ""))
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(tp.__file__).parents[1])}
# The columns that come out, and the most memory beside what the imports take (Linux).
MEMORY = """
import sys
import memory, touchpoints as tp
tp.sources.ga4(sys.argv[2])
before = memory.reset_peak()
journeys = tp.sources.ga4(sys.argv[1])
added = memory.status_bytes("VmHWM") - before
texts = sum(
    sys.getsizeof(text)
    for column in journeys.per_interaction.values()
    for text in getattr(column, "categories", ())
)
print(added, memory.column_bytes(journeys) + texts)
"""


def text(key: str, value: str) -> dict[str, object]:
    """Return a parameter that holds a text."""
    return {"key": key, "value": {"string_value": value}}


def whole(key: str, value: int) -> dict[str, object]:
    """Return a parameter that holds a number, written as text as BigQuery does."""
    return {"key": key, "value": {"int_value": str(value)}}


def event(device: int, session: int, place: int, draw: random.Random) -> dict[str, object]:
    """Return one event of an export, of about 1.4 kB as JSON."""
    source, medium, campaign = SOURCES[device % 3]
    micros = session * 1_000_000 + place * 7_000_000 + draw.randrange(1_000_000)
    page = draw.randrange(2000)
    return {
        "event_date": "20260302",
        "event_timestamp": str(micros),
        "event_name": "session_start" if place == 0 else draw.choice(NAMES),
        "event_params": [
            whole("ga_session_id", session),
            whole("ga_session_number", 1 + device % 9),
            text(
                "page_location", f"https://shop.example/products/{page}?ref=list&place={page % 7}"
            ),
            text("page_title", f"Shoe number {page} | The shop"),
            text("page_referrer", "https://www.google.com/"),
            whole("engagement_time_msec", draw.randrange(60_000)),
            text("session_engaged", "1"),
        ],
        "event_bundle_sequence_id": str(draw.randrange(10**9)),
        "user_pseudo_id": f"{device * 7919 % 2_000_000_000}.{1_600_000_000 + device}",
        "privacy_info": {"analytics_storage": "Yes", "ads_storage": "Yes"},
        "device": {
            "category": "mobile",
            "operating_system": "iOS",
            "language": "es-es",
            "web_info": {"browser": "Safari", "hostname": "shop.example"},
        },
        "geo": {"city": "Madrid", "country": "Spain", "continent": "Europe"},
        "traffic_source": {"name": campaign, "medium": medium, "source": source},
        "stream_id": "1234567890",
        "platform": "WEB",
        "is_active_user": True,
        "batch_event_index": str(1 + place % 5),
        "batch_page_id": str(micros // 1000),
        "batch_ordering_id": str(place),
        "session_traffic_source_last_click": {
            "cross_channel_campaign": {
                "source": source,
                "medium": medium,
                "campaign_name": campaign,
                "default_channel_group": "Paid Search",
            }
        },
    }


@pytest.fixture(scope="session")
def export() -> Path:
    """Return the path of an export of so many events, in sessions of eight."""
    path = FOLDER / f"ga4-{SIZE}.ndjson"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    draw = random.Random(1)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        for number in range(SIZE):
            group, place = divmod(number, 8)
            made = event(group * 2 // 3, 1_772_445_600 + group, place, draw)
            file.write(json.dumps(made, separators=(",", ":")) + "\n")
    return part.rename(path)


def test_ga4(benchmark, export):
    """A nested export of JSON lines: every event is in the journey of its session."""
    journeys = benchmark.pedantic(tp.sources.ga4, args=(export,), rounds=1)
    assert len(journeys.codes) == SIZE
    assert len(journeys) == -(-SIZE // 8)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_peak_memory_of_ga4(export, tmp_path):
    """The peak over the columns that come out is printed (``-s``)."""
    small = tmp_path / "small.ndjson"
    with export.open(encoding="utf-8") as file:
        small.write_text(file.readline(), encoding="utf-8")
    command = [sys.executable, "-c", MEMORY, str(export), str(small)]
    done = subprocess.run(
        command,
        check=True,
        env=ENVIRONMENT,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    added, columns = map(int, done.stdout.split())
    print(
        f"\npeak {added / 2**20:.0f} MiB, columns {columns / 2**20:.0f} MiB: {added / columns:.1f}"
    )
    assert columns > 0
