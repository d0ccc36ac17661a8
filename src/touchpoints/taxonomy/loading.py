"""Taxonomies by name, from files, from text and from dicts."""

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
    public,
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

# The taxonomies being read, outermost first: reading one of them again would never end.
_CHAIN: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("chain", default=())


@public
def read_taxonomy(path: str | os.PathLike[str]) -> Taxonomy:
    """Read a taxonomy from a TOML file.

    Parameters
    ----------
    path
        The path of the file. Its key ``extends`` is the name of a built-in or installed taxonomy,
        or a path that ends in ``.toml``, relative to the file.

    Returns
    -------
    Taxonomy
        The taxonomy, including everything that it extends.

    Raises
    ------
    ProblemsError
        When the file has problems: all of them at once, each with its key in the file.
    FileNotFoundError
        When the file does not exist.

    See Also
    --------
    load_taxonomy : A built-in or installed taxonomy by name.
    lint_file : Problems of a file and probable mistakes, as a table.

    Notes
    -----
    The documentation of taxonomies describes the format. Nothing is cached: a second call reads the
    file again.

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


@public
def parse_taxonomy(
    text: str, *, where: str = "<text>", folder: str | os.PathLike[str] | None = None
) -> Taxonomy:
    """Parse a taxonomy from TOML text.

    Parameters
    ----------
    text
        The content of a taxonomy file.
    where
        The name of the text in messages.
    folder
        The folder that paths in ``extends`` are relative to; without it ``extends`` takes names
        only.

    Raises
    ------
    ProblemsError
        When the text has problems: all of them at once.

    See Also
    --------
    read_taxonomy : The same for a file.

    Examples
    --------
    >>> parse_taxonomy('name = "mine"')
    Taxonomy 'mine' (version 1): 0 touchpoint types, 5 facets, in en
    >>> parse_taxonomy('nam = "mine"')
    Traceback (most recent call last):
    touchpoints.errors.ProblemsError: <text> has 2 problems
    - <text>: name: missing
    - <text>: nam: unknown key (did you mean 'name'?)
    """
    mend = "tp.read_taxonomy(path) reads a file"
    require_kind(text, str, takes="a taxonomy as TOML text", mend=mend)
    document = tables_of(text, where=where)
    return taxonomy_of(document, where=where, base_of=partial(_extended, folder=folder))


@public
def taxonomy_from_dict(document: Mapping[str, Any], *, where: str = "<dict>") -> Taxonomy:
    """Return the taxonomy of a dict as made by `Taxonomy.to_dict`.

    Labels may be missing in some languages; only files must have them in every language.

    Parameters
    ----------
    document
        The tables of a taxonomy.
    where
        The name of the dict in messages.

    Raises
    ------
    ProblemsError
        When the dict has problems: all of them at once.

    See Also
    --------
    Taxonomy.to_dict : The inverse.
    parse_taxonomy : The same for TOML text.

    Examples
    --------
    >>> customer = load_taxonomy("customer")
    >>> taxonomy_from_dict(customer.to_dict()) == customer
    True
    """
    mend = "Taxonomy.to_dict returns one; tp.load_taxonomy(name) loads a taxonomy by its name"
    require_kind(document, Mapping, takes="a taxonomy as a dict", mend=mend)
    base_of = partial(_extended, folder=None)
    return taxonomy_of(document, where=where, base_of=base_of, complete=False)


@public
def load_taxonomy(name: str) -> Taxonomy:
    """Load a built-in taxonomy, or a taxonomy of an installed package, by its name.

    Parameters
    ----------
    name
        One of `available_taxonomies`. A built-in taxonomy takes precedence over a package.

    Raises
    ------
    NotFoundError
        When no taxonomy has this name; the message proposes similar names.
    PluginError
        When the package fails to provide its taxonomy.

    See Also
    --------
    available_taxonomies : The names.
    read_taxonomy : A taxonomy from a file.

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


@public
def available_taxonomies() -> tuple[str, ...]:
    """Return the names that `load_taxonomy` knows, the built-in ones first.

    No plug-in is imported.

    See Also
    --------
    load_taxonomy : The taxonomy of one of these names.

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
            "it must be a Taxonomy or a function without arguments that returns a Taxonomy, "
            f"got {type(found).__name__}"
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
        raise InvalidInputError(
            f"{name!r} is a relative path, and this document does not come from a file",
            mend="parse_taxonomy(text, folder=...) says what it is relative to",
        )
    return read_taxonomy(Path(folder, name))


@contextmanager
def _reading(identity: str, shown: str) -> Iterator[None]:
    chain = _CHAIN.get()
    if identity in (one for one, _ in chain):
        names = [Path(name).name for _, name in chain] + [Path(shown).name]
        raise InvalidInputError(f"circular reference: {' > '.join(names)}")
    token = _CHAIN.set((*chain, (identity, shown)))
    try:
        yield
    finally:
        _CHAIN.reset(token)
