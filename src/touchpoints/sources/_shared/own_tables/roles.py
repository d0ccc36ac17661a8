"""The roles of the columns of somebody's table, and the options of reading it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import attrs

from touchpoints._core.checks import check_option
from touchpoints._core.columns import one_or_several, several
from touchpoints._core.messages import first_few, quoted
from touchpoints._core.zones import Ambiguous
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.classify.untyped_policy import Unmatched
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.sources._assemble import Duplicates, Missing, PersonConflicts
from touchpoints.sources._lifecycle import Stages
from touchpoints.sources._shared.ending import check_names
from touchpoints.sources._shared.skipped import OnError, Skipped
from touchpoints.sources._shared.text_files.typed_columns import Type

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy

COLUMNS = (
    "journey",
    "time",
    "touchpoint",
    "person",
    "end",
    "lifecycle",
    "instance",
    "count",
    "tiebreak",
    "per_interaction",
    "per_journey",
)
TIMES = ("time_format", "tz", "ambiguous")
OPTIONS = (
    "stages",
    "taxonomy",
    "unmatched",
    "missing",
    "person_conflicts",
    "duplicates",
    "on_error",
)
OWN = ("on_error", "observed_until", "types", "time_format")
"""The options that `touchpoints.from_frame` does not have, or is not passed."""


class LogOptions(TypedDict, total=False):
    """The roles and options of a table that somebody has; each means what it does in `from_frame`.

    ``on_error`` and ``observed_until`` stand at `touchpoints.sources`; ``types`` says of columns
    what they hold.
    """

    journey: str | Sequence[str]
    time: str
    touchpoint: str | Classifier
    person: str | None
    end: str | None
    lifecycle: str | None
    instance: str | None
    stages: Stages | None
    count: str | None
    taxonomy: Taxonomy | None
    per_interaction: Sequence[str]
    per_journey: Sequence[str]
    unmatched: Unmatched
    missing: Missing
    person_conflicts: PersonConflicts
    tiebreak: str | Sequence[str] | None
    duplicates: Duplicates
    tz: str | None
    ambiguous: Ambiguous | None
    time_format: str | None
    types: Mapping[str, Type]
    on_error: OnError
    observed_until: dt.datetime | None


@attrs.frozen(kw_only=True)
class Roles:
    """The roles and options of a table, those of the call before those of a mapping.

    Attributes
    ----------
    given
        By name, as for `from_frame`, with ``on_error``, ``observed_until`` and ``types``.
    restored
        What `touchpoints.sources.write_csv` wrote beyond the roles, by name.
    """

    given: Mapping[str, Any]
    restored: Mapping[str, Any] = attrs.field(factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.given.get(name)

    @property
    def journey(self) -> tuple[str, ...]:
        """The columns that form the id of a journey."""
        return one_or_several("journey", self.given["journey"])

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns that the classifier reads."""
        one = self.given["touchpoint"]
        return () if isinstance(one, str) else tuple(one.reads)

    def kept(self, name: str) -> tuple[str, ...]:
        """Return the columns that ``per_interaction`` or ``per_journey`` names."""
        return several(name, self.given.get(name, ()))

    def texts(self) -> list[str]:
        """Return the columns whose values are names or ids."""
        tiebreak = self["tiebreak"]
        names = [
            *self.journey,
            self["touchpoint"],
            *self.fields,
            self["person"],
            self["lifecycle"],
            self["instance"],
            *(() if tiebreak is None else one_or_several("tiebreak", tiebreak)),
        ]
        return [one for one in dict.fromkeys(names) if isinstance(one, str)]

    def times(self) -> list[str]:
        """Return the columns of the time and of the end."""
        return [one for one in (self["time"], self["end"]) if isinstance(one, str)]

    def skipping(self, *, called: str = "row") -> Skipped:
        """Return the counts of rows that are skipped."""
        how = check_option("on_error", self.given.get("on_error", "raise"), OnError)
        return Skipped(on_error=how, called=called)

    def of_log(self) -> dict[str, Any]:
        """Return what `from_frame` takes of them."""
        return {name: one for name, one in self.given.items() if name not in OWN}


def roles_of(
    given: LogOptions,
    saved: Mapping[str, Any],
    restored: Mapping[str, Any],
    *,
    columns: Collection[str] = (),
) -> Roles:
    """Return roles and options, those given before those of a mapping; raise for unknown ones."""
    check_names(given, LogOptions, called="roles and options are")
    found = {**saved, **given}
    lacking = [name for name in ("journey", "time", "touchpoint") if found.get(name) is None]
    if lacking:
        has = f"the table has {first_few(columns, most=20)}" if columns else ""
        raise InvalidInputError(
            f"{' and '.join(f'{one}=' for one in lacking)} must name a column",
            mend="; ".join(filter(None, (has, "a mapping= can name it too"))),
        )
    if not isinstance(found["touchpoint"], str):
        check_classifier_object(found["touchpoint"])
    found["taxonomy"] = _taxonomy(found.get("taxonomy"))
    return Roles(given=found, restored=restored)


def _taxonomy(given: Any) -> Any:
    """Return a taxonomy, loaded where a mapping names it."""
    if not isinstance(given, str):
        return given
    from touchpoints.taxonomy import load_taxonomy, read_taxonomy

    return read_taxonomy(given) if given.endswith(".toml") else load_taxonomy(given)


def checked_types(types: Any) -> dict[str, Type]:
    """Return what columns hold by name; raise for other names."""
    if not isinstance(types, Mapping):
        raise WrongKindError(
            f"types must map columns to what they hold, got {quoted(types)}",
            mend='for example types={"zip": "text"}',
        )
    return {str(name): check_option(f"types[{name!r}]", one, Type) for name, one in types.items()}


def refuse_types(given: LogOptions) -> None:
    """Raise where types are given of a table that has its own."""
    if given.get("types"):
        raise InvalidInputError(
            "types= says what the text of a file holds, and this table has types of its own",
            mend="leave types= out; tp.sources.csv takes it",
        )
