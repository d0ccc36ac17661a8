"""Taxonomies by name, from files, from text and from dicts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import Any

import attrs

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
def load_taxonomy(name: str, *, languages: Sequence[str] = ()) -> Taxonomy:
    """Load a built-in taxonomy, or a taxonomy of an installed package, by its name.

    Parameters
    ----------
    name
        One of `available_taxonomies`. A built-in taxonomy takes precedence over a package.
    languages
        Languages to add to those of the taxonomy, by their codes. Their labels are read when they
        are asked for.

    Raises
    ------
    NotFoundError
        When no taxonomy has this name, or it has no labels in a language; the message proposes
        similar names.
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
    >>> load_taxonomy("customer", languages=["pt"]).label("type", "purchase", lang="pt")
    'Compra'
    """
    mend = "tp.read_taxonomy(path) reads a file, tp.available_taxonomies() lists the names"
    require_kind(name, str, takes="the name of a taxonomy", mend=mend)
    wanted = tuple(dict.fromkeys(languages))
    if name in _builtin_names():
        known = _builtin(name)[0].languages
        return _spoken(name, tuple(lang for lang in wanted if lang not in known))
    if name not in plugins.available(plugins.TAXONOMIES):
        error = not_found("taxonomy", name, available_taxonomies())
        if str(name).endswith(".toml"):
            error.mend = "read a file with read_taxonomy"
        raise error
    with _reading(f"name {name}", name):
        found = _of_plugin(plugins.find(plugins.TAXONOMIES, name))
    _check_languages(name, wanted, found.languages)
    return found


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


def _check_languages(name: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    for lang in wanted:
        if lang not in known:
            error = not_found(f"language of {name}", lang, known)
            error.mend = (
                f'a file with extends = "{name}", languages = ["{lang}"] and the labels adds it: '
                "tp.read_taxonomy(path)"
            )
            raise error


@cache
def _stems() -> tuple[str, ...]:
    """Return the names of the built-in files: taxonomies, and labels such as ``customer.pt``."""
    from importlib.resources import files

    names = (file.name for file in files("touchpoints.taxonomy").joinpath("data").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def _builtin_names() -> tuple[str, ...]:
    return tuple(name for name in _stems() if "." not in name)


def _document(stem: str) -> dict[str, Any]:
    from importlib.resources import files

    file = files("touchpoints.taxonomy").joinpath("data", f"{stem}.toml")
    return tables_of(file.read_text(encoding="utf-8"), where=file.name)


@cache
def _builtin(name: str) -> tuple[Taxonomy, tuple[str, ...]]:
    """Return a built-in taxonomy, and its name after the names of all that it extends."""
    document = _document(name)
    with _reading(f"name {name}", name):
        base_of = partial(_extended, folder=None)
        found = taxonomy_of(document, where=f"{name}.toml", base_of=base_of)
    base = document.get("extends")
    return found, (*(_builtin(base)[1] if base else ()), name)


@cache
def _spoken(name: str, languages: tuple[str, ...]) -> Taxonomy:
    """Return a built-in taxonomy with the labels of further languages."""
    found, chain = _builtin(name)
    _check_languages(name, languages, (*found.languages, *_further_languages(chain)))
    spoken = found
    for stem in (f"{one}.{lang}" for lang in languages for one in chain):
        if stem in _stems():
            spoken = _with_labels(spoken, stem)
    return attrs.evolve(spoken, name=name, version=found.version) if languages else found


def _further_languages(chain: Sequence[str]) -> tuple[str, ...]:
    """Return the languages in which a file has labels of one of these taxonomies."""
    pairs = (stem.split(".", 1) for stem in _stems() if "." in stem)
    return tuple(dict.fromkeys(lang for name, lang in pairs if name in chain))


def _with_labels(taxonomy: Taxonomy, stem: str) -> Taxonomy:
    def base_of(_name: str, _languages: Sequence[str]) -> Taxonomy:
        return taxonomy

    return taxonomy_of(_document(stem), where=f"{stem}.toml", base_of=base_of)


def _extended(
    name: str, languages: Sequence[str], *, folder: str | os.PathLike[str] | None
) -> Taxonomy:
    """Return the taxonomy that ``extends`` names, with its labels in the languages of the file."""
    if name in _builtin_names():
        known = _further_languages(_builtin(name)[1])
        return load_taxonomy(name, languages=[lang for lang in languages if lang in known])
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
