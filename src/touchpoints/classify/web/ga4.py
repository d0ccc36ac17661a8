"""Default channel group of Google Analytics 4 (GA4): arrival channels by dated rules in data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

import attrs

from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints.classify._data import read_data
from touchpoints.classify.contract.answers import Facets, verdict_of
from touchpoints.classify.contract.traces import ExplanationStep, first_wins
from touchpoints.classify.web.sources import SourceList, source_categories
from touchpoints.classify.web.urls import text_of
from touchpoints.errors import InvalidInputError, WrongKindError

Ga4Version = Literal["2024-07", "2026-05"]
EmailMatch = Literal["exact", "contains"]
Assistants = Literal["medium", "source"]
NoValues = Literal["direct", "nothing_new"]

ARRIVAL = "arrival_channel"
UNASSIGNED = "unassigned"
NO_SOURCE, NO_MEDIUM = "(direct)", "(none)"
INTEGRATED = ("google_ads_network", "dv360_creative_format", "sa360_engine_type")


@attrs.frozen
class Ga4Rule:
    """A channel of GA4's default channel group, with the conditions that lead to it.

    Attributes
    ----------
    name : str
        Google's name of the channel.
    channel : str
        Id of the channel in the built-in taxonomies.
    """

    name: str
    channel: str
    alternatives: tuple[_Alternative, ...] = attrs.field(repr=False, default=())

    def holding(self, hit: Mapping[str, str], *, on: frozenset[str]) -> _Alternative | None:
        """Return the first alternative that holds for lower-case fields; None if none holds."""
        for one in self.alternatives:
            if (not one.only or one.only in on) and one.holds(hit):
                return one
        return None


@attrs.frozen
class _Alternative:
    """Conditions that must all hold; with ``only``, they count only when that option is on."""

    conditions: tuple[_Condition, ...]
    only: str = ""

    def holds(self, hit: Mapping[str, str]) -> bool:
        return all(one.holds(hit[one.field]) for one in self.conditions)

    def shown(self, hit: Mapping[str, str]) -> str:
        return " and ".join(one.shown(hit) for one in self.conditions)


@attrs.frozen
class _Condition:
    """A test of one field: equals, contains or ends with one of the texts, or matches a pattern."""

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
        """Return the condition and the text that met it, in words."""
        if self.field == "category":
            return f"the source {hit['source']!r} is listed as {hit['category']}"
        how = {"has": "contains", "ends": "ends with"}.get(self.test, "is")
        wanted = self.pattern.pattern if self.pattern else " or ".join(map(repr, self.texts))
        return f"the {self.field} {hit[self.field]!r} {'matches' if self.pattern else how} {wanted}"


@cache
def ga4_rules(version: str) -> tuple[Ga4Rule, ...]:
    """Return the rules of a version, in the order in which they are tried."""
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
    """Classifier with GA4's default channel group; made by `ga4_channels`.

    Attributes
    ----------
    version : str
        Month of the rules.
    columns : tuple of str
        Fields with source, medium and campaign.
    integrated : tuple of pairs of str
        Fields with values recorded by Google's own tools, each with the name of the tool.
    sources : SourceList
        Categories of the known sources.
    on : frozenset of str
        Options that are on, under their names in the data of the rules.
    missing : str
        What an event without source, medium and campaign means.

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
    missing: NoValues = "direct"

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the fields that the classifier reads."""
        return tuple(dict.fromkeys((*self.columns, *(column for column, _ in self.integrated))))

    @property
    def name(self) -> str:
        """Name of the classifier in messages."""
        return f"ga4_channels({self.version})"

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Facets | None:
        """Return the arrival channel; None where GA4 says Unassigned."""
        for step in self._tools(event):
            return Facets(arrival_channel=verdict_of(step.answer).facets[ARRIVAL])
        source, medium, campaign = (text_of(event[name]) for name in self.columns)
        return self._answer(self.rule(source, medium, campaign=campaign), source, medium, campaign)

    def _answer(self, rule: Ga4Rule | None, *given: str) -> Facets | None:
        if self.missing == "nothing_new":
            if not any(given):
                return None
            if rule is None:
                return Facets(arrival_channel=UNASSIGNED)
        return facets_of(rule)

    def rule(self, source: str, medium: str, *, campaign: str = "") -> Ga4Rule | None:
        """Return the first rule that holds; None where GA4 says Unassigned.

        Empty texts count as missing: GA4's exports leave empty what its pages call ``(direct)``
        and ``(none)``.
        """
        hit = self._hit(source, medium, campaign)
        rules = ga4_rules(self.version)
        return next((one for one in rules if one.holding(hit, on=self.on)), None)

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Facets | None]:
        """Return the answers for several events; rules are tested once per distinct text."""
        rule_of = self.cached_rule()
        answers: list[Facets | None] = []
        for event in events:
            step = next(self._tools(event), None) if self.integrated else None
            if step is not None:
                answers.append(Facets(arrival_channel=verdict_of(step.answer).facets[ARRIVAL]))
                continue
            source, medium, campaign = (text_of(event[name]) for name in self.columns)
            rule = rule_of(source, medium, campaign)
            answers.append(self._answer(rule, source, medium, campaign))
        return answers

    def cached_rule(self) -> Callable[[str, str, str], Ga4Rule | None]:
        """Return `rule` as a function with a cache.

        Texts that meet the same conditions share an entry: most campaigns meet no condition.
        """
        conditions = _conditions(self.version)
        truths: dict[tuple[str, str], tuple[object, ...]] = {}
        found: dict[tuple[object, ...], Ga4Rule | None] = {}

        def truths_of(field: str, text: str) -> tuple[object, ...]:
            if (field, text) not in truths:
                given = text.lower() or {"source": NO_SOURCE, "medium": NO_MEDIUM}.get(field, "")
                category = self.sources.category(text) if field == "source" else None
                held = (one.holds(given) for one in conditions[field])
                truths[field, text] = (category, *held)
            return truths[field, text]

        def rule_of(source: str, medium: str, campaign: str) -> Ga4Rule | None:
            key = (
                truths_of("source", source),
                truths_of("medium", medium),
                truths_of("campaign", campaign),
            )
            if key not in found:
                found[key] = self.rule(source, medium, campaign=campaign)
            return found[key]

        return rule_of

    def steps(self, event: Mapping[str, Any], /) -> tuple[ExplanationStep, ...]:
        """Return an `ExplanationStep` for each rule that holds, of which the first decides."""
        given = [text_of(event[name]) for name in self.columns]
        silent = self.missing == "nothing_new" and not any(given)
        rules = [] if silent else self.rule_steps(*given, fields=self.columns)
        return first_wins(
            [*self._tools(event), *rules],
            lambda _: True,
            reason="",
        )

    def rule_steps(self, *given: str, fields: tuple[str, ...]) -> list[ExplanationStep]:
        """Return an `ExplanationStep` for each rule that holds for source, medium and campaign."""
        hit = self._hit(*given)
        return [
            ExplanationStep(
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

    def _tools(self, event: Mapping[str, Any]) -> Iterator[ExplanationStep]:
        """Yield an `ExplanationStep` for each column of a Google tool that holds a known value."""
        for column, system in self.integrated:
            text = text_of(event[column])
            channel = _integrated(self.version, system).get(text.lower())
            if channel is not None:
                yield ExplanationStep(
                    name=system,
                    outcome="decided",
                    answer=Facets(arrival_channel=channel),
                    reason=f"{column} is {text!r}",
                    fields=(column,),
                )


def facets_of(rule: Ga4Rule | None) -> Facets | None:
    """Return the answer of a rule; None where no rule holds."""
    return None if rule is None else Facets(arrival_channel=rule.channel)


@cache
def _conditions(version: str) -> Mapping[str, tuple[_Condition, ...]]:
    """Return the distinct conditions of the rules on source, medium and campaign, by field."""
    conditions = [
        condition
        for rule in ga4_rules(version)
        for one in rule.alternatives
        for condition in one.conditions
    ]
    return {
        field: tuple(dict.fromkeys(one for one in conditions if one.field == field))
        for field in ("source", "medium", "campaign")
    }


@cache
def _integrated(version: str, system: str) -> Mapping[str, str]:
    table = read_data(f"ga4-{version}")[system]
    return {text: channel for channel, texts in table.items() for text in texts}


@public
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
    missing: NoValues = "direct",
) -> Ga4Channels:
    """Make a classifier of arrival channels by the default channel group of Google Analytics 4.

    Parameters
    ----------
    version
        Month of the rules: ``"2026-05"`` added AI Assistant to the rules of ``"2024-07"``.
    source, medium, campaign
        Columns with source, medium and campaign, for example ``utm_source``. A missing source is
        ``(direct)`` and a missing medium ``(none)``; `arrival_channels` finds them in URLs.
    google_ads_network, dv360_creative_format, sa360_engine_type
        Columns with values recorded by Google's own tools: the ad network type of Google Ads, the
        creative format of Display & Video 360, the engine account type of Search Ads 360. A known
        value in one of them decides before the rules.
    sources
        Which sources are search engines, social networks and so on; by default `source_categories`.
    email
        ``"exact"``: source or medium must be ``email`` (or ``e-mail``, ``e_mail``, ``e mail``).
        ``"contains"``: containing it is enough, as in some ports of the rules.
    assistants
        When traffic counts as AI Assistant. ``"medium"``: where the medium says so, as in GA4.
        ``"source"``: also where the source is a known assistant and the medium is missing or
        ``referral``. ChatGPT tags links with a source only.
    missing
        What an event without source, medium and campaign means. ``"direct"``: arrived directly.
        ``"nothing_new"``: it says nothing, as in exports where they stand on one event of a session
        only; the answer is None, and for what GA4 calls Unassigned it is then ``"unassigned"``.
        `touchpoints.session_channel` finds the channel of the session.

    Returns
    -------
    Ga4Channels
        A classifier that answers ``Facets(arrival_channel=...)`` with a channel of the built-in
        taxonomies, or None where GA4 says Unassigned. The answer never states where the
        interaction happens: a page seen after a click in a social network is on the website.

    Raises
    ------
    InvalidInputError
        When an option has an unknown value, or with ``assistants="source"`` for a version of the
        rules without the channel AI Assistant.

    See Also
    --------
    arrival_channels : The same channels from URLs and referrers.
    source_categories : The default list of sources.
    ga4_events : Touchpoint types from GA4's event names.
    combine : Add arrival channels to a classifier of types.

    Notes
    -----
    All texts are compared in lower case, the first rule that holds decides, and nothing is
    corrected: ``mailchimp/newsletter`` and ``partner/affiliates`` are Unassigned here as in GA4.
    GA4 does not publish the position of AI Assistant in the order of the rules; here it comes after
    the paid channels.

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
        missing=check_option("missing", missing, NoValues),
    )


def checked_sources(sources: SourceList | None) -> SourceList:
    """Return the list of sources to use; raise an error for any other kind of object."""
    if sources is None:
        return source_categories()
    if not isinstance(sources, SourceList):
        raise WrongKindError(
            f"sources must be a SourceList, got {type(sources).__name__}",
            mend="read a list with touchpoints.classify.load_source_categories(path)",
        )
    return sources


def ga4_options(version: str, *, email: str, assistants: str) -> frozenset[str]:
    """Return the options that are on, under their names in the data of the rules."""
    check_option("email", email, EmailMatch)
    check_option("assistants", assistants, Assistants)
    if assistants == "source" and "ai_assistant" not in {one.channel for one in ga4_rules(version)}:
        raise InvalidInputError(
            "assistants='source' needs rules with the channel AI Assistant, "
            f"got version={version!r}",
            mend="use version='2026-05'",
        )
    on = {"email_contains": email == "contains", "assistant_sources": assistants == "source"}
    return frozenset(name for name, wanted in on.items() if wanted)
