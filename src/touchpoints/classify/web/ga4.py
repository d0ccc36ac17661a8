"""The default channel group of Google Analytics 4: how a person arrived, by dated rules in data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

import attrs

from touchpoints._core.checks import (
    check_option,
)
from touchpoints.classify._data import read_data
from touchpoints.classify.contract.answers import Facets, verdict_of
from touchpoints.classify.contract.traces import Step, first_wins
from touchpoints.classify.web.sources import SourceList, source_categories
from touchpoints.classify.web.urls import text_of
from touchpoints.errors import InvalidInputError, WrongKindError

Ga4Version = Literal["2024-07", "2026-05"]
EmailMatch = Literal["exact", "contains"]
Assistants = Literal["medium", "source"]

ARRIVAL = "arrival_channel"
NO_SOURCE, NO_MEDIUM = "(direct)", "(none)"
INTEGRATED = ("google_ads_network", "dv360_creative_format", "sa360_engine_type")


@attrs.frozen
class Ga4Rule:
    """A channel of the group and what leads to it.

    Attributes
    ----------
    name : str
        What Google calls the channel.
    channel : str
        The id of the channel in the built-in taxonomies.
    """

    name: str
    channel: str
    alternatives: tuple[_Alternative, ...] = attrs.field(repr=False, default=())

    def holding(self, hit: Mapping[str, str], *, on: frozenset[str]) -> _Alternative | None:
        """Return what of the rule holds for what came in, in lower case; None when nothing."""
        for one in self.alternatives:
            if (not one.only or one.only in on) and one.holds(hit):
                return one
        return None


@attrs.frozen
class _Alternative:
    """Conditions that must all hold; ``only`` names the option without which it does not count."""

    conditions: tuple[_Condition, ...]
    only: str = ""

    def holds(self, hit: Mapping[str, str]) -> bool:
        return all(one.holds(hit[one.field]) for one in self.conditions)

    def shown(self, hit: Mapping[str, str]) -> str:
        return " and ".join(one.shown(hit) for one in self.conditions)


@attrs.frozen
class _Condition:
    """A test of one field: it is, has or ends with one of the texts, or matches the pattern."""

    field: str
    test: str
    texts: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    def holds(self, text: str) -> bool:
        if self.pattern is not None:
            return self.pattern.search(text) is not None
        if self.test == "has":
            return any(part in text for part in self.texts)
        if self.test == "ends":
            return text.endswith(self.texts)
        return text in self.texts

    def shown(self, hit: Mapping[str, str]) -> str:
        """Return the condition and what met it as words."""
        if self.field == "category":
            return f"the source {hit['source']!r} is listed as {hit['category']}"
        how = {"has": "contains", "ends": "ends with"}.get(self.test, "is")
        wanted = self.pattern.pattern if self.pattern else " or ".join(map(repr, self.texts))
        return f"the {self.field} {hit[self.field]!r} {'matches' if self.pattern else how} {wanted}"


@cache
def ga4_rules(version: str) -> tuple[Ga4Rule, ...]:
    """Return the rules of a version in their order."""
    document = read_data(f"ga4-{version}")
    patterns = {name: re.compile(text) for name, text in document["patterns"].items()}
    return tuple(
        Ga4Rule(
            rule["name"],
            rule["channel"],
            tuple(_alternative(one, patterns) for one in rule["when"]),
        )
        for rule in document["rules"]
    )


def _alternative(table: Mapping[str, Any], patterns: Mapping[str, re.Pattern[str]]) -> _Alternative:
    conditions = []
    for name, wanted in table.items():
        field, _, test = name.partition("_")
        if name != "only":
            texts = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            pattern = patterns[wanted] if test == "like" else None
            conditions.append(_Condition(field, test, texts, pattern))
    return _Alternative(tuple(conditions), table.get("only", ""))


@attrs.frozen(repr=False, kw_only=True)
class Ga4Channels:
    """The default channel group of GA4 as a classifier; made by `ga4_channels`.

    Attributes
    ----------
    version : str
        The month of the rules.
    columns : tuple of str
        The fields with source, medium and campaign.
    integrated : tuple of pairs of str
        The fields with what Google's own tools recorded, and of which tool.
    sources : SourceList
        Which source is of which kind.
    on : frozenset of str
        The options that are on, as the data of the rules call them.

    Examples
    --------
    >>> ga4_channels().rule("newsletter", "email")
    Ga4Rule(name='Email', channel='email')
    """

    version: str
    columns: tuple[str, str, str]
    integrated: tuple[tuple[str, str], ...]
    sources: SourceList
    on: frozenset[str]

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields it looks at."""
        return tuple(dict.fromkeys((*self.columns, *(column for column, _ in self.integrated))))

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"ga4_channels({self.version})"

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Facets | None:
        """Return the arrival channel, None where GA4 says Unassigned."""
        for step in self._tools(event):
            return Facets(arrival_channel=verdict_of(step.answer).facets[ARRIVAL])
        source, medium, campaign = (text_of(event[name]) for name in self.columns)
        return facets_of(self.rule(source, medium, campaign=campaign))

    def rule(self, source: str, medium: str, *, campaign: str = "") -> Ga4Rule | None:
        """Return the first rule that holds; None where GA4 says Unassigned.

        Empty texts are missing: GA4's exports leave empty what its pages call ``(direct)`` and
        ``(none)``.
        """
        hit = self._hit(source, medium, campaign)
        rules = ga4_rules(self.version)
        return next((one for one in rules if one.holding(hit, on=self.on)), None)

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Facets | None]:
        """Return the answers to several events; each rule meets each distinct text once."""
        rule_of = self.asked_once()
        answers: list[Facets | None] = []
        for event in events:
            step = next(self._tools(event), None) if self.integrated else None
            if step is not None:
                answers.append(Facets(arrival_channel=verdict_of(step.answer).facets[ARRIVAL]))
                continue
            source, medium, campaign = (text_of(event[name]) for name in self.columns)
            answers.append(facets_of(rule_of(source, medium, campaign)))
        return answers

    def asked_once(self) -> Callable[[str, str, str], Ga4Rule | None]:
        """Return `rule` as a function that remembers what it was asked.

        Texts of which the same conditions hold are one: most campaigns meet none at all.
        """
        asked = _conditions(self.version)
        truths: dict[tuple[str, str], tuple[object, ...]] = {}
        known: dict[tuple[object, ...], Ga4Rule | None] = {}

        def told(field: str, text: str) -> tuple[object, ...]:
            if (field, text) not in truths:
                given = text.lower() or {"source": NO_SOURCE, "medium": NO_MEDIUM}.get(field, "")
                category = self.sources.category(text) if field == "source" else None
                said = (one.holds(given) for one in asked[field])
                truths[field, text] = (category, *said)
            return truths[field, text]

        def rule_of(source: str, medium: str, campaign: str) -> Ga4Rule | None:
            key = (told("source", source), told("medium", medium), told("campaign", campaign))
            if key not in known:
                known[key] = self.rule(source, medium, campaign=campaign)
            return known[key]

        return rule_of

    def steps(self, event: Mapping[str, Any], /) -> tuple[Step, ...]:
        """Return the rules that hold, the one that decides and those it came before."""
        given = (text_of(event[name]) for name in self.columns)
        return first_wins(
            [*self._tools(event), *self.rule_steps(*given, fields=self.columns)],
            lambda _: True,
            reason="",
        )

    def rule_steps(self, *given: str, fields: tuple[str, ...]) -> list[Step]:
        """Return a step for each rule that holds for a source, a medium and a campaign."""
        hit = self._hit(*given)
        return [
            Step(
                name=one.name,
                outcome="decided",
                answer=Facets(arrival_channel=one.channel),
                reason=held.shown(hit),
                fields=fields,
            )
            for one in ga4_rules(self.version)
            if (held := one.holding(hit, on=self.on))
        ]

    def _hit(self, source: str, medium: str, campaign: str) -> dict[str, str]:
        return {
            "source": source.lower() or NO_SOURCE,
            "medium": medium.lower() or NO_MEDIUM,
            "campaign": campaign.lower(),
            "category": self.sources.category(source) or "",
        }

    def _tools(self, event: Mapping[str, Any]) -> Iterator[Step]:
        """Yield what the columns of Google's own tools say."""
        for column, system in self.integrated:
            text = text_of(event[column])
            channel = _integrated(self.version, system).get(text.lower())
            if channel is not None:
                yield Step(
                    name=system,
                    outcome="decided",
                    answer=Facets(arrival_channel=channel),
                    reason=f"{column} is {text!r}",
                    fields=(column,),
                )


def facets_of(rule: Ga4Rule | None) -> Facets | None:
    """Return the answer that a rule gives, None where no rule holds."""
    return None if rule is None else Facets(arrival_channel=rule.channel)


@cache
def _conditions(version: str) -> Mapping[str, tuple[_Condition, ...]]:
    """Return what the rules ask of source, medium and campaign."""
    asked = [
        condition
        for rule in ga4_rules(version)
        for one in rule.alternatives
        for condition in one.conditions
    ]
    return {
        field: tuple(dict.fromkeys(one for one in asked if one.field == field))
        for field in ("source", "medium", "campaign")
    }


@cache
def _integrated(version: str, system: str) -> Mapping[str, str]:
    table = read_data(f"ga4-{version}")[system]
    return {text: channel for channel, texts in table.items() for text in texts}


def ga4_channels(
    *,
    version: Ga4Version = "2026-05",
    source: str = "source",
    medium: str = "medium",
    campaign: str = "campaign",
    google_ads_network: str | None = None,
    dv360_creative_format: str | None = None,
    sa360_engine_type: str | None = None,
    sources: SourceList | None = None,
    email: EmailMatch = "exact",
    assistants: Assistants = "medium",
) -> Ga4Channels:
    """Classify how people arrived as the default channel group of Google Analytics 4 does.

    Parameters
    ----------
    version
        The rules of which month: ``"2026-05"`` added AI Assistant to those of ``"2024-07"``.
    source, medium, campaign
        The columns that hold them, such as ``utm_source``. A missing source is ``(direct)`` and a
        missing medium ``(none)``; `arrival_channels` finds them in addresses.
    google_ads_network, dv360_creative_format, sa360_engine_type
        Columns with what Google's own tools recorded: the ad network type of Google Ads, the
        creative format of Display & Video 360, the engine account type of Search Ads 360. Where
        they hold a known value it decides before the rules.
    sources
        Which sources are search engines, social networks and so on; by default `source_categories`.
    email
        Whether source or medium must be ``email`` (or ``e-mail``, ``e_mail``, ``e mail``) or may
        merely contain it, as some ports of the rules have it.
    assistants
        When traffic is AI Assistant: where the medium says so, as GA4 has it, or also where the
        source is a known assistant and there is no medium, or ``referral``. ChatGPT tags links with
        a source alone.

    Returns
    -------
    Ga4Channels
        A classifier that answers ``Facets(arrival_channel=...)`` with a channel of the built-in
        taxonomies, or None where GA4 says Unassigned. It never says where the interaction happens:
        a page seen after a click in a social network is on the website.

    Raises
    ------
    InvalidInputError
        When an option is not one, or ``assistants="source"`` is asked of a version without them.

    Notes
    -----
    Everything is compared in lower case, the first rule that holds wins, and nothing is corrected:
    ``mailchimp/newsletter`` and ``partner/affiliates`` are Unassigned there and here. GA4 does not
    publish where AI Assistant stands in the order; here it comes after the paid channels.

    References
    ----------
    Google Analytics Help, "Default channel group", answer 9756891; its news of 2026-05-13.

    Examples
    --------
    >>> channels = ga4_channels(source="utm_source", medium="utm_medium", campaign="utm_campaign")
    >>> channels({"utm_source": "Google", "utm_medium": "CPC", "utm_campaign": None})
    Facets(arrival_channel='search.paid')
    >>> channels({"utm_source": "x.com", "utm_medium": "referral", "utm_campaign": None})
    Facets(arrival_channel='social.organic')
    >>> channels({"utm_source": "tv", "utm_medium": "offline", "utm_campaign": None})
    >>> channels.rule("google", "cpm").name
    'Paid Search'
    """
    check_option("version", version, Ga4Version)
    given = (google_ads_network, dv360_creative_format, sa360_engine_type)
    return Ga4Channels(
        version=version,
        columns=(source, medium, campaign),
        integrated=tuple(
            (column, system) for column, system in zip(given, INTEGRATED, strict=True) if column
        ),
        sources=checked_sources(sources),
        on=ga4_options(version, email=email, assistants=assistants),
    )


def checked_sources(sources: SourceList | None) -> SourceList:
    """Return the list of sources to use; raise when it is none."""
    if sources is None:
        return source_categories()
    if not isinstance(sources, SourceList):
        raise WrongKindError(
            f"sources is a SourceList, not {type(sources).__name__}",
            mend="read one with touchpoints.classify.load_source_categories(path)",
        )
    return sources


def ga4_options(version: str, *, email: str, assistants: str) -> frozenset[str]:
    """Return the names of the alternatives that are switched on."""
    check_option("email", email, EmailMatch)
    check_option("assistants", assistants, Assistants)
    if assistants == "source" and "ai_assistant" not in {one.channel for one in ga4_rules(version)}:
        raise InvalidInputError(
            f"the rules of {version} know no AI assistants", mend="version='2026-05'"
        )
    on = {"email_contains": email == "contains", "assistant_sources": assistants == "source"}
    return frozenset(name for name, wanted in on.items() if wanted)
