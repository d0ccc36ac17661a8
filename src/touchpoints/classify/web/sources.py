"""Lists of sources: which sites are search engines, social networks, shops, mail or assistants."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import attrs

from touchpoints._core.checks import (
    check_option,
    require_path,
)
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import (
    counted,
    first_few,
)
from touchpoints.classify._data import read_data
from touchpoints.classify.web.source_files import Line, read_lines
from touchpoints.classify.web.urls import MOST_HOST, ascii_host, host_of, text_of
from touchpoints.errors import InvalidInputError, ProblemsError

Category = Literal["search", "social", "video", "shopping", "email", "ai_assistant", "other"]

SourceVersion = Literal["2026-11"]

_TOP_LEVEL = frozenset(["com", "net", "org", "info", "biz", "app", "cat", "xyz"])
_SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gob", "gov", "ne", "net", "or", "org"])


@attrs.frozen
class Source:
    """A site people come from.

    Attributes
    ----------
    name : str
        What it is called.
    category : str
        ``search``, ``social``, ``video``, ``shopping``, ``email``, ``ai_assistant``; ``other`` for
        parts of a known site that are of no kind, such as its log-in page.

    Examples
    --------
    >>> source_categories().find("m.facebook.com")
    Source(name='facebook', category='social')
    """

    name: str
    category: str


def _entries(items: Mapping[str, Source]) -> FrozenMap[str, Source]:
    return FrozenMap({ascii_host(written): one for written, one in items.items()})


@attrs.frozen(repr=False)
class SourceList:
    """A dated list of sources and their categories.

    Attributes
    ----------
    name, dated : str
        Whose list it is, and the day it was made.
    entries : FrozenMap of str to Source
        By how logs call the source: a host, a bare word, an app's id, or ``name.*`` for any
        country's domain.
    subdomains : bool
        Whether a host also stands for its subdomains. Google's own list is compared as a whole.

    Examples
    --------
    >>> sources = source_categories()
    >>> [sources.category(one) for one in ("google", "www.google.co.uk", "mail.google.com")]
    ['search', 'search', 'email']
    >>> sources.category("https://out.reddit.com/t3_1?url=x"), sources.category("netflix.example")
    ('social', None)
    """

    name: str
    dated: str
    entries: FrozenMap[str, Source] = attrs.field(converter=_entries)
    subdomains: bool = attrs.field(default=True, kw_only=True)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        sites = len({(one.category, one.name) for one in self.entries.values()})
        return f"<SourceList {self.name} of {self.dated or 'no date'}: {sites:,} sites>"

    def category(self, source: Any) -> str | None:
        """Return the category of a source; None when it is not listed or of no kind.

        Parameters
        ----------
        source
            As logs have it: a word, a host, an app's id or a whole address, in any case.
        """
        found = self.find(source)
        return None if found is None or found.category == "other" else found.category

    def find(self, source: Any) -> Source | None:
        """Return the listed site a source stands for, the longest match; None when there is none.

        Parameters
        ----------
        source
            As for `category`.
        """
        text = text_of(source)
        found = self.entries.get(text.lower()) if len(text) <= MOST_HOST else None
        if found is None:
            host = host_of(text) or (ascii_host(text) if len(text) <= MOST_HOST else "")
            found = self.of_host(host)
        return found

    def of_host(self, host: str) -> Source | None:
        """Return the listed site of a host that is in lower case already."""
        for candidate in self._candidates(host):
            found = self.entries.get(candidate)
            if found is not None:
                return found
        return None

    def joined(self, other: SourceList) -> SourceList:
        """Return this list with the entries of another, which win where both have one."""
        return attrs.evolve(
            self,
            name=f"{self.name} + {other.name}",
            dated=max(self.dated, other.dated),
            entries={**self.entries, **other.entries},
        )

    def _candidates(self, host: str) -> Iterator[str]:
        """Yield what to look up, the most specific first."""
        plain = host.removeprefix("www.")
        yield host
        yield plain
        labels = plain.split(".")
        for start in range(len(labels) - 1):
            yield from _country_patterns(labels[start:])
            if not self.subdomains:
                return
            yield ".".join(labels[start:])


def _country_patterns(labels: list[str]) -> Iterator[str]:
    """Yield ``name.*`` when all that follows the name is the ending of some country's domains."""
    name, *ending = labels
    if len(ending) == 1 and (ending[0] in _TOP_LEVEL or len(ending[0]) == 2):
        yield f"{name}.*"
    if len(ending) == 2 and ending[0] in _SECOND_LEVEL and len(ending[1]) == 2:
        yield f"{name}.*"


def source_categories(*, version: SourceVersion = "2026-11") -> SourceList:
    """Return the list of sources this library ships.

    Parameters
    ----------
    version
        The month the list was made.

    Returns
    -------
    SourceList
        Some 290 sites: search engines, social networks, video, shops, mail and AI assistants.

    Notes
    -----
    Written for this library; it copies no other list. Like Google's, it counts sites of reviews
    (trustpilot, tripadvisor, yelp) as social. `load_source_categories` reads other lists.

    Examples
    --------
    >>> source_categories()
    <SourceList touchpoints of 2026-11-21: 2... sites>
    """
    return _shipped(check_option("version", version, SourceVersion))


@cache
def _shipped(version: str) -> SourceList:
    document = read_data(f"sources-{version}")
    lines = _lines_of_tables(document)
    return SourceList(document["name"], str(document["dated"]), _sources(lines))


def _lines_of_tables(document: Mapping[str, Any]) -> Iterator[Line]:
    for category, sites in document.items():
        for name, written in sites.items() if isinstance(sites, Mapping) else ():
            for one in written if "." in name else (name, *written):
                yield Line(one, name, category)


def _sources(lines: Iterator[Line]) -> dict[str, Source]:
    return {line.written: Source(line.name, line.category) for line in lines}


def load_source_categories(
    *paths: str | os.PathLike[str],
    category: Category | None = None,
    subdomains: bool | None = None,
) -> SourceList:
    """Read lists of sources made by others; nothing is downloaded.

    Parameters
    ----------
    *paths
        Files, of which later ones win. Told apart by what is in them:

        - Google's list of source categories: lines such as
          ``facebook.com;SOURCE_CATEGORY_SOCIAL``, or a column ``source`` and one ``category`` or
          ``source_category`` in any order, parted by comma, semicolon, tab or bar;
        - Matomo's ``SearchEngines.yml``, ``Socials.yml`` and ``AIAssistants.yml`` (which need the
          extra ``yaml``), also as JSON: sites, each with a list of hosts, or of tables with
          ``urls``. ``{}`` in a host stands for any country;
        - a TOML file like the one this library ships: tables of sites by category.
    category
        The category of files that do not say it. By default that of Matomo's file of this name.
    subdomains
        Whether a host also stands for its subdomains; by default yes, except in Google's list,
        which holds each host it means.

    Returns
    -------
    SourceList
        Named after the files, without a date.

    Raises
    ------
    ProblemsError
        With the lines of a file that cannot be read.
    InvalidInputError
        Without a file, or when the category of a file is not known.
    FileNotFoundError
        When there is no such file.
    MissingPackageError
        For a YAML file, without PyYAML.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "google.csv")
    ...     written = path.write_text("t.co;SOURCE_CATEGORY_SOCIAL", encoding="utf-8")
    ...     stale = load_source_categories(path)
    >>> stale.category("t.co"), stale.category("x.com")
    ('social', None)
    """
    if not paths:
        raise InvalidInputError("load_source_categories needs at least one file")
    if category is not None:
        check_option("category", category, Category)
    lines: dict[str, Source] = {}
    problems: list[str] = []
    exact = True
    for path in paths:
        require_path(path, mend="source_categories() is the list that comes with the library")
        found = read_lines(Path(path), category=category)
        problems.extend(f"{os.fspath(path)}: {problem}" for problem in found.problems)
        exact = exact and found.exact
        lines.update(_sources(iter(found.lines)))
    if problems:
        shown = counted(len(problems), "problem")
        raise ProblemsError(f"the lists of sources have {shown}", problems=problems)
    if not lines:
        raise InvalidInputError("no source is in the files", where=first_few(map(str, paths)))
    name = " + ".join(Path(path).name for path in paths)
    below = not exact if subdomains is None else subdomains
    return SourceList(name, "", lines, subdomains=below)
