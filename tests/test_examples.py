"""The examples run, also on tiny inputs, and say plainly what is missing."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import subprocess
import sys

import pytest

import touchpoints as tp
from tests.example_scripts import EXAMPLES, load, printed, shown
from tests.house_rules import ROOT
from touchpoints.errors import ClassifierError

SENTENCES = {
    "card_arrival": "When will my new card be delivered?",
    "lost_or_stolen_card": "My card was stolen!",
    "change_pin": "How do I change my PIN?",
    "request_refund": "I want a refund for this item",
    "top_up_failed": "My top-up failed",
    "pending_transfer": "My transfer to a friend is pending",
    "card_swallowed": "The ATM swallowed it",
    "exchange_rate": "What is the exchange rate?",
    "transfer_fee_charged": "Why is there a fee for transfers?",
    "verify_my_identity": "How do I verify my identity?",
}


def write_split(path, rows) -> None:
    """Write sentences as the data set has them."""
    with gzip.open(path, "wt", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("text", "category"))
        table.writerows(rows)


@pytest.fixture
def sentences(tmp_path):
    """Return a folder with one sentence a need to test, and each of them three times to learn."""
    rows = [(text, intent) for intent, text in SENTENCES.items()]
    write_split(tmp_path / "train.csv.gz", [*rows, *rows, *rows])
    write_split(tmp_path / "test.csv.gz", [*rows, ("Good morning", "age_limit")])
    return tmp_path


def test_words_are_evaluated_without_scikit_learn(sentences, monkeypatch) -> None:
    """Ten of eleven sentences have words for a need, all of them rightly; learning is left out."""
    script = load("banking77")
    monkeypatch.setattr(script, "find_spec", lambda name: None)

    output = printed(script, sentences)

    overall = next(line for line in output.splitlines() if line.startswith("keywords "))
    assert ["keywords", "10", "1", "1.000"] == overall.split()[:4]
    assert "touchpoints[learn]" in output
    assert "agree on" not in output


@pytest.mark.skipif(not importlib.util.find_spec("sklearn"), reason="needs scikit-learn")
def test_both_are_evaluated_with_scikit_learn(sentences) -> None:
    """The learned classifier, both combined and their agreement are printed as well."""
    output = printed(load("banking77"), sentences)

    starts = {line[:22].strip() for line in output.splitlines()}
    assert {"learned, else keywords", "unlock"} <= {one.split("  ")[0] for one in starts}
    assert "keywords and learned agree on" in output


def test_the_ten_needs_are_a_clean_taxonomy() -> None:
    """Ten needs and 77 intents beside what `customer` has; the linter finds nothing but TP007."""
    needs = load("banking77").needs()
    added = needs.facets["need"].terms.keys() - tp.load_taxonomy("customer").facets["need"].terms

    assert 10 == len(added)
    assert 77 == sum(len(needs.facets["need"].terms[one].aliases["en"]) for one in added)
    assert 0 == len(tp.lint(needs, ignore=["TP007"]))


def test_an_intent_of_another_data_set_is_named(tmp_path) -> None:
    """A label that belongs to no need is an error with its name, not a wrong figure."""
    write_split(tmp_path / "test.csv.gz", [("What is the weather?", "weather")])

    with pytest.raises(ClassifierError, match="no term of need.*'weather'"):
        printed(load("banking77"), tmp_path)


@pytest.mark.parametrize("name", ["banking77", "clinical"])
def test_a_folder_without_the_data_is_named(name, tmp_path) -> None:
    """No traceback: the message says which file there is not."""
    answer = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py"), str(tmp_path)],
        env={"PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert 1 == answer.returncode
    assert answer.stderr.startswith(f"{name}.py: ")
    assert ".csv.gz" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_office_records_need_no_folder() -> None:
    """Without a folder the made-up records are typed, as the page shows them first."""
    output = printed(load("clinical"))

    assert output.strip()
    assert shown("clinical.md", "clinical").startswith(output.strip())


def test_clinical_reads_logs_of_the_same_form(tmp_path) -> None:
    """One activity and one encounter are enough."""
    with gzip.open(tmp_path / "patients.csv.gz", "wt", encoding="utf-8") as file:
        file.write("handling,patient,registration_type,time\nX-Ray,7,start,2026-03-02T10:00Z\n")
        file.write("X-Ray,7,complete,2026-03-02T11:00Z\n")
    encounter = {
        "subject": {"reference": "Patient/7"},
        "class": {"code": "VR"},
        "type": [{"text": "Follow-up encounter"}],
        "period": {"start": "2026-03-03T10:00:00-05:00"},
    }
    (tmp_path / "fhir10").mkdir()
    with gzip.open(tmp_path / "fhir10" / "Encounter.000.ndjson.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(encounter) + "\n")

    output = printed(load("clinical"), tmp_path)

    assert "emergency department: 1 events, 0 that no rule catches" in output
    assert "FHIR encounters: 1 events, 0 that no rule catches" in output
