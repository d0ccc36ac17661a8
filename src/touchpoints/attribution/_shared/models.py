"""Models by name, as functions that compare and score them take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from touchpoints.attribution._shared.credit import Credit
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys

Model: TypeAlias = "Callable[[Journeys], Credit]"

_MEND = 'models={"linear": tp.attribution.linear, "markov": tp.attribution.markov}'


def checked_models(models: object, *, least: int = 1) -> dict[str, Model]:
    """Return models by name; raise unless these are at least so many functions by name."""
    if not isinstance(models, Mapping):
        what = f"models must be a mapping of names to models, got {models!r}"
        raise WrongKindError(what, mend=_MEND)
    if len(models) < least:
        raise InvalidInputError(f"models must hold at least {least}, got {len(models)}", mend=_MEND)
    for name, model in models.items():
        if not callable(model):
            raise WrongKindError(
                f"the model {name!r} must be a function of journeys, got {model!r}", mend=_MEND
            )
    return dict(models)


def credit_of(name: str, model: Model, journeys: Journeys) -> Credit:
    """Return the credit that a model gives; raise unless it is one, without groups."""
    credit = model(journeys)
    if not isinstance(credit, Credit):
        raise WrongKindError(
            f"the model {name!r} must return a Credit, got {type(credit).__name__}", mend=_MEND
        )
    if credit.group is not None:
        raise InvalidInputError(f"the model {name!r} has groups", mend="leave by= out")
    return credit
