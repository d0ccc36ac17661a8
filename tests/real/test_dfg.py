"""The directly-follows graphs that bupaR's documentation prints of two logs."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

import touchpoints as tp
from touchpoints.graphs import check_graph, transition_graph
from touchpoints.journeys.model import Journeys

pytestmark = pytest.mark.real

NAMES = {"(start)": "Start", "(end)": "End"}


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def columns_of(rows: list[dict[str, str]], names: list[str]) -> dict[str, list[str]]:
    """Return some columns of rows."""
    return {name: [row[name] for row in rows] for name in names}


def published(path: Path) -> dict[tuple[str, str], int]:
    """Return the edges as printed."""
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["from"], row["to"]): int(row["absolute"]) for row in csv.DictReader(file)}


def weights(graph: nx.DiGraph) -> dict[tuple[str, str], int]:
    """Return the flow of each edge, terminals called as in the source."""
    named = nx.relabel_nodes(graph, NAMES)
    return {(source, target): weight for source, target, weight in named.edges(data="weight")}


def patients(logs: Path) -> Journeys:
    """Read the starts of the emergency-department log."""
    rows = [row for row in rows_of(logs / "patients.csv.gz") if row["registration_type"] == "start"]
    columns = columns_of(rows, ["handling", "patient", "time"])
    return tp.from_columns(columns, journey="patient", time="time", touchpoint="handling")


def traffic_fines(logs: Path) -> Journeys:
    """Read the log of road-traffic fines; its times are days, so the order of rows decides."""
    columns = columns_of(
        rows_of(logs / "traffic_fines.csv.gz"), ["activity", "case_id", "timestamp"]
    )
    return tp.from_columns(columns, journey="case_id", time="timestamp", touchpoint="activity")


@pytest.mark.parametrize(
    ("read", "file", "edges", "journeys"),
    [
        (patients, "published_dfg_patients.csv", 13, 500),
        (traffic_fines, "published_dfg_traffic_fines.csv", 47, 10_000),
    ],
)
def test_every_printed_edge_is_reproduced(
    logs: Path, read: Callable[[Path], Journeys], file: str, edges: int, journeys: int
) -> None:
    """All edges with their absolute flow, and no other edge."""
    expected = published(logs / file)
    graph = transition_graph(read(logs))
    assert edges == len(expected)
    assert expected == weights(graph)
    assert journeys == graph.graph["journeys"]
    assert () == check_graph(graph)


def test_printed_visits(logs: Path) -> None:
    """How often each activity of the patients occurs."""
    visits = dict(transition_graph(patients(logs)).nodes(data="visits"))
    assert {
        "Registration": 500,
        "Triage and Assessment": 500,
        "Discuss Results": 495,
        "Check-out": 492,
        "X-Ray": 261,
        "Blood test": 237,
        "MRI SCAN": 236,
    } == {key: count for key, count in visits.items() if count is not None}


def test_printed_shares_of_the_five_most_frequent_variants(logs: Path) -> None:
    """Shares of what leaves a node, and of what leads to one, in the 95 % of cases shown there."""
    journeys = traffic_fines(logs)
    variants = Counter(one.keys for one in journeys)
    frequent = {keys for keys, _ in variants.most_common(5)}
    chosen = tp.select(journeys, [one.keys in frequent for one in journeys])
    assert 9_599 == len(chosen)
    graph = transition_graph(chosen)
    shares = {edge: graph.edges[edge]["probability"] for edge in graph.edges}
    assert pytest.approx(0.3571, abs=5e-5) == shares["Create Fine", "Payment"]
    assert pytest.approx(0.9466, abs=5e-5) == shares["Payment", "(end)"]
    leading = {source: weight for source, _, weight in graph.in_edges("Payment", data="weight")}
    total = sum(leading.values())
    assert pytest.approx(
        {"Create Fine": 0.7315, "Add penalty": 0.2151, "Payment": 0.0534}, abs=5e-5
    ) == {source: weight / total for source, weight in leading.items()}
