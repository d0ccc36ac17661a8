"""Every argument of every public function is used, or refused with an error that teaches."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import touchpoints as tp
from tests.laws.test_wrong_kinds import GIVEN, LOG, VERBS
from touchpoints.errors import TouchpointsError, WrongKindError

# Text in and text out, asked for every touchpoint: without the checks of public functions.
PLAIN = {f"taxonomy.{one}" for one in ("escape_text", "format_key", "parse_key", "unescape_text")}
MISTAKES: dict[str, Any] = {
    "None": None,
    "3": 3,
    "-1": -1,
    "2.5": 2.5,
    "nan": float("nan"),
    "infinity": float("inf"),
    "10**40": 10**40,
    "word": "zz",
    "empty text": "",
    "surrogate": "\ud800",
    "nul": "a\x00b",
    "bytes": b"zz",
    "True": True,
    "object": object(),
    "function": lambda *_: 1,
    "timedelta": dt.timedelta(-1),
    "empty list": [],
    "list of text": ["zz"],
    "list of None": [None],
    "tuple": (1, 2),
    "set": {1},
    "array": np.array([1, 2]),
    "empty dict": {},
    "dict": {"a": 1},
    "frame": pd.DataFrame({"a": [1]}),
    "journeys": LOG,
}
TEXTS = {"word", "empty text", "surrogate", "nul"}
WHOLE = {"3", "-1", "10**40"}
LISTS = {"empty list", "list of text", "frame"}  # of a frame, the names of its columns
# Which mistakes an annotation allows; the others must be refused.
ALLOWED = {
    "None": {"None"},
    "str": TEXTS,
    "int": WHOLE,
    "float": {*WHOLE, "2.5", "nan", "infinity"},
    "bool": {"True"},
    "dt.timedelta": {"timedelta"},
    "dt.datetime": set(),
    "np.datetime64": set(),
    "Taxonomy": set(),
    "SourceList": set(),
    "SubstitutionCosts": set(),
    "Sequence[str]": LISTS,
    "Collection[str]": LISTS,
    "Iterable[str]": LISTS,
    "Sequence[float]": {"empty list", "tuple", "set", "array"},
    "Mapping[str, str]": {"empty dict", "dict"},
    "Mapping[str, float]": {"empty dict", "dict"},
    "Mapping[str, Any]": {"empty dict", "dict"},
    "Mapping[str, str | Touchpoint]": {"empty dict", "dict"},
    "Progress": {"True", "function"},
    "Statistic": {"function"},
    "Measure": {"function"},
    "Features": {"function"},
}
CASES = [
    (name, parameter.name)
    for name in VERBS
    if name not in PLAIN
    for parameter in inspect.signature(VERBS[name]).parameters.values()
]
FEW = {"resamples": 19, "permutations": 9, "starts": 1}


def parts_of(annotation: str) -> list[str]:
    """Return what an annotation allows, one by one."""
    return re.split(r" \| (?![^\[]*\])", annotation)


def call(name: str, asked: str | None = None, value: Any = None, **more: Any) -> Any:
    """Call a verb with a value for one parameter and something sound for the others."""
    by_place, by_name = [], dict(more)
    for one in inspect.signature(VERBS[name]).parameters.values():
        if one.name == asked:
            given = value
        elif one.name in FEW:
            given = FEW[one.name]
        elif one.default is not one.empty or one.kind in {one.VAR_KEYWORD, one.VAR_POSITIONAL}:
            continue
        else:
            given = GIVEN.get(f"{name} {one.name}", GIVEN.get(one.name))
        if one.kind is one.KEYWORD_ONLY:
            by_name[one.name] = given
        elif one.kind is one.VAR_KEYWORD:
            by_name["channel"] = given
        else:
            by_place.append(given)
    return VERBS[name](*by_place, **by_name)


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_an_argument_is_taken_or_refused_by_an_error_of_this_library(
    name: str, parameter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bare error, whatever is given; what the annotation excludes is refused."""
    monkeypatch.chdir(tmp_path)
    parts = parts_of(str(inspect.signature(VERBS[name]).parameters[parameter].annotation))
    known = all(part in ALLOWED for part in parts)
    allowed = set().union(*(ALLOWED.get(part, ()) for part in parts))
    annotations = VERBS[name].__annotations__.values()
    is_path = any("PathLike" in one or "Source" in one.split(" | ") for one in annotations)
    taken = set()
    for what, mistake in MISTAKES.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                call(name, parameter, mistake)
        except TouchpointsError:
            continue
        except OSError:
            assert is_path
            continue
        taken.add(what)
    if known and parts != ["None"]:
        assert set() == taken - allowed


@pytest.mark.parametrize("name", sorted(set(VERBS) - PLAIN))
def test_a_call_that_does_not_fit_is_answered_with_one_that_does(name: str) -> None:
    """A name that does not exist, a value too many and one too few."""
    signature = inspect.signature(VERBS[name])
    kinds = {one.kind for one in signature.parameters.values()}
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        with pytest.raises(WrongKindError, match="has no argument 'no_such_name'") as error:
            call(name, no_such_name=1)
        assert error.value.mend.startswith(f"call {VERBS[name].__name__}(")
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        with pytest.raises(WrongKindError, match="without a name, got 9 values") as error:
            VERBS[name](*range(9))
        assert error.value.mend.startswith(f"call {VERBS[name].__name__}(")
    needed = [one.name for one in signature.parameters.values() if one.default is one.empty]
    needed = [one for one in needed if signature.parameters[one].kind.name[:3] != "VAR"]
    if needed:
        with pytest.raises(WrongKindError, match=f"(?m)needs {' and '.join(needed)}$") as error:
            VERBS[name]()
        assert error.value.mend.startswith(f"call {VERBS[name].__name__}(")


def test_every_public_function_is_checked_and_shows_its_signature() -> None:
    """A new verb is decorated; what it takes is seen by `help` and by editors."""
    bare = {name for name, one in VERBS.items() if not hasattr(one, "__wrapped__")}

    assert bare == PLAIN
    assert "top" in inspect.signature(tp.paths.variants).parameters


@pytest.mark.parametrize(
    ("call_of", "what", "mend"),
    [
        (
            lambda: tp.from_frame(pd.DataFrame(), "case", "at", "what"),
            "from_frame takes only frame without a name, got 4 values",
            "call from_frame(frame, journey='case', time='at', touchpoint='what')",
        ),
        (
            lambda: tp.from_frame(pd.DataFrame(), case_id="case", time="at", touchpoint="what"),
            "from_frame has no argument 'case_id' (here it is journey=)",
            "call from_frame(frame, journey=…, time='at', touchpoint='what')",
        ),
        (
            lambda: tp.paths.variants(LOG, n=5),
            "variants has no argument 'n' (here it is top=)",
            "call variants(journeys); it also takes top=, by=, level=",
        ),
        (
            lambda: tp.paths.variants(LOG, tops=5),
            "variants has no argument 'tops' (did you mean 'top'?)",
            "call variants(journeys)",
        ),
        (
            lambda: tp.paths.variants(LOG, journeys=LOG),
            "variants got journeys twice, by place and by name",
            "call variants(journeys)",
        ),
        (
            lambda: tp.bootstrap(LOG, tp.paths.presence),
            "bootstrap needs seed",
            "call bootstrap(journeys, statistic, seed=…)",
        ),
    ],
)
def test_what_an_argument_is_called_here(call_of: Any, what: str, mend: str) -> None:
    """As other libraries call it, misspelt, by place, twice or not at all."""
    with pytest.raises(WrongKindError) as error:
        call_of()

    assert what == error.value.what
    assert error.value.mend.startswith(mend)


def test_an_error_within_a_function_is_left_as_it_is() -> None:
    """A statistic that fails with a TypeError is the caller's to mend."""

    def broken(_: tp.Journeys) -> float:
        return len(5)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="has no len") as error:
        tp.bootstrap(LOG, broken, seed=1)
    assert not isinstance(error.value, TouchpointsError)
