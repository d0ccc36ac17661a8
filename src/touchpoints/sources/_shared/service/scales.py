"""The scales of the metrics that surveys ask for, and the scores on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from touchpoints._core import checks
from touchpoints._core.messages import not_found, quoted
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.sources._shared import fields
from touchpoints.sources._shared.fields import Unreadable

Scale = tuple[float, float]

SCALES: Mapping[str, Scale] = {
    "nps": (0, 10),
    "csat": (1, 5),
    "ces1": (1, 5),
    "ces2": (1, 7),
    "empathy": (1, 5),
    "trust": (1, 5),
    "value": (1, 5),
    "hcahps": (0, 10),
    "always": (1, 4),
    "sentiment": (-1, 1),
}
_EFFORT = "ces"
_EFFORTS = {SCALES["ces1"]: "ces1", SCALES["ces2"]: "ces2"}
_MEND = 'scale=(low, high), or scale={"csat": (0, 10)} for one of several metrics'


def tidy_metric(name: str) -> str:
    """Return the name of a metric as it is compared: NPS is nps."""
    return name.strip().casefold()


class Scales:
    """The scales of metrics: those that the user gives, else the usual ones.

    Parameters
    ----------
    scale
        One scale for all metrics, or scales by metric.
    """

    def __init__(self, scale: Sequence[float] | Mapping[str, Sequence[float]] | None) -> None:
        given = scale if isinstance(scale, Mapping) else {}
        self._by_name = {tidy_metric(name): _pair(one) for name, one in given.items()}
        self._all = None if scale is None or isinstance(scale, Mapping) else _pair(scale)

    def known(self, metric: str) -> tuple[str, Scale] | None:
        """Return the column and the scale of a metric, None if its scale is not known.

        Effort (``ces``) is ``ces2`` from 1 to 7, where high is good, and ``ces1`` from 1 to 5,
        where low is good.
        """
        name = tidy_metric(metric)
        found = self._by_name.get(name, self._all)
        if name == _EFFORT:
            found = found or SCALES["ces2"]
            if found not in _EFFORTS:
                raise InvalidInputError(
                    f"ces from {found[0]:g} to {found[1]:g} is neither version of the score",
                    mend='name the metric "ces1", where low is good, or "ces2", where high is good',
                )
            return _EFFORTS[found], found
        found = found or SCALES.get(name)
        return None if found is None else (name, found)

    def of(self, metric: str) -> tuple[str, Scale]:
        """Return the column and the scale of a metric that the user names."""
        found = self.known(metric)
        if found is None:
            names = [_EFFORT, *SCALES]
            error = not_found("metric", metric, names, where="among those with a usual scale")
            error.mend = error.mend or _MEND
            raise error
        return found


def _pair(scale: Any) -> Scale:
    pair = isinstance(scale, Sequence) and not isinstance(scale, str) and len(scale) == len("ab")
    if not pair:
        raise WrongKindError(f"scale must be (low, high), got {quoted(scale)}", mend=_MEND)
    low, high = (checks.finite("scale", one) for one in scale)
    if low >= high:
        raise InvalidInputError(f"scale must rise from low to high, got {quoted(scale)}")
    return low, high


def score_at(record: Mapping[str, Any], column: str, scale: Scale) -> float | None:
    """Return a score of a record, None if there is none; "9/10" is 9 on a scale up to 10."""
    value = fields.field(record, column)
    if isinstance(value, str) and value.count("/") == 1:
        value, top = value.split("/")
        if fields.number({column: top}, column) != scale[1]:
            raise Unreadable("a score is of another scale", record.get(column))
    score = fields.number({column: value}, column)
    if score is not None and not scale[0] <= score <= scale[1]:
        raise Unreadable(f"a score is outside its scale, {scale[0]:g} to {scale[1]:g}", value)
    return score
