"""B44: ids that only the owner of a key can trace back, and no free text."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

KEY = "a secret of the clinic"


def log(**changes: Any) -> tp.Journeys:
    """Return two journeys of one person and one of nobody known, with text and numbers."""
    columns: dict[str, Any] = {
        "id": ["7", "7", "x", "é"],
        "who": ["ana", "ana", "ana", None],
        "at": ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"],
        "do": ["call", "visit", "call", "call"],
        "note": ["Ana Ruiz, 600 123 456", "", "is angry", None],
        "score": [1.0, 5.0, 3.0, 2.0],
        "site": ["north", "north", "south", "south"],
    }
    return tp.from_columns(
        columns | changes,
        journey="id",
        person="who",
        time="at",
        touchpoint="do",
        per_interaction=("note", "score"),
        per_journey=("site",),
    )


def test_pseudonyms_are_keyed_hashes() -> None:
    """HMAC-SHA-256 of kind and id, cut to 32 digits; the same person is the same."""
    found = tp.pseudonymise(log(), key=KEY)
    wanted = hmac.new(KEY.encode(), b"str:ana", hashlib.sha256).hexdigest()[:32]

    assert found.persons.tolist() == [wanted, wanted, None]
    assert len(set(found.ids.tolist())) == 3
    assert all(len(one) == 32 for one in found.ids.tolist())
    assert [one.keys for one in found] == [one.keys for one in log()]


def test_texts_are_left_out_unless_named() -> None:
    """Notes go; numbers stay; categories stay if they are named."""
    found = tp.pseudonymise(log(), key=KEY)
    kept = tp.pseudonymise(log(), key=KEY, keep=["site"])

    assert (list(found.per_interaction), list(found.per_journey)) == (["score"], [])
    assert kept.per_journey["site"].to_list() == ["north", "south", "south"]
    assert "Ruiz" not in repr(found.per_interaction) + repr(found.meta)


def test_texts_of_the_report_are_left_out() -> None:
    """Unmatched texts can name people, their number cannot."""
    typed = tp.from_columns(
        {
            "id": [1, 1],
            "at": ["2026-01-01", "2026-01-02"],
            "do": ["live_chat", "call Ana Ruiz"],
        },
        journey="id",
        time="at",
        touchpoint="do",
        taxonomy=tp.load_taxonomy("customer"),
        unmatched="keep",
    )
    report = tp.pseudonymise(typed, key=KEY).meta.report

    assert typed.meta.report.unmatched_texts
    assert not report.unmatched_texts
    assert report.unmatched == 1


def test_the_same_key_joins_and_another_does_not() -> None:
    """Equal persons of two logs stay equal under one key; numbers and texts differ."""
    one, other = (tp.pseudonymise(log(), key=key) for key in (KEY, KEY + "!"))
    again = tp.pseudonymise(log(id=[7, 7, 8, 9]), key=KEY)

    assert one.persons.tolist() == again.persons.tolist()
    assert one.persons[0] != other.persons[0]
    assert one.ids[0] != again.ids[0]


def test_a_number_has_one_pseudonym_however_it_is_stored() -> None:
    """Persons that one log holds as integers and another as floats are still joined."""
    columns = {"id": [1, 2], "do": ["a", "b"], "at": ["2026-01-01"] * 2}
    whole = tp.from_columns(columns, journey="id", time="at", touchpoint="do")
    logs = [attrs.evolve(whole, persons=np.array([7, 8], dtype=kind)) for kind in ("i8", "f8")]
    one, other = (tp.pseudonymise(log, key="a secret of the shop") for log in logs)
    assert one.persons.tolist() == other.persons.tolist()


def test_ids_of_every_kind_and_empty_logs() -> None:
    """Integers, unicode, lone surrogates and no journey at all."""
    assert len(tp.pseudonymise(log(id=["a\udc80", "b", "c", "d"]), key=KEY)) == 4
    assert len(tp.pseudonymise(log()[:0], key=KEY)) == 0
    assert tp.pseudonymise(log(id=[1, 1, 2, 3]), key=b"x" * 16).ids.dtype == np.dtype(object)


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"key": "short"}, InvalidInputError, "at least 16 bytes, got 5"),
        ({"key": 7}, WrongKindError, "text or bytes"),
        ({"key": KEY, "keep": ["sites"]}, NotFoundError, "site"),
    ],
)
def test_weak_keys_and_unknown_columns_are_refused(
    how: dict[str, Any], error: type[Exception], said: str
) -> None:
    """With what to do instead."""
    with pytest.raises(error, match=said):
        tp.pseudonymise(log(), **how)
