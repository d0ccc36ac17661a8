"""The list of sources that ships with the library, files of other lists, and reading URLs."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.classify.web.arrivals import Referrer, parse_referrer
from touchpoints.classify.web.source_files import CATEGORIES
from touchpoints.classify.web.sources import (
    Source,
    SourceList,
    load_source_categories,
    source_categories,
)
from touchpoints.classify.web.urls import click_ids, host_of, parse_utm, path_of
from touchpoints.errors import InvalidInputError, MissingPackageError, ProblemsError

# ------------------------------------------------------------------------------------- our own list


def test_the_list_is_dated_and_long_enough() -> None:
    """At least 900 sites that matter, of every kind, with the day the list was made."""
    sources = source_categories()
    sites = {(one.category, one.name) for one in sources.entries.values()}
    counts = {kind: sum(kind == one for one, _ in sites) for kind in CATEGORIES}
    assert "2026-11-26" == sources.dated
    assert 900 <= len(sites) - counts["other"]
    assert 20 <= min(counts[kind] for kind in CATEGORIES if kind != "other")


def test_every_site_is_found_by_its_own_name() -> None:
    """The name that `parse_referrer` gives a site is itself a source of the same category."""
    sources = source_categories()
    named = {one.name: one for one in sources.entries.values() if one.category != "other"}
    assert named == {name: sources.find(name) for name in named}


@pytest.mark.parametrize(
    ("source", "category"),
    [
        ("google", "search"),
        ("GOOGLE ", "search"),
        ("google.com", "search"),
        ("www.google.com.mx", "search"),
        ("https://www.google.es/url?q=1", "search"),
        ("images.google.com", "search"),
        ("mail.google.com", "email"),
        ("gemini.google.com", "ai_assistant"),
        ("shopping.google.com", "shopping"),
        ("docs.google.com", None),
        ("accounts.google.es", "search"),
        ("google.evil.example", None),
        ("notgoogle.com", None),
        ("com.google.android.gm", "email"),
        ("android-app://com.google.android.gm/", "email"),
        ("m.facebook.com", "social"),
        ("l.instagram.com", "social"),
        ("lm.facebook.com", "social"),
        ("facebook.com.evil.example", None),
        ("t.co", "social"),
        ("x.com", "social"),
        ("netflix.com", "video"),
        ("xx.com", None),
        ("out.reddit.com", "social"),
        ("blog.naver.com", "social"),
        ("search.naver.com", "search"),
        ("tieba.baidu.com", "social"),
        ("yandex.com.tr", "search"),
        ("mail.yandex.ru", "email"),
        ("duckduckgo.com", "search"),
        ("copilot.microsoft.com", "ai_assistant"),
        ("IGShopping", "shopping"),
        ("shopping.naver.com", "shopping"),
        ("messages.google.com", "social"),
        ("sites.google.com", "social"),
        ("answers.yahoo.com", "social"),
        ("kin.naver.com", "social"),
        ("play.google.com", "search"),
        ("googleadservices.com", None),
        ("googleads.g.doubleclick.net", None),
        ("tpc.googlesyndication.com", None),
        ("altavista", "search"),
        ("g1.globo.com", None),
        ("wer-kennt-wen.de", "social"),
        ("atlas", None),
        ("chat.openai.com", "ai_assistant"),
        ("amazon.co.uk", "shopping"),
        ("aws.amazon.com", None),
        ("mercadolibre.com.ar", "shopping"),
        ("google.android", None),
        ("com", None),
        (".", None),
        ("", None),
        (None, None),
        (float("nan"), None),
        ("(direct)", None),
        ("newsletter", None),
        ("пример.рф", None),
        ("a" * 1_000_000, None),
        ("a." * 500_000, None),
    ],
)
def test_sources_are_found_with_their_subdomains(source: object, category: str | None) -> None:
    """The longest match decides, whole labels only, in any case and also inside a URL."""
    assert category == source_categories().category(source)


def test_the_longest_match_says_which_site() -> None:
    """A part of a site without a category is listed as ``other``."""
    found = source_categories().find("accounts.google.com")
    assert Source(name="google_tools", category="other") == found


def test_a_look_up_takes_a_moment() -> None:
    """A hundred thousand look-ups in under four seconds, also of hosts that are not listed."""
    sources = source_categories()
    started = time.process_time()
    for number in range(50_000):
        sources.find("out.reddit.com")
        sources.find(f"a.b.c{number}.example.co.uk")
    assert time.process_time() - started < 4


def test_the_list_shows_itself() -> None:
    """Name, date and number of sites are shown."""
    assert repr(source_categories()).startswith("<SourceList touchpoints of 2026-11-26: 9")


def test_an_unknown_version_is_refused() -> None:
    """The error lists the versions."""
    with pytest.raises(InvalidInputError, match="2026-11"):
        source_categories(version="2020-01")


# ------------------------------------------------------------------------------------ others' files


def written(folder: Path, name: str, text: str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "t.co;SOURCE_CATEGORY_SOCIAL\nbing;SOURCE_CATEGORY_SEARCH\n",
        "source;category\nT.co;SOURCE_CATEGORY_SOCIAL\n\nbing;SOURCE_CATEGORY_SEARCH\n",
        'source,source_category\n"t.co",SOURCE_CATEGORY_SOCIAL\nbing,Search\n',
        "category\tsource\nSOURCE_CATEGORY_SOCIAL\tt.co\nSEARCH\tbing\n",
        "\ufeffdomain|category\r\nt.co|social\r\nbing|search\r\n",
    ],
)
def test_googles_file_is_read_however_it_was_saved(tmp_path: Path, text: str) -> None:
    """Four separators, with or without a header, in either order, with a byte order mark."""
    sources = load_source_categories(written(tmp_path, "google.csv", text))
    assert {"t.co": "social", "bing": "search"} == {
        name: one.category for name, one in sources.entries.items()
    }


def test_googles_list_means_each_host_it_names(tmp_path: Path) -> None:
    """Google compares whole sources; subdomains count only with ``subdomains=True``."""
    path = written(tmp_path, "google.csv", "reddit.com;SOURCE_CATEGORY_SOCIAL")
    exact, covered = (load_source_categories(path, subdomains=one) for one in (None, True))
    assert ("social", None) == (exact.category("www.reddit.com"), exact.category("out.reddit.com"))
    assert "social" == covered.category("out.reddit.com")


def test_bad_lines_of_googles_file_are_all_reported(tmp_path: Path) -> None:
    """Each line that cannot be read is named, with the category that was probably meant."""
    text = "source;category\nt.co;SOURCE_CATEGORY_SOCAL\nbing\n;SOURCE_CATEGORY_SEARCH\n"
    with pytest.raises(ProblemsError) as caught:
        load_source_categories(written(tmp_path, "google.csv", text))
    assert 3 == len(caught.value.problems)
    assert "did you mean 'social'?" in caught.value.problems[0]
    assert "row 2: 't.co;SOURCE_CATEGORY_SOCAL': unknown category" in caught.value.problems[0]
    assert "row 3: 'bing' must have a source and a category" in caught.value.problems[1]


SEARCH_ENGINES = """
# Made up, in the layout of the real file.
Findit:
  -
    urls:
      - findit.example
      - findit.{}
      - '{}.finder.example'   # countries
    params:
      - q
      - '/search\\/(.*)/'
    backlink: '/search?q={k}'
    charsets:
      - windows-1250
  -
    urls:
      - old-findit.example
    params: [q]
"Look: it up":
  - urls:
      - "look.example"
"""


def test_matomos_search_engines_are_read(tmp_path: Path) -> None:
    """Hosts are read from every engine, not its parameters; {} is any country."""
    sources = load_source_categories(written(tmp_path, "SearchEngines.yml", SEARCH_ENGINES))
    hosts = {"findit.example", "findit.*", "finder.example", "old-findit.example", "look.example"}
    assert hosts | {"findit", "look: it up"} == set(sources.entries)
    assert ["search"] * 4 == [
        sources.category(one)
        for one in ("Findit", "findit.co.uk", "es.finder.example", "findit.fr")
    ]
    assert None is sources.category("windows-1250")


@pytest.mark.parametrize(
    ("name", "category"), [("Socials.yml", "social"), ("AIAssistants.yaml", "ai_assistant")]
)
def test_matomos_other_lists_are_read(tmp_path: Path, name: str, category: str) -> None:
    """The category of Matomo's files is known by their names; subdomains count."""
    text = (
        '---\n"My Network":\n  - my-network.example\n  - "mynet.example"\nOther:\n- other.example\n'
    )
    sources = load_source_categories(written(tmp_path, name, text))
    assert 5 == len(sources)
    assert [category] * 3 == [
        sources.category(one) for one in ("m.my-network.example", "mynet.example", "other.example")
    ]


def test_json_and_toml_are_read_alike(tmp_path: Path) -> None:
    """The same sites as JSON, by engine or by category, and as TOML like the default list."""
    sites = {"Chirp": ["chirp.example"], "Face": [{"urls": ["face.{}"], "params": ["q"]}]}
    one = written(tmp_path, "Socials.json", json.dumps(sites))
    two = written(tmp_path, "mine.json", json.dumps({"social": sites}))
    toml = '[social]\nChirp = ["chirp.example"]\nFace = ["face.*"]\n'
    three = written(tmp_path, "mine.toml", toml)
    first, *others = (load_source_categories(path) for path in (one, two, three))
    assert "social" == first.category("www.face.de")
    assert [first.entries, first.entries] == [other.entries for other in others]


def test_a_later_file_wins_and_lists_can_be_joined(tmp_path: Path) -> None:
    """Several files are one list; a list merged into the default changes the sites it names."""
    one = written(tmp_path, "a.csv", "a.example;social\nb.example;social")
    two = written(tmp_path, "b.csv", "b.example;video\nx.com;shopping")
    sources = load_source_categories(one, two)
    joined = source_categories().joined(sources)
    assert ("social", "video") == (sources.category("a.example"), sources.category("b.example"))
    assert ("shopping", "social") == (joined.category("x.com"), joined.category("t.co"))
    assert ("touchpoints + a.csv + b.csv", "2026-11-26") == (joined.name, joined.dated)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("Socials.yml", "Chirp:\n  ??? - x\n", "line 2 cannot be read"),
        ("Socials.yml", "Chirp:\nOther:\n  - a.example\n", "Chirp: no hosts"),
        ("Socials.yml", "Chirp: chirp.example\n", "line 1 cannot be read"),
        ("Socials.yml", "Chirp:\n  - a.example\n b: c\n", "line 3 cannot be read"),
        ("Socials.yml", "- a.example\n", "expected a mapping from sites to their hosts"),
        ("Socials.yml", "? [a]\n: [b.example]\n", "line 2 cannot be read"),
        ("Socials.yml", "a:\n  - \x00", "cannot be read"),
        (
            "Socials.yml",
            "a: &a [x.example]\nb: *a\n",
            r"line 2 cannot be read: aliases such as '\*a'",
        ),
        ("Socials.yml", "a:\n" + "[" * 100_000, "line 2 cannot be read"),
        (
            "Socials.yml",
            "- " * 30_000,
            "line 1 cannot be read: it is nested more than 10 levels deep",
        ),
        ("Socials.yml", "? " * 30_000, "line 1 cannot be read"),
        (
            "Socials.yml",
            "a: [" + "x " * 600_000,
            "must have at most 1,000,000 characters, got 1,200,004",
        ),
        ("Socials.json", "[1, 2]", "expected a mapping from sites to their hosts"),
        ("Socials.json", "{", "the file cannot be read"),
        ("mine.toml", "= 1", "mine.toml: this is not TOML: line 1, column 1"),
        ("mine.toml", "x.y = 1" + "0" * 5_000, "mine.toml: a value cannot be read"),
        ("Socials.json", "[" * 100_000, "the file cannot be read"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path: Path, name: str, text: str, problem: str) -> None:
    """The message names the file and the line."""
    with pytest.raises(ProblemsError, match=problem):
        load_source_categories(written(tmp_path, name, text))


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    """Ten lines that would expand to ten thousand million hosts are refused."""
    bomb = "a0: &a0 [x.example]\n" + "".join(
        f"a{one}: &a{one} [{', '.join([f'*a{one - 1}'] * 10)}]\n" for one in range(1, 11)
    )
    with pytest.raises(ProblemsError, match="aliases") as caught:
        load_source_categories(written(tmp_path, "Socials.yml", bomb))
    assert 1 == len(caught.value.problems)


@pytest.mark.parametrize(
    "line",
    [
        "- " + "x" * 60_000,
        "- a" + " " * 60_000 + "b",
        "- '" + "x " * 30_000 + "'",
        "- " + "a:" * 30_000 + "b",
        "- [" + "a.example, " * 6_000 + "]",
        "- a.example " + "#" * 60_000,
    ],
)
def test_a_long_line_is_read_in_time_linear_in_it(tmp_path: Path, line: str) -> None:
    """However a line of sixty thousand characters is filled, it takes a moment."""
    path = written(tmp_path, "Socials.yml", f"Chirp:\n  {line}\n")
    started = time.process_time()
    with contextlib.suppress(ProblemsError):
        load_source_categories(path)
    assert time.process_time() - started < 5


def test_all_of_yaml_is_read_as_text(tmp_path: Path) -> None:
    """Flow lists, a site named twice, and words that YAML may take for truth values and numbers."""
    text = "No: [no.example, '{}.other.example']\n1: {urls: [one.example]}\nNo:\n- net.example\n"
    sources = load_source_categories(written(tmp_path, "Socials.yml", text))
    hosts = {"no.example", "other.example", "one.example", "net.example"}
    assert hosts | {"no", "1"} == set(sources.entries)


def test_yaml_needs_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyYAML the error names the extra to install."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingPackageError, match=r"touchpoints\[yaml\]"):
        load_source_categories(written(tmp_path, "Socials.yml", "Chirp: [chirp.example]\n"))


def test_a_file_without_a_category_needs_one(tmp_path: Path) -> None:
    """A list of hosts without a category is refused, and the error names the argument."""
    path = written(tmp_path, "mine.yml", "Chirp:\n  - chirp.example\n")
    with pytest.raises(InvalidInputError, match="category='social'"):
        load_source_categories(path)
    assert "social" == load_source_categories(path, category="social").category("chirp.example")


def test_no_file_and_empty_files_are_refused(tmp_path: Path) -> None:
    """A list without a source is a mistake."""
    with pytest.raises(InvalidInputError, match="at least one file"):
        load_source_categories()
    with pytest.raises(InvalidInputError, match="the files contain no sources"):
        load_source_categories(written(tmp_path, "a.csv", "source;category\n"))
    with pytest.raises(FileNotFoundError):
        load_source_categories(tmp_path / "nowhere.csv")


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "Socials.yml", "Socials.json", "a.toml"]))
def test_no_file_breaks_the_reader(content: bytes, name: str) -> None:
    """Whatever bytes a file holds, it is read or refused with one of the library's errors."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        with contextlib.suppress(ProblemsError, InvalidInputError):
            assert isinstance(load_source_categories(path, category="social"), SourceList)


# --------------------------------------------------------------------------------------------- URLs


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Shop.Example/a", "shop.example"),
        ("HTTP://user:pw@shop.example:8080/a", "shop.example"),
        ("//shop.example", "shop.example"),
        (" https://shop.example. ", "shop.example"),
        ("shop.example/a?b", "shop.example"),
        ("shop.example:443", "shop.example"),
        ("https://café.example/", "xn--caf-dma.example"),
        ("https://пример.рф/", "xn--e1afmkfd.xn--p1ai"),
        ("http://[::1]:80/", "[::1]"),
        ("http://10.0.0.1/", "10.0.0.1"),
        ("android-app://com.slack/https/x", "com.slack"),
        ("http://[bad", "[bad"),
        ("https://", ""),
        ("/cart", ""),
        ("index.html", ""),
        ("about:blank", ""),
        ("javascript:alert(1)", ""),
        ("mailto:a@shop.example", ""),
        ("(direct)", ""),
        ("null", ""),
        ("-", ""),
        (None, ""),
        (7, ""),
        ("http://" + "a" * 300 + ".example", ""),
        ("http://" + "é" * 100 + ".example", "é" * 100 + ".example"),
    ],
)
def test_the_host_of_a_url(url: object, host: str) -> None:
    """User, port, case and final dot are removed; letters become punycode; else no host."""
    assert host == host_of(url)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://shop.example", "/"),
        ("https://shop.example/a/b/?q=1#x", "/a/b/"),
        ("shop.example/a%20b", "/a b"),
        ("/caf%C3%A9", "/café"),
        ("/bad%zz%ff", "/bad%zz\ufffd"),
        ("products/shoes", "/products/shoes"),
        (None, "/"),
    ],
)
def test_the_path_of_a_url(url: object, path: str) -> None:
    """Decoded, without query and fragment, whatever is before it."""
    assert path == path_of(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/?utm_source=x&utm_medium=y", {"source": "x", "medium": "y"}),
        ("?utm_medium=y&utm_source=x&utm_source=z", {"source": "x", "medium": "y"}),
        ("/a#utm_source=x", {"source": "x"}),
        ("/a?b=1&amp;utm_source=x", {"source": "x"}),
        ("/a?UTM_Source=X+y", {"source": "X y"}),
        ("/a?utm_source=&utm_medium=%20", {}),
        ("/a?utm_campaign=oferta%20rel%C3%A1mpago", {"campaign": "oferta relámpago"}),
        ("/a?utm_campaign=%E2%82", {"campaign": "\ufffd"}),
        ("/a?utm_campaign=%F0%9F%94%A5sale", {"campaign": "🔥sale"}),
        ("/a?utm_campaign=a=b;c", {"campaign": "a=b;c"}),
        ("/a?next=https://b.example?utm_source=x", {}),
        ("/a?utm_id=7&utm_source_platform=g", {"id": "7", "source_platform": "g"}),
        ("/a?mtm_source=m&utm_source=u", {"source": "u"}),
        ("/a?pk_kwd=shoes&pk_campaign=c", {"campaign": "c", "term": "shoes"}),
        ("/a", {}),
        (None, {}),
        (3.5, {}),
    ],
)
def test_campaign_parameters(url: object, expected: dict[str, str]) -> None:
    """Decoded; the first counts; also after # and in escaped URLs; empty values do not count."""
    assert expected == parse_utm(url)


def test_click_ids_are_named_in_lower_case() -> None:
    """Known ids are found in their order, whatever their case; other parameters are ignored."""
    url = "/?ScCid=1&gclid=2&fbclid=&size=3&wbraid=4&gclid=5"
    assert [("sccid", "1"), ("gclid", "2"), ("wbraid", "4")] == list(click_ids(url).items())


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/?" + "utm_source=x&" * 80_000,
        "https://shop.example/" + "a/" * 500_000,
        "https://shop.example/?q=" + "%41" * 340_000,
        "?" * 1_000_000,
        "&=" * 500_000,
        "https://" + "a." * 500_000,
        "x" * 1_000_000 + "?utm_source=y",
        "\u202e" * 1_000_000,
    ],
)
def test_a_url_of_a_megabyte_is_read_quickly(url: str) -> None:
    """Every reader is linear in the length of the URL."""
    start = time.process_time()
    parse_utm(url), click_ids(url), parse_referrer(url), host_of(url), path_of(url)
    assert 5 > time.process_time() - start


def test_referrers() -> None:
    """Search engines with their search term, social networks, own pages and unlisted sites."""
    assert Referrer(
        host="bing.com", source="bing", category="search", term="a b"
    ) == parse_referrer("https://www.bing.com/search?q=a+b&form=1")
    assert Referrer(host="t.co", source="twitter", category="social") == parse_referrer("t.co/abc")
    assert Referrer(host="a.example", source="a.example", internal=True) == parse_referrer(
        "https://www.a.example/x", own=["https://a.example/"]
    )
    assert Referrer(host="b.example", source="b.example") == parse_referrer("http://b.example")
    assert Referrer() == parse_referrer("about:blank")


@given(st.text(max_size=100))
def test_no_text_breaks_the_readers(text: str) -> None:
    """Any text can be read; parts that it lacks are absent."""
    assert path_of(text).startswith("/")
    assert host_of(text) == host_of(f" {text}")
    assert parse_utm(f"?utm_source={text}").keys() <= {"source"} | parse_utm(f"?{text}").keys()
    click_ids(text), parse_referrer(text), source_categories().find(text)
