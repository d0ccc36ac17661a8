"""What is legal in a taxonomy and probably not meant: findings with a code and a mend."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable

import attrs

from touchpoints._core.checks import (
    check_option,
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
from touchpoints.taxonomy._lint_texts import SEVERITIES, TEXTS, Lang, code_of
from touchpoints.taxonomy.loading import read_taxonomy
from touchpoints.taxonomy.model import Taxonomy

_SHOWN = 10
# A file, a place in it, and what is wrong there.
_PROBLEM = re.compile(r"(?P<where>.+?: [^\s:]+): (?P<problem>.+)", re.DOTALL)


@attrs.frozen(kw_only=True, repr=False)
class Findings(Table):
    """What the linter found: one row a finding, in the order of the codes.

    Attributes
    ----------
    code : object
        ``"TP001"`` and so on; the documentation of taxonomies lists them.
    severity : object
        ``"error"``: it cannot be read. ``"warning"``: probably wrong. ``"note"``: a gap to look
        at, which may be meant.
    where : object
        The place in the taxonomy, as a path in its file.
    what, mend : object
        What was found and what to do about it.

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


def lint(taxonomy: Taxonomy, *, lang: Lang = "en", ignore: Collection[str] = ()) -> Findings:
    """Return what is probably not meant in the definitions of touchpoints.

    Parameters
    ----------
    taxonomy
        A taxonomy with everything it extends: what is inherited is looked at too.
    lang
        The language of the messages. Labels are looked at in every language.
    ignore
        Codes to leave out.

    Returns
    -------
    Findings
        Empty when there is nothing to say.

    Raises
    ------
    WrongKindError
        When it is given anything else; a file is read by `lint_file`.
    NotFoundError
        When a code to ignore does not exist.

    Notes
    -----
    The codes: TP001 neither need nor context, TP002 only a channel, TP003 told from the company's
    side, TP004 nearly the same as another, TP005 a channel without a touchpoint, TP006 a need that
    no touchpoint serves, TP007 areas without a touchpoint at a stage, TP008 a label or definition
    missing in a language. What cannot be read at all (TP009) is no taxonomy yet; see `lint_file`.
    TP002 knows the channels of the taxonomy and those that are built in, in English and Spanish.
    TP003 and TP004 go by lists of words and by words in common: they see what is plain, not all.
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
    path: str | os.PathLike[str], *, lang: Lang = "en", ignore: Collection[str] = ()
) -> Findings:
    r"""Return what is wrong in the file of a taxonomy, or probably not meant.

    As `lint`, for a file that may not be readable yet: dangling references, names that stand for
    two things and everything else `read_taxonomy` refuses are findings (TP009) instead of an error.

    Parameters
    ----------
    path
        A TOML file.
    lang
        The language of the messages; the problems of a file themselves are in English.
    ignore
        Codes to leave out.

    Raises
    ------
    FileNotFoundError
        When there is no such file.

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


def _table(found: Iterable[Finding], *, lang: Lang, ignore: Collection[str]) -> Findings:
    check_option("lang", lang, Lang)
    for code in ignore:
        if code not in SEVERITIES:
            raise not_found("code", code, tuple(SEVERITIES))
    kept = [one for one in found if code_of(one.case) not in ignore]
    codes = [code_of(one.case) for one in kept]
    texts = [TEXTS[one.case][lang] for one in kept]
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
