"""Judgements of journeys, and what may drive them: columns, or the scores of touchpoints."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.sequences import mix
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, first_few, not_found, quoted
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.experience._shared.lenses import Lens, seen_through
from touchpoints.experience._shared.metrics import Metric, metric_of, scores_of
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.units import Units, units_of

_MOST = 1e100


@attrs.frozen(eq=False, kw_only=True)
class Judged:
    """Journeys with an overall judgement, and the scores of what may drive it.

    Attributes
    ----------
    names : tuple of str, p
        The drivers, sorted.
    scores : float64 (n, p)
        The score of each driver in each journey; nan without one.
    judgement : float64 (n,)
    rows : int64 (n,)
        The rows of the journeys that are kept.
    counts : float64 (n,)
        How many real journeys each row stands for, above 0.
    units : Units
        Of the rows kept.
    left_out : int
        The number of journeys without a judgement, or without the score of any driver.
    metric : Metric or None
        What the scores mean; None for columns.
    """

    names: tuple[str, ...]
    scores: Array
    judgement: Array
    rows: Array
    counts: Array
    units: Units
    left_out: int
    metric: Metric | None

    def fingerprint(self, size: int) -> Array:
        """Return integers that differ where judgements or scores of journeys do, uint64 (size,)."""
        marks = mix(np.ascontiguousarray(self.judgement).view(np.uint64))
        for column in np.nan_to_num(self.scores, nan=-1e300).T:
            marks = mix(marks ^ np.ascontiguousarray(column).view(np.uint64))
        found = np.zeros(size, dtype=np.uint64)
        found[self.rows] = marks
        return found


def judged(
    journeys: Journeys,
    *,
    overall: str,
    drivers: Sequence[str] | None,
    metric: str | Metric | None,
    lens: Lens,
) -> Judged:
    """Read the judgement and the drivers of journeys.

    Parameters
    ----------
    overall
        A per-journey column of numbers, or the name of an outcome.
    drivers
        Per-journey columns of numbers; None for the mean score of a metric at each touchpoint.

    Raises
    ------
    NotFoundError
        When a column does not exist.
    InvalidInputError
        When neither drivers nor a metric are given, or both, or a column holds no numbers, or no
        journey has both a judgement and a driver.
    """
    if (drivers is None) == (metric is None):
        raise InvalidInputError(
            "drivers are per-journey columns, or scores of touchpoints: give one of them",
            mend='drivers=["speed", "price"], or metric="csat"',
        )
    judgement = numbers_of_journeys(journeys, overall, argument="overall")
    if drivers is not None:
        names = tuple(dict.fromkeys([drivers] if isinstance(drivers, str) else drivers))
        scores = np.column_stack(
            [numbers_of_journeys(journeys, name, argument="drivers") for name in names]
            or [np.zeros((len(journeys), 0))]
        )
        kind = None
    else:
        kind = metric_of("" if metric is None else metric)
        names, scores = _by_touchpoint(journeys, kind, lens)
    if not names:
        raise InvalidInputError("there must be at least one driver, got none")
    some = ~np.isnan(judgement) & ~np.isnan(scores).all(axis=1) & (journeys.counts > 0)
    if not some.any():
        raise InvalidInputError(
            f"no journey has both {overall!r} and a score of a driver",
            where=f"drivers {first_few(names)}",
        )
    units, rows = units_of(journeys, None), np.flatnonzero(some)
    part = attrs.evolve(units, of=units.of[rows], within=units.within[rows])
    return Judged(
        names=names,
        scores=scores[rows],
        judgement=judgement[rows],
        rows=rows,
        counts=journeys.counts[rows].astype(np.float64),
        units=part,
        left_out=int(journeys.counts[~some].sum()),
        metric=kind,
    )


def numbers_of_journeys(journeys: Journeys, name: str, *, argument: str) -> Array:
    """Return a per-journey column of numbers, or an outcome, as float64 (n,)."""
    if not isinstance(name, str):
        raise WrongKindError(f"{argument} must be text, got {quoted(name)}")
    if name in journeys.outcomes:
        return np.asarray(journeys.outcomes[name], dtype=np.float64)
    known = [*journeys.per_journey, *journeys.outcomes]
    if name not in journeys.per_journey:
        raise not_found("per-journey column", name, known, where=f"given as {argument}=")
    values = journeys.per_journey[name]
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "iufb":
        raise InvalidInputError(
            f"the per-journey column {name!r} must hold numbers", where=f"given as {argument}="
        )
    numbers = values.astype(np.float64)
    wrong = np.abs(numbers) > _MOST
    if wrong.any():
        raise InvalidInputError(
            f"the per-journey column {name!r} must hold numbers from -{_MOST:g} to {_MOST:g}",
            where=f"given as {argument}=, {counted(int(wrong.sum()), 'journey')}, such as "
            f"{first_few(journeys.ids[wrong].tolist())}",
        )
    return numbers


def _by_touchpoint(journeys: Journeys, metric: Metric, lens: Lens) -> tuple[tuple[str, ...], Array]:
    """Return the touchpoints that have scores, and the mean score of each in each journey."""
    scores, seen = scores_of(journeys, metric), seen_through(journeys, lens)
    every = owners_of(journeys.offsets)
    rows = np.flatnonzero(scores.known & (journeys.counts[every] > 0))
    owners, labels = every[rows].astype(np.int64), seen.codes[rows]
    met = np.unique(labels)
    places = np.searchsorted(met, labels)
    shape = (len(journeys), len(met))
    cells = owners * max(len(met), 1) + places
    number = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.bincount(cells, scores.values[rows], shape[0] * shape[1]).reshape(shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / number
    return tuple(seen.labels[code] for code in met.tolist()), means
