"""The script a newcomer runs first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import networkx as nx

from tests.house_rules import ROOT

SCRIPT = ROOT / "docs" / "examples" / "first_journey.py"
LOG = """\
visit,when,page
a,2026-03-02T10:00,search
a,2026-03-02T10:04,chat
b,2026-03-03T09:00,search
b,2026-03-03T09:30,
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a folder, on the source of this checkout."""
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_it_prints_what_the_readme_shows(tmp_path: Path) -> None:
    """README.md shows the output of its first command, letter by letter."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- output: main -->\n```text\n(.*?)```", readme, re.DOTALL)
    printed = run(tmp_path)

    assert "" == printed.stderr
    assert shown is not None
    assert shown.group(1) == printed.stdout


def test_it_writes_a_graph_and_a_diagram(tmp_path: Path) -> None:
    """The graph can be read by networkx alone, and the diagram is Mermaid."""
    assert 0 == run(tmp_path).returncode
    graph = nx.read_graphml(tmp_path / "journeys.graphml")
    diagram = (tmp_path / "journeys.mmd").read_text(encoding="utf-8")

    assert "(start)" in graph
    assert diagram.startswith(("flowchart", "graph", "---"))


def test_it_reads_a_log_of_the_users_own(tmp_path: Path) -> None:
    """A CSV file with a header and the names of three columns are enough; gaps are reported."""
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    answer = run(
        tmp_path, "log.csv", "--journey", "visit", "--time", "when", "--touchpoint", "page"
    )

    assert "" == answer.stderr
    assert "2 journeys" in answer.stdout
    assert "no touchpoint name" in answer.stdout


def test_a_misspelt_column_is_answered_with_near_names(tmp_path: Path) -> None:
    """No traceback: the message names the column that was probably meant."""
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    answer = run(
        tmp_path, "log.csv", "--journey", "visits", "--time", "when", "--touchpoint", "page"
    )

    assert 0 != answer.returncode
    assert "did you mean 'visit'" in answer.stderr
    assert "Traceback" not in answer.stderr


NAMES = ("--journey", "visita", "--time", "fecha", "--touchpoint", "página")
MESSY = "visita;fecha;página\r\na;03/02/2026 10:00;búsqueda\r\na;03/02/2026 10:04;chat\r\n"


def test_a_messy_log_is_read_with_the_option_that_its_error_names(tmp_path: Path) -> None:
    """Semicolons and Windows letters are told; day and month are asked for by their option."""
    (tmp_path / "log.csv").write_bytes(MESSY.encode("cp1252"))
    asked = run(tmp_path, "log.csv", *NAMES)
    assert 0 != asked.returncode
    assert "--time-format '%d/%m/%Y %H:%M'" in asked.stderr
    assert "Traceback" not in asked.stderr

    zone = ("--timezone", "Europe/Madrid")
    answer = run(tmp_path, "log.csv", *NAMES, "--time-format", "%d/%m/%Y %H:%M", *zone)
    assert "" == answer.stderr
    assert "2026-02-03" in answer.stdout
    assert "búsqueda" in answer.stdout


def test_the_wrong_encoding_or_separator_is_answered_with_its_option(tmp_path: Path) -> None:
    """The message names what to type."""
    (tmp_path / "log.csv").write_bytes(MESSY.encode("cp1252"))
    wrong = run(tmp_path, "log.csv", *NAMES, "--encoding", "utf-8")
    assert "not written in utf-8" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    (tmp_path / "log.csv").write_text("visita,fecha;página\na,2026-02-03;chat\n", encoding="utf-8")
    asked = run(tmp_path, "log.csv", *NAMES)
    assert "--separator ','" in asked.stderr


def test_a_log_without_column_names_is_refused(tmp_path: Path) -> None:
    """The script guesses no column."""
    answer = run(tmp_path, "log.csv")

    assert 0 != answer.returncode
    assert "--journey, --time and --touchpoint" in answer.stderr
