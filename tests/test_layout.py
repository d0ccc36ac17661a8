"""The house: few rooms at the root, files that stand alone, and no circle of imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

from tests.house_rules import PACKAGE, ROOT, Module, source_modules

MOST_ENTRIES = 16
# Packages in which one file answers one question; what two of them need stands in their `_shared/`.
ANALYSES = ("attribution", "compare", "experience", "paths", "plot")
SHARED = "_shared"
# What brings the figures of a package together, and the folder of its parts.
TOGETHER = {"report", "_report"}
# Folders of tests that look at the package as a whole.
ACROSS = {"edges", "findings", "fuzz", "laws", "plugin", "published", "real", "typing"}


def name_of(path: str) -> str:
    """Return the dotted name of a file below the package."""
    parts = Path(path).with_suffix("").parts
    return ".".join(("touchpoints", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def imports_of(module: Module, known: set[str]) -> Iterator[str]:
    """Yield the files of the package that a file imports anywhere, for annotations too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def import_graph(modules: list[Module]) -> nx.DiGraph:
    """Return which file imports which."""
    known = {name_of(module.path) for module in modules}
    graph = nx.DiGraph()
    graph.add_nodes_from(known)
    for module in modules:
        graph.add_edges_from((name_of(module.path), other) for other in imports_of(module, known))
    return graph


def circles(graph: nx.DiGraph) -> list[list[str]]:
    """Return the groups of files that import each other in a circle."""
    return sorted(sorted(one) for one in nx.strongly_connected_components(graph) if len(one) > 1)


def leans_on_neighbours(name: str, others: set[str]) -> set[str]:
    """Return the files of the same analysis that a file imports and may not."""
    _, *parts = name.split(".")
    if len(parts) < 2 or parts[0] not in ANALYSES or parts[1] in TOGETHER:
        return set()
    room = f"touchpoints.{parts[0]}."
    return {one for one in others if one.startswith(room) and one.split(".")[2] != SHARED}


def test_the_root_holds_few_rooms() -> None:
    """The package has at most sixteen rooms and files beside its own face."""
    face = {"__init__.py", "__init__.pyi", "py.typed", "__pycache__"}
    entries = {path.name for path in PACKAGE.iterdir()} - face
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


def test_no_circle_of_files() -> None:
    """Every file can be read after those it imports; imports for annotations count."""
    graph = import_graph(source_modules())

    assert len(graph) > 200
    assert [] == circles(graph)


def test_a_circle_is_seen() -> None:
    """Two files that import each other are found, also where one does so for annotations alone."""
    from tests.house_rules import module_of

    first = module_of("from touchpoints.b import B", "a.py")
    second = module_of("if TYPE_CHECKING:\n    from touchpoints.a import A", "b.py")

    assert [["touchpoints.a", "touchpoints.b"]] == circles(import_graph([first, second]))


def test_analyses_stand_alone() -> None:
    """A file of an analysis imports nothing of its package but what stands in `_shared/`."""
    graph = import_graph(source_modules())
    found = {name: leans_on_neighbours(name, set(graph[name])) for name in graph}

    assert {} == {name: others for name, others in found.items() if others}


def test_an_analysis_that_leans_on_another_is_seen() -> None:
    """Files may import from `_shared/`, not from each other, and `_shared/` from neither."""
    others = {"touchpoints.paths._shared.b", "touchpoints.paths.c", "touchpoints.journeys.model"}

    assert {"touchpoints.paths.c"} == leans_on_neighbours("touchpoints.paths.a", others)
    assert {"touchpoints.paths.c"} == leans_on_neighbours("touchpoints.paths._shared.d", others)
    assert set() == leans_on_neighbours("touchpoints.paths", others)


def test_tests_mirror_the_rooms() -> None:
    """Every folder of tests is named after a room, or looks at the package as a whole."""
    rooms = {path.name.lstrip("_") for path in PACKAGE.iterdir() if path.is_dir()}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - {"__pycache__"}

    assert set() == folders - rooms - ACROSS
