"""What a GraphML file must not contain if its graph is to be read whole, with the lines."""

from __future__ import annotations

import io
from xml.parsers import expat

import attrs

from touchpoints._core.messages import quoted
from touchpoints._core.text import is_blank

_CONTAINERS = ("node", "edge", "hyperedge")


@attrs.define
class _Checks:
    """The elements that are open, the nodes met so far, and the problems.

    networkx reads the nodes and edges directly below a graph, adds the ends of edges where they
    are missing, and takes nodes of one id as one node. None of these is an error to it.
    """

    open: list[str] = attrs.field(factory=list)
    nodes: set[str] = attrs.field(factory=set)
    ends: list[tuple[int, str, str]] = attrs.field(factory=list)
    problems: list[tuple[int, str]] = attrs.field(factory=list)
    graphs: int = 0

    def start(self, name: str, given: dict[str, str], line: int) -> None:
        """Check an element as it opens."""
        kind = name.rpartition(" ")[2]
        self.graphs += kind == "graph" and "graph" not in self.open
        if kind == "graph" and any(one in _CONTAINERS for one in self.open):
            self.note(line, f"a graph within a {self.open[-1]}: nested graphs are not read")
        elif kind == "hyperedge":
            self.note(line, "a hyperedge: an edge joins two nodes")
        elif kind == "node":
            self.node(given.get("id"), line)
        elif kind == "edge":
            self.edge(given, line)
        self.open.append(kind)

    def end(self, _: str) -> None:
        """Close the element that is open."""
        self.open.pop()

    def node(self, key: str | None, line: int) -> None:
        """Check that a node has an id of its own."""
        if key is None or is_blank(key):
            self.note(line, "a node has no id")
        elif key in self.nodes:
            self.note(line, f"the node {quoted(key)} occurs twice")
        else:
            self.nodes.add(key)

    def edge(self, given: dict[str, str], line: int) -> None:
        """Check that an edge has two ends; whether these are nodes is known at the end."""
        for name in ("source", "target"):
            if name in given:
                self.ends.append((line, name, given[name]))
            else:
                self.note(line, f"an edge has no {name}")

    def note(self, line: int, what: str) -> None:
        """Keep a problem with its line."""
        self.problems.append((line, f"line {line}: {what}"))


def problems_of(content: bytes) -> list[str]:
    """Return what stands in the way of reading each node and edge of a GraphML file.

    Files of several graphs, or of none, are left to the caller.

    Raises
    ------
    xml.etree.ElementTree.ParseError, LookupError, ValueError
        When the file is not XML, or its encoding is not known.
    """
    from xml.etree.ElementTree import ParseError

    checks = _Checks()
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, given: dict[str, str]) -> None:
        checks.start(name, given, parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = checks.end
    try:
        parser.ParseFile(io.BytesIO(content))
    except expat.ExpatError as error:
        raise ParseError(str(error)) from error
    if checks.graphs != 1:
        return []
    for line, name, key in checks.ends:
        if key not in checks.nodes:
            checks.note(line, f"the {name} {quoted(key)} of an edge is not a node of the graph")
    return [what for _, what in sorted(checks.problems)]
