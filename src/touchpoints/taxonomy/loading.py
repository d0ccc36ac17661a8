"""Taxonomies by name, from files, from text and from stored dicts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import Any

from touchpoints._core import plugins
from touchpoints._core.checks import (
    require_kind,
    require_path,
)
from touchpoints._core.documents import decoded, tables_of
from touchpoints._core.messages import (
    not_found,
)
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy.model import Taxonomy
from touchpoints.taxonomy.reading import taxonomy_of

# What is being read now, outermost first: reading one of these again would never end.
_CHAIN: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("chain", default=())


def read_taxonomy(path: str | os.PathLike[str]) -> Taxonomy:
    """Return the taxonomy of a TOML file.

    Parameters
    ----------
    path
        The file. What it ``extends`` is the name of a built-in or installed taxonomy, or a path
        that ends in ``.toml``, relative to the file.

    Returns
    -------
    Taxonomy
        With everything it extends resolved.

    Raises
    ------
    ProblemsError
        With every problem of the file at once, each with its place in the file.
    FileNotFoundError
        When there is no such file.

    Notes
    -----
    The format is described in the documentation of taxonomies. Nothing is kept: a second call
    reads the file again.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> text = '''
    ... name = "bakery"
    ... extends = "customer"
    ... languages = ["en"]
    ...
    ... [types.bread_tasting]
    ... labels.en = "Tasting bread"
    ... channel = "store"
    ...
    ... [facets.channel.terms.store]
    ... labels.en = "Shop"
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "bakery.toml")
    ...     written = path.write_text(text, encoding="utf-8")
    ...     bakery = read_taxonomy(path)
    >>> bakery.touchpoint("bread_tasting").channel
    'store'
    """
    require_path(path, mend="parse_taxonomy(text) reads a taxonomy written as text")
    shown = os.fspath(path)
    with _reading(f"file {Path(path).resolve()}", shown):
        text = decoded(Path(path).read_bytes(), where=shown)
        return parse_taxonomy(text, where=shown, folder=Path(path).parent)


def parse_taxonomy(
    text: str, *, where: str = "<text>", folder: str | os.PathLike[str] | None = None
) -> Taxonomy:
    """Return the taxonomy written in a TOML text.

    Parameters
    ----------
    text
        What a file would hold.
    where
        What the text is called in messages.
    folder
        Where paths in ``extends`` start; without it only names can be extended.

    Raises
    ------
    ProblemsError
        With every problem of the text at once.

    Examples
    --------
    >>> parse_taxonomy('name = "mine"')
    Taxonomy 'mine' (version 1): 0 touchpoint types, 5 facets, in en
    >>> parse_taxonomy('nam = "mine"')
    Traceback (most recent call last):
    touchpoints.errors.ProblemsError: <text> has 2 problems
    - <text>: name: there is none
    - <text>: nam: nothing is called so here (did you mean 'name'?)
    """
    mend = "tp.read_taxonomy(path) reads a file"
    require_kind(text, str, takes="a taxonomy as TOML text", mend=mend)
    document = tables_of(text, where=where)
    return taxonomy_of(document, where=where, base_of=partial(_extended, folder=folder))


def taxonomy_from_dict(document: Mapping[str, Any], *, where: str = "<dict>") -> Taxonomy:
    """Return the taxonomy that `Taxonomy.to_dict` turned into plain values.

    Labels are taken as they are; that they are there in every language is asked of files only.

    Parameters
    ----------
    document
        The tables of a taxonomy.
    where
        What the dict is called in messages.

    Raises
    ------
    ProblemsError
        With every problem at once.

    Examples
    --------
    >>> customer = load_taxonomy("customer")
    >>> taxonomy_from_dict(customer.to_dict()) == customer
    True
    """
    mend = "Taxonomy.to_dict gives one; tp.load_taxonomy(name) loads a taxonomy by its name"
    require_kind(document, Mapping, takes="a taxonomy as a dict", mend=mend)
    base_of = partial(_extended, folder=None)
    return taxonomy_of(document, where=where, base_of=base_of, complete=False)


def load_taxonomy(name: str) -> Taxonomy:
    """Return a built-in taxonomy, or one that an installed package offers.

    Parameters
    ----------
    name
        One of `available_taxonomies`. A built-in one comes before one of a package.

    Raises
    ------
    NotFoundError
        When there is none of this name; the message proposes near ones.
    PluginError
        When the package that offers it fails.

    Examples
    --------
    >>> load_taxonomy("customer").name
    'customer'
    """
    mend = "tp.read_taxonomy(path) reads a file, tp.available_taxonomies() lists the names"
    require_kind(name, str, takes="the name of a taxonomy", mend=mend)
    if name in _builtin_names():
        return _builtin(name)
    if name not in plugins.available(plugins.TAXONOMIES):
        error = not_found("taxonomy", name, available_taxonomies())
        if str(name).endswith(".toml"):
            error.mend = "read a file with read_taxonomy"
        raise error
    with _reading(f"name {name}", name):
        return _of_plugin(plugins.find(plugins.TAXONOMIES, name))


def available_taxonomies() -> tuple[str, ...]:
    """Return the names `load_taxonomy` knows, built-in ones first; no plug-in is imported.

    Examples
    --------
    >>> "customer" in available_taxonomies()
    True
    """
    return tuple(dict.fromkeys((*_builtin_names(), *plugins.available(plugins.TAXONOMIES))))


def _of_plugin(plugin: plugins.Plugin) -> Taxonomy:
    found = plugin.load()
    if callable(found):
        make: Callable[[], object] = found
        try:
            found = make()
        except Exception as error:
            raise plugin.failed(f"{type(error).__name__}: {error}") from error
    if not isinstance(found, Taxonomy):
        raise plugin.failed(
            f"it is {type(found).__name__}, not a Taxonomy or a function without arguments "
            "that returns one"
        )
    return found


@cache
def _builtin_names() -> tuple[str, ...]:
    from importlib.resources import files

    names = (file.name for file in files("touchpoints.taxonomy").joinpath("data").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def _builtin(name: str) -> Taxonomy:
    from importlib.resources import files

    file = files("touchpoints.taxonomy").joinpath("data", f"{name}.toml")
    with _reading(f"name {name}", name):
        return parse_taxonomy(file.read_text(encoding="utf-8"), where=file.name)


def _extended(name: str, *, folder: str | os.PathLike[str] | None) -> Taxonomy:
    if not name.endswith(".toml"):
        return load_taxonomy(name)
    if folder is None:
        raise InvalidInputError(f"{name!r} is relative to a file, and this is none")
    return read_taxonomy(Path(folder, name))


@contextmanager
def _reading(identity: str, shown: str) -> Iterator[None]:
    chain = _CHAIN.get()
    if identity in (one for one, _ in chain):
        names = [Path(name).name for _, name in chain] + [Path(shown).name]
        raise InvalidInputError(f"goes round in a circle: {' > '.join(names)}")
    token = _CHAIN.set((*chain, (identity, shown)))
    try:
        yield
    finally:
        _CHAIN.reset(token)
