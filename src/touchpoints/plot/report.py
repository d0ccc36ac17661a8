"""The report: one page that says what happens to people on their way, and what could change."""

from __future__ import annotations

import datetime as dt
import os
from importlib.metadata import version
from pathlib import Path

from touchpoints._core import checks
from touchpoints._core.checks import public, require_path
from touchpoints._core.messages import quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, TouchpointsError, WrongKindError
from touchpoints.experience import Assessments, Metric, Service
from touchpoints.graphs.plan import Plan
from touchpoints.graphs.plan.model import require_plan
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.plot._report.contents import Contents, contents_of
from touchpoints.plot._report.page import WIDE, Page, page_html
from touchpoints.plot._report.privacy import require_people, without_rare
from touchpoints.plot._report.results import NoDataError, Results, outcome_of
from touchpoints.plot._report.sections import SECTIONS
from touchpoints.plot._report.sentences import Section, counted
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.plotly import graph_objects


@public
def report(
    journeys: Journeys,
    path: str | os.PathLike[str],
    *,
    title: str,
    outcome: str | None = None,
    assessments: Assessments | Metric | str | None = None,
    service: Service | None = None,
    plan: Plan | None = None,
    lang: str = "en",
    k: int | None = None,
    level: float = 0.95,
) -> Path:
    """Write a report of journeys: one file of HTML that opens in any browser, without a network.

    Parameters
    ----------
    journeys
        Typed journeys; of untyped ones the sections about stages and needs are left out.
    path
        The path of the file; an existing file is replaced.
    title
        The title of the report.
    outcome
        The name of the outcome, set by `tp.until` or `tp.mark`; may be left out if there is only
        one. Without an outcome, the sections about it are left out.
    assessments
        What `tp.experience.assessments` returned for these journeys, or the metric of their scores.
    service
        What `tp.experience.service` returned for these journeys.
    plan
        The plan to compare with.
    lang
        The language of the report: ``"en"``, ``"es"`` or another language of the taxonomy.
    k
        The fewest people that a row may have, at least 2, where the report goes to others.
        Touchpoints that fewer people met are shown together, and rows of fewer people (of fewer
        journeys or interactions, where a record counts no people) are left out. Scores
        that fewer gave are not shown, and steps of curves are joined until each is of as many.
        Sentences are about what is shown.
    level
        The confidence level of the intervals, in (0, 1).

    Returns
    -------
    pathlib.Path
        The path of the file.

    Raises
    ------
    InvalidInputError
        When there are no journeys or they are of fewer than ``k`` people, the journeys have several
        outcomes and none is asked for, or the file cannot be written.
    NotFoundError
        When the journeys do not have the outcome.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``title`` is not text, or an argument is of another kind.

    See Also
    --------
    journey_map : The map alone.

    Notes
    -----
    Each section has a sentence computed from the data, a figure, and the record itself as a table
    and as a CSV file. A section whose data are missing is left out, and the last section says which
    and why. Sentences state associations; they say nothing where intervals overlap or fewer than
    30 journeys count. The page is in colours for light and for dark screens, and prints in black on
    white. With ``k``, a row can still differ from the next by fewer people, such as those lost
    between two steps of a funnel. About 5 MB, most of it plotly's library.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(200, seed=1), "purchase", outcome="purchase")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = tp.plot.report(shop, pathlib.Path(folder, "shop.html"), title="The shop")
    ...     found.name, "<h1>The shop</h1>" in found.read_text(encoding="utf-8")
    ('shop.html', True)
    """
    target = _target(path)
    level = checks.level(level)
    if plan is not None:
        require_plan(plan)
    if not int(checked_journeys(journeys).counts.sum()):
        raise InvalidInputError("there are no journeys to report", mend="check what was selected")
    _check_title(title)
    graph_objects()
    taxonomy = journeys.meta.taxonomy
    look = look_of(dark=False, lang=lang, taxonomy=taxonomy, width=WIDE)
    contents, notes = contents_of(journeys), []
    if k is not None:
        require_people(journeys, k=checks.whole("k", k, least=2))
        journeys, rare = without_rare(journeys, k=k, label=look.say("report.others"))
        notes.append(look.say("report.k", k=k))
        if rare:
            notes.append(look.say("report.rare", n=look.numerals.whole(rare)))
    results = Results(
        journeys=journeys,
        outcome=outcome_of(journeys, outcome),
        scores=assessments,
        plan=plan,
        lang=lang,
        level=level,
        k=k,
        service=service,
        contents=contents,
    )
    if assessments is not None:
        _check_scores(assessments, results)
    if service is not None:
        require_record(service, Service, made_by="tp.experience.service")
    sections, left_out = _sections(results, look)
    page = Page(
        title=shown(title),
        made_of=_made_of(results.shown("contents"), look),
        made_by=_made_by(look),
        left_out=(*notes, *left_out),
    )
    return _written(page_html(page, sections, look), target)


def _check_scores(scores: object, results: Results) -> None:
    """Raise where scores are asked for that the journeys do not have."""
    if not isinstance(scores, str | Metric):
        require_record(scores, Assessments, made_by="tp.experience.assessments")
    results.of("assessments")


def _sections(results: Results, look: Look) -> tuple[list[Section], list[str]]:
    """Return the sections that have data, and what is said of the others."""
    found, left_out = [], []
    for name, make in SECTIONS.items():
        try:
            section = make(results, look)
            section.figure(look)
        except NoDataError as error:
            reason = look.say(f"missing.{error}")
        except TouchpointsError as error:
            reason = str(error).split("\n", 1)[0]
        else:
            found.append(section)
            continue
        heading = look.say(f"report.{name}")
        left_out.append(look.say("report.left_out", section=heading, reason=reason))
    return found, left_out


def _check_title(title: object) -> None:
    if not isinstance(title, str) or is_blank(title):
        raise WrongKindError(
            f"title must be text that is not blank, got {quoted(title)}", mend='title="Our shop"'
        )


def _target(path: str | os.PathLike[str]) -> Path:
    require_path(path, mend="for example tp.plot.report(journeys, 'report.html', title='…')")
    target = Path(path)
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else "is in a folder that does not exist"
        raise InvalidInputError(f"{str(path)!r} {what}", mend="pass the path of a file to write")
    return target


def _written(page: str, target: Path) -> Path:
    try:
        target.write_text(page, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise InvalidInputError(
            f"{str(target)!r} cannot be written: {error.strerror}", mend="pass another path"
        ) from error
    return target


def _made_of(contents: Contents, look: Look) -> str:
    """Return a line of what the report is made of."""
    facts = [
        counted(look, key, contents.of(key)).text
        for key in ("journeys", "persons", "interactions")
        if key in contents.fact
    ]
    for days in contents.detail[contents.fact == "days"].tolist():
        first, last = map(look.numerals.date, map(dt.date.fromisoformat, days.split("/")))
        facts.append(look.say("report.dates", first=first, last=last))
    return " · ".join(facts)


def _made_by(look: Look) -> str:
    """Return a line that says by what the report was made."""
    return look.say("report.made_by", version=version("touchpoints"))
