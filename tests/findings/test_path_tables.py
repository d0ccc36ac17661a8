"""Separators of path tables, with and without their spaces."""

from __future__ import annotations

import warnings

import pytest

import touchpoints as tp


def test_a_name_that_holds_the_bare_separator_is_said() -> None:
    """One path of two is written without spaces: its two steps would be one touchpoint."""
    with pytest.warns(tp.errors.TouchpointsWarning, match=r"1 name in column 'p'.*'search>email'"):
        tp.from_paths({"p": ["search>email", "search > email"]}, path="p")


def test_names_without_the_separator_are_quiet() -> None:
    """Also where the separator has no spaces, or is nothing but space."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tp.from_paths({"p": ["search > email", "a-b > c"]}, path="p")
        tp.from_paths({"p": ["search>email", "a - b>c"]}, path="p", separator=">")
        tp.from_paths({"p": ["search email"]}, path="p", separator=" ")


@pytest.mark.parametrize("text", ["a > > b", "> a > b", "a > b >", "a >  > b", ">", "a > >"])
def test_an_empty_step_is_refused_however_it_is_spaced(text: str) -> None:
    """Two separators that share a space leave no step between them."""
    with pytest.raises(tp.errors.InvalidInputError, match=r"1 path has an empty name.*rows 1"):
        tp.from_paths({"p": ["a > b", text]}, path="p")
