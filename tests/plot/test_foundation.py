"""What all figures rest on: colours, numbers, words, widths of text, and labels."""

from __future__ import annotations

import datetime as dt
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.plot._shared.canvas import Canvas, hover
from touchpoints.plot._shared.data import languages_of_words, read_data
from touchpoints.plot._shared.look import look_of, shown
from touchpoints.plot._shared.numerals import numerals_of
from touchpoints.plot._shared.palette import DARK, LIGHT, flat, valence_class
from touchpoints.plot._shared.shades import contrast
from touchpoints.plot._shared.text_widths import text_width, wrapped

CUSTOMER = tp.load_taxonomy("customer")


def test_every_colour_of_a_palette_is_its_own() -> None:
    """A page can replace each light colour by its dark one, because no two are the same."""
    for palette in (LIGHT, DARK):
        colours = [one.upper() for one in flat(palette)]
        assert len(colours) == len(set(colours))
        assert all(re.fullmatch(r"#[0-9A-F]{6}", one) for one in colours)
    assert len(flat(LIGHT)) == len(flat(DARK))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(palette: object) -> None:
    """Text has a contrast of at least 4.5, marks and outlines of at least 3 (WCAG 2.1)."""
    for ground in (palette.background, palette.band, palette.chip, palette.page):  # type: ignore[attr-defined]
        assert contrast(palette.ink, ground) >= 7  # type: ignore[attr-defined]
        assert contrast(palette.ink2, ground) >= 4.5  # type: ignore[attr-defined]
    for mark in ("pain", "moment", "opportunity", "unplanned", "outline", "edge", "accent"):
        assert contrast(getattr(palette, mark), palette.background) >= 3  # type: ignore[attr-defined]


def test_classes_of_valence() -> None:
    """Five classes, cut at 0.15 and 0.5 on both sides of zero."""
    assert [0, 1, 1, 2, 2, 2, 3, 3, 4] == [
        valence_class(one) for one in (-1, -0.5, -0.3, -0.15, 0, 0.15, 0.3, 0.5, 0.51)
    ]


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        (
            "en",
            ["46%", "4.6%", "0%", "[44, 47%]", "[4.4, 5.9%]", "−0.44", "+0.61", "24,552", "4,120"],
        ),
        (
            "es",
            [
                *("46\u202f%", "4,6\u202f%", "0\u202f%", "[44; 47\u202f%]", "[4,4; 5,9\u202f%]"),
                *("−0,44", "+0,61", "24\u202f552", "4120"),
            ],
        ),
    ],
)
def test_numbers_are_written_as_in_the_language(lang: str, written: list[str]) -> None:
    """Shares, intervals, signs and large numbers, each as its readers expect them."""
    write = numerals_of(lang)
    assert written == [
        write.share(0.46),
        write.share(0.046),
        write.share(0),
        write.range(0.44, 0.47),
        write.range(0.044, 0.059),
        write.number(-0.44, signed=True),
        write.number(0.61, signed=True),
        write.whole(24552),
        write.whole(4120),
    ]


def test_dates_and_unknown_numbers() -> None:
    """Dates name the month; what is not known is a dash; a language without a file is English."""
    day = dt.date(2026, 1, 5)
    assert ["5 January 2026", "5 de enero de 2026", "5 de janeiro de 2026", "5 January 2026"] == [
        numerals_of(lang).date(day) for lang in ("en", "es", "pt", "xx")
    ]
    assert ["–", "–", "–"] == [
        numerals_of("en").share(float("nan")),
        numerals_of("en").number(float("inf")),
        numerals_of("en").compact(float("nan")),
    ]
    assert "−0.00" != numerals_of("en").number(-0.001)


@given(value=st.floats(-1e6, 1e6))
def test_a_number_is_read_back(value: float) -> None:
    """What is written is the number, to the places written."""
    text = numerals_of("en").number(value, places=3).replace("−", "-").replace(",", "")
    assert float(text) == pytest.approx(value, abs=0.000501)


def test_every_language_has_the_same_words() -> None:
    """Files of words have the same keys, and the same values to put in; heads of columns apart."""
    names = string.Formatter()
    english = read_data("words/en")
    assert {"en", "es"} <= languages_of_words()
    for code in languages_of_words():
        other = read_data(f"words/{code}")
        assert set(english) == set(other)
        for section, words in english.items():
            if section == "columns":
                continue
            assert set(words) == set(other[section]), section
            for key, text in words.items():
                wanted = {one[1] for one in names.parse(text) if one[1]}
                found = {one[1] for one in names.parse(other[section][key]) if one[1]}
                assert wanted == found, f"{section}.{key}"


@given(text=st.text(max_size=80), width=st.floats(60, 400))
def test_lines_fit(text: str, width: float) -> None:
    """No line is wider than asked, unless it is four letters or fewer, and no word is lost."""
    lines = wrapped(text, width, 12)
    for line in lines:
        assert text_width(line, 12) <= width or len(line) <= 5
    kept = "".join(lines).replace("-", "").replace(" ", "")
    assert kept == re.sub(r"[ \t\n\r\f\v-]", "", text.replace(" ", "")).replace("-", "") or any(
        one.isspace() for one in text
    )


def test_long_texts_end_with_an_ellipsis() -> None:
    """A text that needs more lines than allowed is cut, and says so."""
    lines = wrapped("a word " * 50, 100, 12, most=3)
    assert 3 == len(lines)
    assert lines[-1].endswith("…")
    assert all(text_width(one, 12) <= 100 for one in lines)


def test_widths_are_those_of_the_fonts() -> None:
    """Known advances of Arial: a full width of m, half an em of digits, bold is wider."""
    assert text_width("m", 1000) == pytest.approx(833 * 1.04)
    assert text_width("0", 1000) == pytest.approx(556 * 1.04)
    assert text_width("a", 1000, bold=True) == pytest.approx(556 * 1.04)
    assert text_width("á", 1000) == text_width("a", 1000)
    assert text_width("日", 10) > text_width("m", 10)


def test_labels_of_touchpoints_terms_and_other_text() -> None:
    """Types, qualified types, terminals and terms of one facet alone have labels."""
    look = look_of(dark=False, lang="es", taxonomy=CUSTOMER, width=960)
    assert [
        "Búsqueda en internet",
        "Búsqueda en internet [Comparar alternativas]",
        "inicio",
        "whatever",
        "a[b",
    ] == [
        look.name(one)
        for one in ("search_query", "search_query[need=compare]", "(start)", "whatever", "a[b")
    ]
    assert "Consideración" == look.term("stage", "consideration")
    assert "desconocido" == look_of(dark=False, lang="es", taxonomy=None, width=960).term(
        "stage", "unknown"
    )


def test_what_is_shown_has_no_control_characters() -> None:
    """Control characters are escaped, white space is one space, very long text is cut."""
    assert "a b" == shown("a\n\t b")
    assert "\x1b" not in shown("a\x1b[2Jb")
    assert len(shown("x" * 5000)) < 600


@pytest.mark.parametrize("width", [0, 279, 4001, 12.5, True, "960"])
def test_widths_are_checked(width: object) -> None:
    """The width is an integer from 280 to 4,000."""
    with pytest.raises((InvalidInputError, WrongKindError), match="width"):
        look_of(dark=False, lang="en", taxonomy=None, width=width)  # type: ignore[arg-type]


def test_a_blank_language_is_refused() -> None:
    """A language must be a code."""
    with pytest.raises(WrongKindError, match="lang"):
        look_of(dark=False, lang=" ", taxonomy=None, width=960)


def test_a_canvas_shows_markup_as_text() -> None:
    """What is written and what is said on hover is escaped; only our own tags remain."""
    canvas = Canvas(look_of(dark=False, lang="en", taxonomy=None, width=300))
    box = canvas.text(10, 10, ["<b>a</b>", "&amp;"], bold=True, align="center")
    figure = canvas.figure(60)
    assert "<b>&lt;b&gt;a&lt;/b&gt;<br>&amp;amp;</b>" == figure.layout.annotations[0].text
    assert box.left < 10 < box.right
    assert (300, 60) == (figure.layout.width, figure.layout.height)
    assert "<b>&lt;i&gt;</b><br>x" == hover("<i>", "", "x")
