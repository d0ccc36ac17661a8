"""A real package with classifiers and a taxonomy, installed by pip (`tests/plugin`)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp
from tests.house_rules import ROOT
from touchpoints.errors import NotFoundError, PluginError, ProblemsError
from touchpoints.testing import check_classifier, check_taxonomy

EVENTS = [
    {"button": "sold", "euros": 60},
    {"button": "sold", "euros": 4.5},
    {"button": "tasted", "euros": None},
    {"button": None, "euros": "many"},
    {},
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the package into a folder of its own, offline, by the environment's own pip."""
    folder = tmp_path_factory.mktemp("site")
    source = shutil.copytree(ROOT / "tests" / "plugin", folder / "source")
    target = folder / "packages"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"),
            *("--no-build-isolation", "--disable-pip-version-check", "--target", str(target)),
            str(source),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return target


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put the package on the path for one test, and forget it afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(site)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.usefixtures("installed")
def test_what_is_installed_is_listed_without_import() -> None:
    """Names come from the metadata, those of broken plug-ins too; nothing is imported."""
    assert {"burnt", "raw", "till", "till_rules"} <= set(tp.classify.available())
    assert "bakery" in tp.available_taxonomies()
    assert not [name for name in sys.modules if name.startswith("touchpoints_bakery")]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["till", "till_rules"])
def test_an_installed_classifier_types_a_log(name: str) -> None:
    """A classifier, or a function that makes one; with the package's own taxonomy."""
    rows = [{"id": 1, "t": f"2026-01-0{n}", **event} for n, event in enumerate(EVENTS[:3], start=1)]
    journeys = tp.from_records(
        rows,
        journey="id",
        time="t",
        touchpoint=tp.classify.load(name),
        taxonomy=tp.load_taxonomy("bakery"),
        unmatched="drop",
    )
    assert ("purchase", "bread_tasting") == (journeys[0].keys[0], journeys[0].keys[-1])
    assert "Probar el pan" == journeys[0].touchpoints[-1].label(
        taxonomy=journeys.meta.taxonomy, lang="es"
    )


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("burnt", "RuntimeError: the oven is on fire"),
        ("raw", "'a text is no classifier' is not a classifier"),
    ],
)
def test_a_broken_plugin_names_itself_and_hurts_nobody(name: str, reason: str) -> None:
    """The error names plug-in, distribution, version and cause; the others still load."""
    with pytest.raises(
        PluginError, match=f"the plug-in '{name}' of touchpoints-bakery 1.0"
    ) as caught:
        tp.classify.load(name)
    assert reason in str(caught.value)
    assert "purchase" == tp.classify.load("till")({"button": "sold"})


@pytest.mark.usefixtures("installed")
def test_a_factory_that_fails_is_named_too() -> None:
    """When the package's own rule file cannot be read, the plug-in is at fault."""
    import touchpoints_bakery

    touchpoints_bakery.HERE = Path("nowhere")
    with pytest.raises(PluginError, match="'till_rules' of touchpoints-bakery 1.0.*FileNotFound"):
        tp.classify.load("till_rules")


@pytest.mark.usefixtures("installed")
def test_an_unknown_classifier_gets_near_names() -> None:
    """A slip in the name is answered with what there is."""
    with pytest.raises(NotFoundError, match="'till_rule'.*did you mean 'till_rules'"):
        tp.classify.load("till_rule")


@pytest.mark.usefixtures("installed")
def test_the_package_passes_the_checks_for_authors() -> None:
    """What the package's own tests would call."""
    taxonomy = tp.load_taxonomy("bakery")
    check_taxonomy(taxonomy)
    for name in ("till", "till_rules"):
        check_classifier(tp.classify.load(name), EVENTS, taxonomy=taxonomy)


# ------------------------------------------------------------------------- the checks themselves


class Moody:
    """A classifier that answers something else each time."""

    reads = ("button",)

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, event: Any, /) -> str:
        """Return one of two types."""
        self._asked += 1
        return ("purchase", "live_chat")[self._asked % 2]


class Hasty:
    """A classifier whose batch says something else than it does by itself."""

    reads = ("button",)

    def __call__(self, event: Any, /) -> str:
        """Return a type."""
        return "purchase"

    def batch(self, events: Any) -> list[str]:
        """Return another."""
        return ["live_chat" for _ in events]

    def steps(self, event: Any) -> Any:
        """Fail."""
        raise RuntimeError("no idea")


@tp.classifier(reads=("button",))
def greedy(event: Any) -> str | None:
    """Read what was not declared."""
    return event["button"] and event["euros"]


@tp.classifier(reads=("tags",))
def writing(event: Any) -> None:
    """Change what it is given."""
    event["tags"].append("seen")


@tp.classifier(reads=("button",))
def invented(event: Any) -> Any:
    """Name what does not exist."""
    return {"sold": "purchas", "tasted": tp.Facets(need="lern")}.get(event["button"], 3)


@pytest.mark.parametrize(
    ("classifier", "messages"),
    [
        (Moody(), ["the first time and"]),
        (
            Hasty(),
            ["alone and 'live_chat' in a batch", "explaining the answer raises RuntimeError"],
        ),
        (greedy, ["reads 'euros', which it did not declare"]),
        (invented, ["did you mean 'purchase'", "did you mean 'learn'", "answered with 3"]),
    ],
)
def test_a_classifier_that_breaks_a_promise_is_found(classifier: Any, messages: list[str]) -> None:
    """Undeclared fields, moods, a batch of its own, types that do not exist: all named at once."""
    with pytest.raises(ProblemsError) as caught:
        check_classifier(classifier, EVENTS[:4], taxonomy=tp.load_taxonomy("customer"))
    assert not [one for one in messages if one not in str(caught.value)], str(caught.value)


def test_a_classifier_that_changes_its_events_is_found() -> None:
    """A value that can be changed must not be."""
    with pytest.raises(ProblemsError, match="it changes its input: the event is now"):
        check_classifier(writing, [{"tags": []}])


def test_of_many_problems_the_first_are_listed() -> None:
    """A thousand bad events are not a thousand lines."""
    events = [{"button": "sold", "n": n} for n in range(1_000)]
    many = [{"button": f"b{n}"} for n in range(1_000)]
    for given in (events, many):
        with pytest.raises(ProblemsError) as caught:
            check_classifier(invented, given, taxonomy=tp.load_taxonomy("customer"))
        assert len(str(caught.value).splitlines()) < 30


def test_a_taxonomy_with_mistakes_is_found() -> None:
    """A channel for a touchpoint, and no need nor context: the linter's findings, with the mend."""
    social = tp.TouchpointType("social", {"en": "Social media"}, definition={"en": "Social media."})
    with pytest.raises(ProblemsError) as caught:
        check_taxonomy(tp.Taxonomy("mine", types=[social]))
    assert "TP002 types.social" in str(caught.value)
