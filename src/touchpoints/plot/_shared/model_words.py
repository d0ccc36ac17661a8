"""The names of models of credit in the language of a figure."""

from __future__ import annotations

from touchpoints.plot._shared.look import Look, has_words, shown


def model_name(look: Look, name: object) -> str:
    """Return the name of a model in the language; that of one of your own as it is.

    What follows a comma, such as an order, stays.
    """
    head, comma, rest = str(name).partition(",")
    known = look.say(f"models.{head}") if has_words(f"models.{head}") else head
    return shown(f"{known}{comma}{rest}")
