"""The linter of taxonomies: valid definitions that are probably mistakes, with code and mend."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable

import attrs

from touchpoints._core.checks import (
    require_kind,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import (
    counted,
    not_found,
)
from touchpoints._core.tables import Table
from touchpoints._core.tables import column as field
from touchpoints.errors import ProblemsError
from touchpoints.taxonomy._lint_rules import Finding, findings_of
from touchpoints.taxonomy._lint_texts import SEVERITIES, code_of, texts_in
from touchpoints.taxonomy.loading import read_taxonomy
from touchpoints.taxonomy.model import Taxonomy

_SHOWN = 10
# A file, a dotted key in it, and the problem there.
_PROBLEM = re.compile(r"(?P<where>.+?: [^\s:]+): (?P<problem>.+)", re.DOTALL)


@attrs.frozen(kw_only=True, repr=False)
class Findings(Table):
    """The findings of the linter, one row per finding, in the order of the codes.

    Attributes
    ----------
    code : object
        ``"TP001"`` and so on; the documentation of taxonomies lists all codes.
    severity : object
        ``"error"``: the file cannot be read. ``"warning"``: probably a mistake. ``"note"``: a gap
        to check, which may be intended.
    where : object
        The dotted key in the file of the taxonomy.
    what, mend : object
        The finding, and what to do about it.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.lint(tp.load_taxonomy("customer"), ignore=["TP007"])
    Findings: 0 findings
    """

    code: Array = field(object)
    severity: Array = field(object)
    where: Array = field(object)
    what: Array = field(object)
    mend: Array = field(object)

    def __repr__(self) -> str:
        number = len(self)
        lines = [f"Findings: {counted(number, 'finding')}"]
        for row in self.to_dicts()[:_SHOWN]:
            lines += [f"{row['code']} {row['where']}: {row['what']}", f"      {row['mend']}"]
        more = number - _SHOWN
        return "\n".join([*lines, f"… {more:,} more"] if more > 0 else lines)


def lint(taxonomy: Taxonomy, *, lang: str = "en", ignore: Collection[str] = ()) -> Findings:
    """Lint a taxonomy: report definitions that are valid but probably mistakes.

    Parameters
    ----------
    taxonomy
        The taxonomy. Everything that it inherits is checked too.
    lang
        The language of the messages. Labels are checked in every language.
    ignore
        Codes to leave out.

    Returns
    -------
    Findings
        One row per finding; empty when there is none.

    Raises
    ------
    WrongKindError
        When the argument is not a `Taxonomy`; `lint_file` reads a file.
    NotFoundError
        When ``ignore`` has a code that does not exist.

    See Also
    --------
    lint_file : The same for a file, which may be unreadable.
    taxonomy_coverage : The counts on which TP005 to TP007 are based.
    check_taxonomy : A check for tests that raises on errors and warnings.

    Notes
    -----
    The codes: TP001 neither need nor context, TP002 only a channel, TP003 written from the
    company's side, TP004 nearly the same as another, TP005 a channel without a touchpoint, TP006 a
    need that no touchpoint serves, TP007 areas without a touchpoint at a stage, TP008 a label or
    definition missing in a language, TP010 a name of two entries in two languages, or in two forms
    of one language. A file that cannot be read (TP009) gives no taxonomy; see
    `lint_file`.
    TP002 knows the channels of the taxonomy and the built-in channels, in English and Spanish.
    TP003 and TP004 use lists of words and words in common: they find clear cases, not every case.
    Cost: about linear in the number of types and terms.

    Examples
    --------
    >>> from touchpoints.taxonomy import Taxonomy, TouchpointType, Facet, Term
    >>> social = TouchpointType(
    ...     "social", {"es": "Redes sociales"}, needs=["learn"], definition={"es": "Las redes."}
    ... )
    >>> learn = Facet("need", terms=[Term("learn", {"es": "Informarse"})])
    >>> mine = Taxonomy("mine", languages=["es"], facets=[learn], types=[social])
    >>> [finding] = lint(mine).to_dicts()
    >>> finding["code"], finding["where"]
    ('TP002', 'types.social.labels.es')
    >>> finding["what"]
    "'Redes sociales' is a channel (social), not a touchpoint"
    """
    mend = "lint_file(path) reads a file and lints it"
    require_kind(taxonomy, Taxonomy, takes="a Taxonomy", mend=mend)
    return _table(findings_of(taxonomy), lang=lang, ignore=ignore)


def lint_file(
    path: str | os.PathLike[str], *, lang: str = "en", ignore: Collection[str] = ()
) -> Findings:
    r"""Lint the file of a taxonomy, which may be unreadable.

    As `lint`, but dangling references, ambiguous names and everything else that `read_taxonomy`
    refuses are findings (TP009) instead of an error.

    Parameters
    ----------
    path
        The path of a TOML file.
    lang
        The language of the messages; the problems of an unreadable file are in English.
    ignore
        Codes to leave out.

    Raises
    ------
    FileNotFoundError
        When the file does not exist.

    See Also
    --------
    lint : The same for a taxonomy, with the list of codes.
    read_taxonomy : Read the file, or raise with all problems.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "mine.toml")
    ...     written = path.write_text(
    ...         'name = "mine"\ntypes.chat = { labels.en = "Chat", need = "x" }'
    ...     )
    ...     [finding] = lint_file(path).to_dicts()
    >>> finding["code"], finding["what"]
    ('TP009', "no need 'x'")
    """
    try:
        taxonomy = read_taxonomy(path)
    except ProblemsError as error:
        return _table(map(_unreadable, error.problems), lang=lang, ignore=ignore)
    return lint(taxonomy, lang=lang, ignore=ignore)


def _unreadable(problem: str) -> Finding:
    found = _PROBLEM.fullmatch(problem)
    where, what = found.group("where", "problem") if found else problem.split(": ", 1)
    return Finding("TP009", where, {"problem": what})


def _table(found: Iterable[Finding], *, lang: str, ignore: Collection[str]) -> Findings:
    messages = texts_in(lang)
    for code in ignore:
        if code not in SEVERITIES:
            raise not_found("code", code, tuple(SEVERITIES))
    kept = [one for one in found if code_of(one.case) not in ignore]
    codes = [code_of(one.case) for one in kept]
    texts = [messages[one.case] for one in kept]
    return Findings(
        code=text_array(codes),
        severity=text_array([SEVERITIES[code] for code in codes]),
        where=text_array([one.where for one in kept]),
        what=text_array(
            [text.what.format(**one.facts) for text, one in zip(texts, kept, strict=True)]
        ),
        mend=text_array(
            [text.mend.format(**one.facts) for text, one in zip(texts, kept, strict=True)]
        ),
    )
