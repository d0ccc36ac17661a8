"""Names of logs that the word list was not written for: how many guesses are right (B7)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import touchpoints as tp

ROOT = Path(__file__).parents[2]
OWN = Path(__file__).with_name("names_of_strangers.tsv")
NEW = Path(__file__).with_name("names_of_new_kinds.tsv")
HELD_OUT = Path(__file__).with_name("names_held_out.tsv")


def benchmark() -> ModuleType:
    """Return the benchmark, which is a script and in no package."""
    path = ROOT / "benchmarks" / "typing_names.py"
    spec = importlib.util.spec_from_file_location("typing_names", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "typing_names", module)
        spec.loader.exec_module(module)
    return module


MEASURE = benchmark()
pytestmark = pytest.mark.filterwarnings("ignore:.*are channels, not touchpoints")


def tallies(path: Path) -> dict[str, object]:
    """Return the guesses of each list of a file, and of all."""
    found = {
        label: MEASURE.Tally(MEASURE.typed(taxonomy, rows, strict=False))
        for label, taxonomy, rows in MEASURE.read_lists(path)
    }
    found["all"] = MEASURE.Tally([name for one in found.values() for name in one.names])
    return found


def check(found: dict[str, object]) -> None:
    """Assert that what decides is right, and that it decides often enough."""
    assert 0.97 <= found["all"].precision("high", "medium")
    assert 0.80 <= found["all"].right_of_need
    for label, one in found.items():
        assert not one.precision("high", "medium") < 0.93, label


@pytest.mark.parametrize("path", [OWN, NEW, HELD_OUT], ids=lambda path: path.stem)
def test_right_types_of_lists_are_in_the_taxonomy(path: Path) -> None:
    """Each name is labelled with types that exist, and stands once in its list."""
    for label, taxonomy, rows in MEASURE.read_lists(path):
        right = {one for row in rows for one in row["right"].split("/")}
        assert right - set(tp.load_taxonomy(taxonomy).types) <= {MEASURE.NONE}, label
        assert len({row["name"] for row in rows}) == len(rows), label


@pytest.mark.real
def test_lists_of_others_are_typed_right(logs: Path) -> None:
    """On eleven lists that were labelled without this library, 97 % of what decides is right."""
    path = logs / "typing" / "names.tsv"
    if not path.exists():
        pytest.skip("no lists of names beside this checkout")
    found = tallies(path)
    assert 12 == len(found)
    check(found)


def test_own_lists_are_typed_right() -> None:
    """On 86 lists of other sectors, labelled before the words were tried on them."""
    found = tallies(OWN)
    assert 87 == len(found)
    assert 2_500 < len(found["all"].names)
    check(found)


def test_lists_of_new_kinds_are_typed_right() -> None:
    """Seven lists of other kinds: codes of hospitals and of call menus, tickets, classifieds."""
    found = tallies(NEW)
    assert 0.96 <= found["all"].precision("high", "medium")
    assert 0.60 <= found["all"].right_of_need


def test_lists_that_were_held_out_are_typed_right() -> None:
    """Eight lists, each tried when the word list was finished for the lists before it."""
    found = tallies(HELD_OUT)
    assert 0.94 <= found["all"].precision("high", "medium")
    assert 0.55 <= found["all"].right_of_need


def test_lists_of_steps_of_work_get_no_types_by_words() -> None:
    """Back-office processes have no customers in them; what decides there is nothing or right."""
    found = tallies(OWN)
    offices = (
        "procurement_backoffice",
        "insurance_claims_office",
        "order_fulfilment_office",
        "loan_process_es",
    )
    for label in (
        "claims_process_en",
        "purchase_to_pay",
        "it_incidents",
        "traffic_fines",
        *offices,
    ):
        wrong = [one.name for one in found[label].names if one.decides and not one.is_right]
        assert [] == wrong


def test_the_measures_are_what_they_say() -> None:
    """Precision, need, volume and edits of five names, by hand."""

    def name(count: int, right: str, guess: str, sure: str) -> object:
        return MEASURE.Name("x", count, frozenset(right.split("/")), guess, sure)

    names = [
        name(50, "a", "a", "high"),
        name(30, "a/b", "c", "medium"),
        name(10, "-", "", "none"),
        name(6, "b", "b", "low"),
        name(4, "b/-", "", "none"),
    ]
    one = MEASURE.Tally(names)
    assert 0.5 == one.precision("high", "medium")
    assert 1.0 == one.precision("high")
    # Three names need a type; the draft decides one of them rightly.
    assert 1 / 3 == one.right_of_need
    # 50 are typed right, 10 and 4 rightly not at all.
    assert 0.64 == one.volume_right
    # 64 + 30 = 94 of 100, so the next line must be edited too.
    assert 2 == one.edits


def test_a_younger_type_is_right_where_a_list_could_only_say_the_wider_one() -> None:
    """Unless the measure is strict."""
    right = frozenset({"checkout"})
    wide = MEASURE.Name("x", 1, right, "bill_paid", "high", strict=False)
    strict = MEASURE.Name("x", 1, right, "bill_paid", "high")
    other = MEASURE.Name("x", 1, right, "stay", "high", strict=False)
    assert [True, False, False] == [one.is_right for one in (wide, strict, other)]
