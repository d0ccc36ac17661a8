"""Read the answers of surveys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import attrs

from touchpoints._core.checks import public
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared import fields
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.fields import Unreadable, finished, needed, rows_in
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.service.scales import Scale, Scales, score_at
from touchpoints.sources._shared.skipped import Skipped

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_NAME = "survey_response"
_TEXTS = {
    "text": ("text", "comment", "feedback", "verbatim"),
    "touchpoint_ref": ("touchpoint_ref", "touchpoint"),
    "contact_channel": ("contact_channel", "channel"),
    "survey": ("survey", "survey_id", "survey_name"),
}
_OF_SCORE = ("metric", "score", "scale_low", "scale_high")
_TAKEN = frozenset({"time", "name", "person", "response", *_OF_SCORE, *_TEXTS})
_NO_SCALE = "a metric has no usual scale"
_MENDS = {
    _NO_SCALE: 'give its scale: scale={"name": (low, high)}',
    "a response has no ": 'name the column with its time: submitted_at="…"',
    "a score has no metric": 'name the metric of all scores: metric="nps"',
}


@public
def surveys(
    source: Any,
    *,
    metric: str | None = None,
    score: str = "score",
    scale: Sequence[float] | Mapping[str, Sequence[float]] | None = None,
    columns: Mapping[str, str] | None = None,
    respondent: str = "respondent",
    submitted_at: str = "submitted_at",
    **options: Unpack[ReadOptions],
) -> Journeys:
    """Read the answers of surveys, one journey for each respondent.

    Parameters
    ----------
    source
        The answers: a file (CSV, JSON, JSON lines, Parquet), records, columns or a dataframe; one
        row for each answer, or with ``columns`` one for each response.
    metric
        What was asked: ``"nps"`` (0 to 10), ``"csat"`` (1 to 5), ``"ces"`` (1 to 7) or another of
        `touchpoints.experience.METRICS`. By default each row says so in its column ``metric``.
    score
        The column with the score.
    scale
        The lowest and highest score of the scale if it is not the usual one, for all metrics or by
        metric: ``{"csat": (0, 10)}``.
    columns
        For a table with one column for each question, the column of each metric:
        ``{"nps": "q1", "csat": "q2"}``. Then ``metric`` and ``score`` are not used.
    respondent, submitted_at
        The columns with who answered, and when.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"person"`` (the default) or
        ``"response"``, for answers of nobody known.

    Returns
    -------
    Journeys
        The name is ``survey_response``. Each metric has a per-interaction column of its name with
        the scores, as `touchpoints.experience` expects them. Also kept: ``metric``, ``score``,
        ``scale_low`` and ``scale_high`` where a row has one score, ``text``, ``touchpoint_ref``,
        ``contact_channel`` and ``survey``.

    Raises
    ------
    NotFoundError
        When a column does not exist, or a metric has no usual scale and none is given.
    InvalidInputError
        When a score is not a number or outside its scale, a time cannot be read, and
        ``on_error="raise"``.

    Notes
    -----
    Effort on 1 to 7 becomes ``ces2``, where high is good, and on 1 to 5 ``ces1``, where low is
    good. Scores in text are read if they are numbers (``"9"``, and ``"9/10"`` on a scale up to
    10). Rows without a score and a text are left out and counted, and so are rows that repeat a
    ``response_id`` with its metric. Times without an offset are read as UTC and counted.

    See Also
    --------
    touchpoints.experience.attach_scores : Scores on the touchpoint that they are about.
    touchpoints.experience.assessments : Summaries of the scores.

    References
    ----------
    F. F. Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12), 46-54.

    Examples
    --------
    >>> import touchpoints as tp
    >>> answer = {"respondent": "ana", "submitted_at": "2026-03-06T18:00:00Z", "score": "9"}
    >>> journeys = tp.sources.surveys([answer], metric="nps")
    >>> journeys[0].keys, journeys.per_interaction["nps"].tolist()
    (('survey_response',), [9.0])
    """
    skipped = skipping(options, called="response")
    questions = _Questions.of(metric, score=score, columns=columns, scales=Scales(scale))
    names = (respondent, submitted_at)
    rows = Growing(
        times=("time",), numbers=("score", "scale_low", "scale_high", *questions.metrics)
    )
    metrics = dict.fromkeys(questions.metrics)
    met: dict[str, None] = {}
    answered: set[tuple[str | None, ...]] = set()
    for number, (where, record) in enumerate(rows_in(source, skipped, within=("responses",))):
        met.update(dict.fromkeys(record))
        try:
            scores = questions.scores(record)
            found = _cells(record, scores, names, skipped)
        except Unreadable as error:
            error.refuse(skipped, where=where, mend=_mend(error.reason))
            continue
        if found is None:
            skipped.leave_out("a response without a score and without a text")
            continue
        id_ = found["response"]
        if id_ is not None and (id_, *scores) in answered:
            skipped.leave_out("a response that an earlier row has")
            continue
        answered.add((id_, *scores))
        metrics.update(dict.fromkeys(scores))
        rows.add_row({**found, "response": f"row {number}" if id_ is None else id_})
    _check_met(met, (*questions.columns, *names))
    kept = (*metrics, *(_OF_SCORE if questions.single else ()), *_TEXTS)
    events = Events(
        table=finished(rows, "name", "person", "response", *kept),
        journeys={"person": ("person",), "response": ("response",)},
        person="person",
        kept=kept,
        tz="UTC",
    )
    return journeys_of(events, skipped, options)


@attrs.frozen(eq=False, kw_only=True)
class _Questions:
    """What is asked in which column; without metrics, each row names its own."""

    by_column: Mapping[str, tuple[str, Scale]]
    score: str
    scales: Scales

    @classmethod
    def of(
        cls,
        metric: str | None,
        *,
        score: str,
        columns: Mapping[str, str] | None,
        scales: Scales,
    ) -> _Questions:
        """Return the questions, or raise for a metric whose scale is not known."""
        if columns is not None and metric is not None:
            raise InvalidInputError(
                "metric= says what the column of scores holds, and columns= names one for each",
                mend="leave one of them out",
            )
        named = {metric: score} if metric is not None else columns or {}
        found = {column: scales.of(name) for name, column in named.items()}
        _check_names(name for name, _ in found.values())
        return cls(by_column=found, score=score, scales=scales)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that are known before a row is read."""
        return tuple(name for name, _ in self.by_column.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return (*self.by_column,) or ("metric", self.score)

    @property
    def single(self) -> bool:
        """Whether each row has one score at most."""
        return len(self.by_column) <= 1

    def scores(self, record: Mapping[str, Any]) -> dict[str, tuple[float | None, Scale]]:
        """Return the scores of a record and their scales, by metric."""
        if self.by_column:
            return {
                name: (score_at(record, column, scale), scale)
                for column, (name, scale) in self.by_column.items()
            }
        if fields.field(record, self.score) is None:
            return {}
        metric = needed(fields.text(record, "metric"), "a score has no metric")
        known = self.scales.known(metric)
        if known is None:
            raise Unreadable(_NO_SCALE, metric)
        name, scale = known
        _check_names([name])
        return {name: (score_at(record, self.score, scale), scale)}


def _mend(reason: str) -> str:
    return next((mend for start, mend in _MENDS.items() if reason.startswith(start)), "")


def _check_names(metrics: Iterable[str]) -> None:
    """Raise where a metric is called as another column of the reader is."""
    for name in metrics:
        if name in _TAKEN:
            raise InvalidInputError(
                f"a metric cannot be called {name!r}: this column holds something else",
                mend=f"call it {name}_score",
            )


def _check_met(met: Mapping[str, None], asked: Iterable[str]) -> None:
    """Raise where a column was in no row; a table without rows lacks none."""
    for name in asked:
        if met and name not in met and name.split(".")[0] not in met:
            raise not_found("column", name, list(met), where="in no row of the survey")


def _cells(
    record: Mapping[str, Any],
    scores: Mapping[str, tuple[float | None, Scale]],
    names: tuple[str, str],
    skipped: Skipped,
) -> dict[str, Any] | None:
    """Return the columns of a response, None where it has neither a score nor a text."""
    texts = {name: fields.text(record, *of) for name, of in _TEXTS.items()}
    given = {name: score for name, (score, _) in scores.items() if score is not None}
    if not given and texts["text"] is None:
        return None
    respondent, submitted_at = names
    time = fields.instant(record, submitted_at, skipped=skipped)
    cells: dict[str, Any] = {
        "time": needed(time, f"a response has no {submitted_at}"),
        "name": _NAME,
        "person": fields.text(record, respondent),
        "response": fields.text(record, "response_id", "id"),
        **texts,
        **given,
    }
    for name, score in given.items() if len(scores) == 1 else ():
        low, high = scores[name][1]
        cells |= {"metric": name, "score": score, "scale_low": low, "scale_high": high}
    return cells
