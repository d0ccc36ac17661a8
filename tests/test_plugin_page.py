"""The package on the page about plug-ins, built as printed by hatchling and by setuptools."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.house_rules import ROOT
from touchpoints.taxonomy import parse_taxonomy
from touchpoints.testing import check_taxonomy

PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
FENCE = r"\*\*\n\n```\w+\n(.*?)^```$"
FILES = dict(re.findall(r"^\*\*`([^`]+)`" + FENCE, PAGE, re.MULTILINE | re.DOTALL))
[SETUPTOOLS] = re.findall("with setuptools" + FENCE, PAGE, re.MULTILINE | re.DOTALL)
BACKENDS = ("hatchling", "setuptools")
PACKAGE = {f"touchpoints_bakery/{name}" for name in ("__init__.py", "bakery.toml", "till.toml")}


def project(backend: str) -> str:
    """Return ``pyproject.toml`` for a backend: with setuptools the first and last table differ."""
    text = FILES["pyproject.toml"]
    if backend == "hatchling":
        return text
    first, last = re.split(r"\n\n(?=\[tool)", SETUPTOOLS)
    middle = text[text.index("[project]") : text.index("[tool.hatch")]
    return f"{first}\n\n{middle}{last}"


def missing(backend: str) -> str:
    """Return why a backend cannot build wheels in this environment, or an empty string."""
    if importlib.util.find_spec(backend) is None:
        return f"{backend} is not installed"
    if backend == "setuptools" and importlib.util.find_spec("wheel") is None:
        release = tuple(int(part) for part in version("setuptools").split(".")[:2])
        return "" if release >= (70, 1) else "setuptools before 70.1 needs wheel"
    return ""


def build(folder: Path, pyproject: str) -> Path:
    """Write the package of the page into a folder and build it offline; the path of the wheel."""
    for path, text in {**FILES, "pyproject.toml": pyproject}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    run(
        *("-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"),
        *("--disable-pip-version-check", "--wheel-dir", str(folder / "wheels"), str(folder)),
    )
    [built] = (folder / "wheels").glob("*.whl")
    return built


def run(*arguments: str, **options: object) -> None:
    """Run Python with these arguments; show its output when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, **options
    )  # type: ignore[call-overload]
    assert 0 == done.returncode, f"{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module", params=BACKENDS)
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package of the page offline, with the backend of this environment."""
    if reason := missing(request.param):
        pytest.skip(reason)
    return build(tmp_path_factory.mktemp(request.param), project(request.param))


def test_the_page_has_all_files() -> None:
    """Those of the tree at its top, each with its content."""
    assert {
        *("pyproject.toml", "tests/test_bakery.py"),
        *(f"src/{name}" for name in PACKAGE),
    } == set(FILES)


def test_the_toml_files_are_in_the_wheel(wheel: Path) -> None:
    """And nothing else of the package is lost."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [points] = [name for name in names if name.endswith("entry_points.txt")]
        listed = archive.read(points).decode()
    assert PACKAGE <= set(names)
    for line in ("till = touchpoints_bakery:till", "bakery = touchpoints_bakery:bakery"):
        assert line in listed


def test_the_package_passes_its_own_tests(wheel: Path, tmp_path: Path) -> None:
    """The wheel is unpacked into a folder; its entry points are found, and the page's test runs."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    shutil.copy(wheel.parent.parent / "tests" / "test_bakery.py", tmp_path)
    code = (
        "import sys; sys.path[:0] = [{!r}, {!r}, {!r}]; import test_bakery as t; "
        "t.test_what_the_package_offers()"
    ).format(str(tmp_path / "site"), str(tmp_path), str(ROOT / "src"))
    run("-W", "error", "-c", code, cwd=tmp_path)


def test_without_package_data_setuptools_loses_the_files(tmp_path: Path) -> None:
    """What the page warns of."""
    if reason := missing("setuptools"):
        pytest.skip(reason)
    text = project("setuptools")
    with zipfile.ZipFile(build(tmp_path, text[: text.index("[tool.setuptools")])) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".toml")]


def test_the_bakery_of_the_page_about_taxonomies_passes_its_check() -> None:
    """Copied from the page, `check_taxonomy` has nothing to say."""
    page = (ROOT / "docs" / "taxonomy.md").read_text(encoding="utf-8")
    [text] = re.findall(r"## File format\n\n```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    check_taxonomy(parse_taxonomy(text))
