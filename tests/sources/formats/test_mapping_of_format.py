"""A mapping is made of what was told of a file, and of the roles that the caller gives."""

from __future__ import annotations

from pathlib import Path

import pytest

import touchpoints as tp

ROLES = {"journey": "id", "time": "at", "touchpoint": "what"}


def found(
    folder: Path, dates: list[str], *, head: str = "id;at;what;paid"
) -> tp.sources.FileFormat:
    """Return what is told of a file with these dates."""
    path = folder / "log.csv"
    rows = "".join(f"7;{one};a;1,5\n" for one in dates)
    path.write_text(f"{head}\n{rows}", encoding="utf-8")
    return tp.sources.sniff(path)


def test_what_was_told_is_in_the_mapping(tmp_path: Path) -> None:
    """It reads the next file, of which nothing would be told."""
    mapping = found(tmp_path, ["31/01/2026"]).mapping(**ROLES, per_interaction=("paid",), tz="UTC")
    assert mapping.times == {"time_format": "%d/%m/%Y", "tz": "UTC"}
    assert mapping.file == {"separator": ";", "quote": '"', "encoding": "utf-8", "decimal": ","}
    following = tmp_path / "next.csv"
    following.write_text("id;at;what;paid\n8;03/02/2026;a;2\n", encoding="utf-8")
    journeys = tp.sources.csv(following, mapping=mapping)

    assert str(journeys.times[0]) == "2026-02-03T00:00:00.000000"
    assert journeys.per_interaction["paid"].tolist() == [2]


def test_what_was_not_told_must_be_given(tmp_path: Path) -> None:
    """The order of day and month."""
    told = found(tmp_path, ["03/02/2026"])
    with pytest.raises(tp.errors.InvalidInputError, match="does not decide"):
        told.mapping(**ROLES)
    given = told.mapping(**ROLES, time_format="%m/%d/%Y", types={"paid": "text"})
    assert (given.times["time_format"], given.types) == ("%m/%d/%Y", {"paid": "text"})
    with pytest.raises(tp.errors.NotFoundError, match="did you mean 'at'"):
        told.mapping(**{**ROLES, "time": "att"})
    with pytest.raises(tp.errors.InvalidInputError, match="does not hold 'observed_until'"):
        told.mapping(**ROLES, time_format="iso", observed_until="2026-01-01")
