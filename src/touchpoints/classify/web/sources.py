"""Lists of traffic sources: search engines, social networks, shops, mail and AI assistants."""

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
from touchpoints.classify.web.urls import MAX_HOST, ascii_host, host_of, text_of
from touchpoints.errors import InvalidInputError, ProblemsError

Category = Literal["search", "social", "video", "shopping", "email", "ai_assistant", "other"]

SourceVersion = Literal["2026-11"]

_TOP_LEVEL = frozenset(["com", "net", "org", "info", "biz", "app", "cat", "xyz"])
_SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gob", "gov", "ne", "net", "or", "org"])


@attrs.frozen
class Source:
    """A site that visits come from, with its category.

    Attributes
    ----------
    name : str
        Name of the site.
    category : str
        ``search``, ``social``, ``video``, ``shopping``, ``email``, ``ai_assistant``; ``other`` for
        parts of a known site that belong to no category, for example its log-in page.

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
        Name of the list, and the day it was made.
    entries : FrozenMap of str to Source
        Sites by their names in logs: a host, a bare word, the id of an app, or ``name.*`` for the
        domains of all countries.
    subdomains : bool
        Whether a host also covers its subdomains. Entries of Google's list match only exactly.

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
        """Return the category of a source; None when it is not listed or has no category.

        Parameters
        ----------
        source
            The source as logged: a word, a host, the id of an app or a URL, in any case.
        """
        found = self.find(source)
        return None if found is None or found.category == "other" else found.category

    def find(self, source: Any) -> Source | None:
        """Return the listed site with the longest match for a source; None when no site matches.

        Parameters
        ----------
        source
            As for `category`.
        """
        text = text_of(source)
        found = self.entries.get(text.lower()) if len(text) <= MAX_HOST else None
        if found is None:
            host = host_of(text) or (ascii_host(text) if len(text) <= MAX_HOST else "")
            found = self.of_host(host)
        return found

    def of_host(self, host: str) -> Source | None:
        """Return the listed site of a lower-case host; None when no site matches."""
        for candidate in self._candidates(host):
            found = self.entries.get(candidate)
            if found is not None:
                return found
        return None

    def joined(self, other: SourceList) -> SourceList:
        """Return this list merged with another, whose entries take precedence.

        Parameters
        ----------
        other
            The list to merge; the later of the two dates is kept.
        """
        return attrs.evolve(
            self,
            name=f"{self.name} + {other.name}",
            dated=max(self.dated, other.dated),
            entries={**self.entries, **other.entries},
        )

    def _candidates(self, host: str) -> Iterator[str]:
        """Yield the keys to look up for a host, the most specific first."""
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
    """Yield ``name.*`` when only a top-level or country domain follows the name."""
    name, *ending = labels
    if len(ending) == 1 and (ending[0] in _TOP_LEVEL or len(ending[0]) == 2):
        yield f"{name}.*"
    if len(ending) == 2 and ending[0] in _SECOND_LEVEL and len(ending[1]) == 2:
        yield f"{name}.*"


def source_categories(*, version: SourceVersion = "2026-11") -> SourceList:
    """Return the list of traffic sources that ships with this library.

    Parameters
    ----------
    version
        Month in which the list was made.

    Returns
    -------
    SourceList
        About 910 sites: search engines, social networks, video, shops, mail and AI assistants.

    See Also
    --------
    load_source_categories : Read the lists of Google or Matomo, or your own.
    ga4_channels : The rules that use the list.

    Notes
    -----
    The list was written for this library and does not copy any other list. It knows 634 of the 819
    sources of Google's list as of November 2023, and gives 629 of them Google's category (two mail
    sites are mail, and three names of Rakuten a shop). Like Google's list, it counts review sites
    (trustpilot, tripadvisor, yelp) as social. A look-up takes the same time whatever the length of
    the list.

    Examples
    --------
    >>> source_categories()
    <SourceList touchpoints of 2026-11-26: 9... sites>
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
    """Read lists of traffic sources from files of Google or Matomo, or from TOML files.

    Nothing is downloaded.

    Parameters
    ----------
    *paths
        Files; entries of later files take precedence. The formats are:

        - Google's list of source categories: lines like ``facebook.com;SOURCE_CATEGORY_SOCIAL``,
          or a header with the columns ``source`` and ``category`` (or ``source_category``) in any
          order; the separator is a comma, semicolon, tab or bar;
        - Matomo's ``SearchEngines.yml``, ``Socials.yml`` and ``AIAssistants.yml`` (which need the
          extra ``yaml``), also as JSON: sites, each with a list of hosts or of tables with
          ``urls``. ``{}`` in a host stands for any country;
        - a TOML file like the one that ships with this library: tables of sites by category.
    category
        Category of the sources in files that do not state it. By default it follows from the file
        name, for files with the names of Matomo's files.
    subdomains
        Whether a host also covers its subdomains; by default yes, except for Google's list, which
        names every host separately.

    Returns
    -------
    SourceList
        The list has the names of the files as its name, and no date.

    Raises
    ------
    ProblemsError
        With all lines that cannot be read.
    InvalidInputError
        Without a file, when the files contain no sources, or when the category of a file is not
        known.
    FileNotFoundError
        When a file does not exist.
    MissingPackageError
        For a YAML file, when PyYAML is not installed.

    See Also
    --------
    source_categories : The list that ships with this library.
    ga4_channels : The rules that use a list of sources.

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
        require_path(path, mend="source_categories() is the list that ships with the library")
        found = read_lines(Path(path), category=category)
        problems.extend(f"{os.fspath(path)}: {problem}" for problem in found.problems)
        exact = exact and found.exact
        lines.update(_sources(iter(found.lines)))
    if problems:
        shown = counted(len(problems), "problem")
        raise ProblemsError(f"the lists of sources have {shown}", problems=problems)
    if not lines:
        raise InvalidInputError("the files contain no sources", where=first_few(map(str, paths)))
    name = " + ".join(Path(path).name for path in paths)
    covered = not exact if subdomains is None else subdomains
    return SourceList(name, "", lines, subdomains=covered)
