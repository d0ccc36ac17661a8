"""Short words of names that are codes, such as "ENF_REPROG_CITA": what they stand for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from touchpoints.classify.drafting.phrases import meanings
from touchpoints.classify.web.event_names import words_of

_CODE = re.compile(r"[^\W_]+(?:[_.:\-][^\W_]+)+")
_MAX_AREA, _MIN_NAMES = 3, 3
_MIN_SHORT, _MAX_SHORT, _CUT = 4, 8, 3
_VOWELS = "aeiou"


def is_code(name: str) -> bool:
    """Return whether a name is written as codes are: words joined by marks, without spaces.

    Examples
    --------
    >>> is_code("CRM_CASE_OPEN"), is_code("Case opened")
    (True, False)
    """
    return _CODE.fullmatch(name) is not None


def areas_of(names: Iterable[str]) -> frozenset[str]:
    """Return the short first words of at least three codes: systems, departments, modules.

    Examples
    --------
    >>> sorted(areas_of(["CRM_LEAD_OPEN", "CRM_SIM_SWAP", "CRM_NPS", "IVR_MENU", "Crm"]))
    ['crm']
    """
    first = Counter(word for name in names if is_code(name) for word in words_of(name)[:1])
    return frozenset(
        word for word, often in first.items() if often >= _MIN_NAMES and len(word) <= _MAX_AREA
    )


class Abbreviations:
    """Words cut short, such as "reprog" and "telef", by the known words that begin so.

    Parameters
    ----------
    known
        The words that may be cut short.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted(set(known))

    def full(self, short: str) -> str:
        """Return the shortest known word that begins so, if all those mean the same; else "".

        Words are cut after a consonant, and by at least three letters.

        Examples
        --------
        >>> known = Abbreviations(["reprogramar", "reprogramacion", "consulta", "consentimiento"])
        >>> known.full("reprog"), known.full("cons")
        ('reprogramar', '')
        """
        if not _MIN_SHORT <= len(short) <= _MAX_SHORT or short[-1] in _VOWELS:
            return ""
        start = bisect_left(self._known, short)
        end = bisect_left(self._known, short + "\U0010ffff")
        found = self._known[start:end]
        same = frozenset.intersection(*map(meanings, found)) if found else frozenset()
        longer = [one for one in found if len(one) >= len(short) + _CUT]
        return min(longer, key=len) if same and longer else ""
