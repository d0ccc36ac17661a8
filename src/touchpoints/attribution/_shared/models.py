"""Models given as functions: checked before they are called, and their answers after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from touchpoints.attribution._shared.credit import Credit
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys

Model: TypeAlias = "Callable[..., Credit]"


def checked_models(models: Mapping[str, Model]) -> Mapping[str, Model]:
    """Return models by name as given.

    Raises
    ------
    WrongKindError
        When they are no mapping of names to functions.
    InvalidInputError
        When there is none.
    """
    mend = 'models={"linear": tp.attribution.linear, "markov": tp.attribution.markov}'
    if not isinstance(models, Mapping):
        raise WrongKindError(
            f"models must be a mapping of names to models, got {models!r}", mend=mend
        )
    if not models:
        raise InvalidInputError("models must hold at least one model, got none", mend=mend)
    for name, model in models.items():
        if not isinstance(name, str) or not callable(model):
            raise WrongKindError(
                f"models must be functions by name, got {name!r}: {model!r}", mend=mend
            )
    return models


def credit_of(name: str, model: Model, journeys: Journeys) -> Credit:
    """Return the credit that a model gives, without groups.

    Raises
    ------
    WrongKindError
        When the model does not return a `Credit`.
    InvalidInputError
        When it has groups.
    """
    credit = model(journeys)
    if not isinstance(credit, Credit):
        raise WrongKindError(
            f"the model {name!r} must return a Credit, got {type(credit).__name__}"
        )
    if credit.group is not None:
        raise InvalidInputError(f"the model {name!r} has groups", mend="leave by= out")
    return credit
