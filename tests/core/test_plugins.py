"""Plug-ins are found without being imported, and a broken plug-in does not affect others."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from touchpoints._core import plugins
from touchpoints.errors import NotFoundError, PluginError
from touchpoints.taxonomy import Taxonomy, available_taxonomies, load_taxonomy

Install = Callable[..., None]

TAXONOMY = """
from touchpoints.taxonomy import Taxonomy, parse_taxonomy
ready = Taxonomy("ready")

def made():
    return parse_taxonomy('name = "made"\\nextends = "customer"')

def failing():
    raise RuntimeError("no licence")

def endless():
    return parse_taxonomy('name = "endless"\\nextends = "endless"')

wrong = [1, 2]
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that puts a distribution with a module and entry points on the path."""
    before = set(sys.modules)

    def put(name: str, *, code: str, points: str, group: str = plugins.TAXONOMIES) -> None:
        folder = tmp_path / name
        info = folder / f"{name}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{points}\n")
        (folder / f"{name}.py").write_text(code)
        monkeypatch.syspath_prepend(folder)

    yield put
    for module in set(sys.modules) - before:
        del sys.modules[module]


def test_plugins_are_listed_without_import(install: Install) -> None:
    """Names are read from the metadata: a module that would fail is not imported."""
    install("shop_pack", code="raise RuntimeError('imported')", points="shop = shop_pack:thing")

    assert "shop" in plugins.available(plugins.TAXONOMIES)
    assert "shop" in available_taxonomies()
    assert "shop_pack" not in sys.modules


def test_groups_are_separate(install: Install) -> None:
    """A classifier is not listed as a taxonomy."""
    install(
        "rule_pack",
        code="portal = len",
        points="portal = rule_pack:portal",
        group=plugins.CLASSIFIERS,
    )

    assert "portal" in plugins.available("touchpoints.classifiers")
    assert "portal" not in plugins.available("touchpoints.taxonomies")
    assert plugins.load(plugins.CLASSIFIERS, "portal") is len


def test_a_broken_plugin_is_named_with_its_distribution(install: Install) -> None:
    """The error names the plug-in, its distribution, version and cause, and chains the cause."""
    install("broken_pack", code="import no_such_module", points="broken = broken_pack:thing")

    message = (
        r"the plug-in 'broken' of broken_pack 1\.2 could not be loaded: "
        r"ModuleNotFoundError: No module named 'no_such_module'"
    )
    with pytest.raises(PluginError, match=message) as caught:
        plugins.load(plugins.TAXONOMIES, "broken")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    assert "broken_pack:thing" in caught.value.where


@pytest.mark.parametrize(
    ("code", "point"),
    [
        ("x = 1", "odd = odd_pack:thing"),
        ("raise SystemExit(3)", "odd = odd_pack:thing"),
        ("raise Exception('no')", "odd = odd_pack:thing"),
        ("def (", "odd = odd_pack:thing"),
        ("x = 1", "odd = no such place"),
    ],
)
def test_every_failure_to_load_is_a_plugin_error(install: Install, code: str, point: str) -> None:
    """A missing object, an exit, a syntax error and a malformed entry raise the same class."""
    install("odd_pack", code=code, points=point)
    with pytest.raises(PluginError, match=r"the plug-in 'odd' of odd_pack 1\.2"):
        plugins.load(plugins.TAXONOMIES, "odd")


def test_a_broken_plugin_does_not_affect_the_others(install: Install) -> None:
    """Other plug-ins are listed and loaded when one cannot be imported."""
    install("bad_pack", code="1 / 0", points="bad = bad_pack:thing")
    install("good_pack", code=TAXONOMY, points="good = good_pack:ready")

    assert {"bad", "good", "customer"} <= set(available_taxonomies())
    assert "ready" == load_taxonomy("good").name
    assert "customer" == load_taxonomy("customer").name


def test_an_unknown_plugin_gets_similar_names(install: Install) -> None:
    """The error for an unknown plug-in suggests similar names."""
    install("good_pack", code=TAXONOMY, points="bakery = good_pack:ready")
    with pytest.raises(NotFoundError, match="no plug-in in .* 'bakry'.*did you mean 'bakery'"):
        plugins.load(plugins.TAXONOMIES, "bakry")


def test_two_distributions_of_one_name_are_an_error(install: Install) -> None:
    """Two plug-ins with the same name raise, and both distributions are named."""
    install("first_pack", code=TAXONOMY, points="twin = first_pack:ready")
    install("second_pack", code=TAXONOMY, points="twin = second_pack:ready")

    assert 1 == available_taxonomies().count("twin")
    with pytest.raises(PluginError, match=r"first_pack 1\.2 and second_pack 1\.2"):
        load_taxonomy("twin")


def test_a_taxonomy_may_come_from_a_package(install: Install) -> None:
    """An entry point is a taxonomy, or a function that returns one and may extend a built-in."""
    install("good_pack", code=TAXONOMY, points="ready = good_pack:ready\nmade = good_pack:made")

    assert Taxonomy("ready") == load_taxonomy("ready")
    assert "live_chat" in load_taxonomy("made").types


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("failing", "RuntimeError: no licence"),
        ("wrong", "it must be a Taxonomy or a function without arguments that returns a Taxonomy"),
        ("endless", "circular reference: endless > endless"),
    ],
)
def test_a_package_without_a_taxonomy_is_named(install: Install, name: str, reason: str) -> None:
    """An entry point that does not give a taxonomy is reported with the reason."""
    install("good_pack", code=TAXONOMY, points=f"{name} = good_pack:{name}")
    with pytest.raises(PluginError, match=f"the plug-in '{name}' of good_pack 1.2") as caught:
        load_taxonomy(name)
    assert reason in str(caught.value)


def test_a_plugin_cannot_replace_a_built_in(install: Install) -> None:
    """The name of a built-in taxonomy always means the built-in one."""
    install("good_pack", code=TAXONOMY, points="customer = good_pack:ready")

    assert "customer" == load_taxonomy("customer").name
    assert 1 == available_taxonomies().count("customer")
