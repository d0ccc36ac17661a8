"""The sections of a report: what each says of its record, and which figure shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from touchpoints._core.frozen import FrozenMap
from touchpoints.graphs.flows import END, START
from touchpoints.plot._report.contents import Contents
from touchpoints.plot._report.drawing import figure_of, section_of
from touchpoints.plot._report.ratings import emotions, ratings, service_section
from touchpoints.plot._report.results import NoDataError, Results
from touchpoints.plot._report.sentences import (
    LEAST,
    Said,
    Section,
    count,
    counted,
    joined,
    lasting,
    named,
    number,
    plain,
    sentence,
    share,
)
from touchpoints.plot._shared.look import Look
from touchpoints.plot.collapse_loss import collapse_loss
from touchpoints.plot.conformance import conformance
from touchpoints.plot.control_chart import control_chart
from touchpoints.plot.credit import credit
from touchpoints.plot.funnel import funnel
from touchpoints.plot.improvements import improvements
from touchpoints.plot.journey_map import journey_map
from touchpoints.plot.need_coverage import need_coverage
from touchpoints.plot.scorecard import scorecard
from touchpoints.plot.step_flows import step_flows
from touchpoints.plot.time_to import time_to
from touchpoints.plot.variants import variants

_FUNNEL_LEAST = 100
_REACHED = 0.05


def _data(results: Results, look: Look) -> Section:
    whole, found = results.of("contents"), results.shown("contents")
    sizes = {
        key: counted(look, key, whole.of(key)) for key in ("journeys", "persons", "interactions")
    }
    known = "persons" in found.fact
    said = sentence(look, "finding.data_persons" if known else "finding.data", **sizes)
    said = joined(said, _left_out(whole, look, k=results.k), _typed(whole, look))
    return Section(key="data", finding=said, draw=None, table=found)


def _left_out(found: Contents, look: Look, *, k: int | None) -> Said | None:
    """Return how many rows of the log are in no journey; nothing where no rows were read."""
    rows, dropped = found.of("rows"), found.of("dropped")
    if not rows:
        return None
    key = "finding.rows_left_out" if dropped else "finding.all_rows"
    if k is not None and 0 < dropped < k:
        key = "finding.few_left_out"
    return sentence(
        look,
        key,
        n=count(look, dropped),
        rows=count(look, rows),
        k=count(look, k or 0),
        share=share(look, dropped / rows),
    )


def _typed(found: Contents, look: Look) -> Said:
    """Return how much of the data has types."""
    if not found.of("typed"):
        return sentence(look, "finding.untyped")
    if not found.of("untyped"):
        return sentence(look, "finding.all_typed")
    part = found.of("typed_interactions") / found.of("interactions")
    return sentence(look, "finding.typed", share=share(look, part))


def _map(results: Results, look: Look) -> Section:
    found = results.shown("map")
    rows = found.touchpoints
    said = sentence(look, "finding.no_scores")
    if found.metric is not None:
        said = sentence(look, "finding.nothing_negative")
        bad = np.flatnonzero(
            (rows.valence_high < 0) & (rows.reach >= _REACHED) & (rows.answers >= LEAST)
        )
        if len(bad):
            worst = int(bad[np.argmin(rows.valence[bad] * np.sqrt(rows.reach[bad]))])
            said = sentence(
                look,
                "finding.worst",
                name=named(look, found.label("touchpoint", rows.touchpoint[worst], lang=look.lang)),
                reach=share(look, rows.reach[worst], rows.reach_low[worst], rows.reach_high[worst]),
                valence=number(
                    look, rows.valence[worst], rows.valence_low[worst], rows.valence_high[worst]
                ),
                n=count(look, rows.answers[worst]),
            )
    return section_of("map", said, draw=journey_map, record=found)


def _funnel(results: Results, look: Look) -> Section:
    found = results.shown("funnel")
    first = int(found.journeys[0])
    if first < _FUNNEL_LEAST:
        said = sentence(look, "finding.few", n=count(look, first))
    else:
        said = joined(
            sentence(
                look,
                "finding.funnel",
                start=named(look, look.name(found.step[0])),
                goal=named(look, look.name(found.step[-1])),
                share=share(
                    look, found.of_first[-1], found.of_first_low[-1], found.of_first_high[-1]
                ),
            ),
            _largest_loss(found, look),
        )
    return section_of("funnel", said, draw=funnel, record=found)


def _largest_loss(found: Any, look: Look) -> Said | None:
    """Return where most are lost, if it is clear where."""
    kept, high = found.of_previous[1:], found.of_previous_high[1:]
    if not np.isfinite(kept).any():
        return None
    least = int(np.nanargmin(kept))
    others = np.delete(found.of_previous_low[1:], least)
    if len(others) and not high[least] < np.nanmin(others):
        return None
    return sentence(
        look,
        "finding.largest_loss",
        before=named(look, look.name(found.step[least])),
        after=named(look, look.name(found.step[least + 1])),
        share=share(look, 1 - kept[least], 1 - high[least], 1 - found.of_previous_low[1:][least]),
    )


def _paths(results: Results, look: Look) -> Section:
    found = results.shown("variants")
    shown = min(len(found), 6)
    covered = float(found.share[:shown].sum())
    whole = int(results.journeys.counts.sum())
    key = "finding.paths" if covered >= _REACHED else "finding.hardly_alike"
    if not shown:
        return section_of("paths", sentence(look, "finding.no_path"), draw=variants, record=found)
    said = sentence(
        look,
        key if shown > 1 else "finding.path",
        k=count(look, shown),
        share=share(look, covered),
        n=count(look, whole),
        first=share(look, found.share[0], found.low[0], found.high[0]),
    )
    return section_of("paths", said, draw=variants, record=found)


def _flows(results: Results, look: Look) -> Section:
    found = results.shown("step_flows")
    said = _leaving(results, look)
    return section_of("flows", said, draw=step_flows, record=found)


def _leaving(results: Results, look: Look) -> Said:
    """Return after which touchpoint journeys end more often than after any other."""
    found = results.shown("transitions")
    goals = results.journeys.meta.defining.get(results.outcome or "", ())
    at = np.flatnonzero((found.target == END) & ~np.isin(found.source, [START, *goals]))
    totals = found.count[at] / np.maximum(found.probability[at], 1e-12)
    at = at[totals >= _FUNNEL_LEAST]
    if not len(at):
        return sentence(look, "finding.few", n=count(look, results.journeys.counts.sum()))
    order = at[np.argsort(-found.probability[at], kind="stable")]
    first = int(order[0])
    if len(order) > 1 and not found.low[first] > found.high[order[1]]:
        return sentence(look, "finding.no_exit")
    return sentence(
        look,
        "finding.exit",
        name=named(look, look.name(found.source[first])),
        share=share(look, found.probability[first], found.low[first], found.high[first]),
    )


def _time(results: Results, look: Look) -> Section:
    middle = results.shown("median_time")
    said = sentence(look, "finding.time_unknown")
    if len(middle) and np.isfinite(middle.median[0]):
        said = sentence(
            look,
            "finding.time",
            outcome=named(look, look.name(results.need_outcome())),
            time=lasting(
                look, *(float(one[0]) for one in (middle.median, middle.low, middle.high))
            ),
            n=count(look, middle.events[0]),
        )
    return Section(
        key="time", finding=said, draw=figure_of(time_to, results.shown("time_to")), table=middle
    )


def _credit(results: Results, look: Look) -> Section:
    found = results.shown("credit")
    names = list(dict.fromkeys(found.touchpoint.tolist()))
    shares = {name: found.share[found.touchpoint == name] for name in names}
    models = len(set(found.model.tolist()))
    first = max(names, key=lambda name: (float(np.nanmean(shares[name])), name), default=None)
    if first is None:
        raise NoDataError("no_credit")
    leads = len(set(found.model[(found.touchpoint == first) & (found.rank == 1)].tolist()))
    said = sentence(
        look,
        f"finding.credit{'_all' if leads == models else '_one' if leads == 1 else ''}",
        name=named(look, look.name(first)),
        low=share(look, float(np.nanmin(shares[first]))),
        high=share(look, float(np.nanmax(shares[first]))),
        leads=count(look, leads),
        m=count(look, models),
    )
    return section_of("credit", said, draw=credit, record=found)


def _needs(results: Results, look: Look) -> Section:
    found = results.shown("needs")
    totals: dict[str, int] = {}
    for need, times in zip(found.need.tolist(), found.interactions.tolist(), strict=True):
        totals[need] = totals.get(need, 0) + times
    whole = sum(totals.values())
    if not whole:
        raise NoDataError("no_needs")
    first = max(totals, key=lambda name: (totals[name], name))
    most = int(np.argmax(np.where(found.need == first, found.interactions, -1)))
    said = joined(
        sentence(
            look,
            "finding.need",
            need=named(look, look.term("need", first)),
            share=share(look, totals[first] / whole),
            stage=named(look, look.term("stage", found.stage[most])),
            at=share(look, found.share[most], found.low[most], found.high[most]),
        ),
        sentence(look, "finding.unknown_needs", left_out=count(look, found.left_out))
        if found.left_out
        else None,
    )
    return section_of("needs", said, draw=need_coverage, record=found)


def _loss(results: Results, look: Look) -> Section:
    found = results.shown("collapse_loss")
    part = float(found.share[0]) if len(found) else float("nan")
    asked = "finding.loss_outcome" if results.outcome is not None else "finding.loss_next"
    key = asked if part == part and found.p[0] < 1 - results.level else "finding.no_loss"
    said = sentence(look, key, share=share(look, part), bits=_bits(found, look))
    return section_of("loss", said, draw=collapse_loss, record=found)


def _bits(found: Any, look: Look) -> Said:
    """Return how many bits are lost in all, with the interval."""
    if not len(found):
        return plain("")
    loss, *ends = (
        look.numerals.compact(float(one[0])) for one in (found.loss, found.low, found.high)
    )
    known = np.isfinite([found.low[0], found.high[0]]).all()
    return plain(f"{loss} {look.numerals.rules['interval'].format(*ends)}" if known else loss)


def _scorecard(results: Results, look: Look) -> Section:
    found = results.shown("scorecard")
    key = "finding.scorecard_one" if len(found) == 1 else "finding.scorecard"
    said = sentence(look, key, n=count(look, len(found)))
    return section_of("scorecard", said, draw=scorecard, record=found)


def _improve(results: Results, look: Look) -> Section:
    found = results.shown("improvements")
    if not len(found):
        raise NoDataError("no_advice")
    said = sentence(
        look,
        "finding.improve_one" if len(found) == 1 else "finding.improve",
        n=count(look, len(found)),
        name=named(look, look.name(found.touchpoint[0])),
        advice=plain(str(found.finding[0]).rstrip(".")),
        stake=_stake(found, look),
    )
    return section_of("improve", said, draw=improvements, record=found)


def _stake(found: Any, look: Look) -> Said:
    """Return the largest stake, with its interval where it has one."""
    ends = (float(found.low[0]), float(found.high[0]))
    whole = look.numerals.whole(found.stake[0])
    if not np.isfinite(ends).all() or ends[0] == ends[1]:
        return plain(whole)
    return plain(f"{whole} {look.numerals.range(*ends, places=0, shares=False)}")


def _plan(results: Results, look: Look) -> Section:
    found = results.shown("conformance")
    missing = np.flatnonzero(found.deviation == "missing")
    said = sentence(look, "finding.as_planned")
    if len(missing):
        most = int(missing[np.argmax(found.share[missing])])
        said = sentence(
            look,
            "finding.missing",
            name=named(look, look.name(found.touchpoint[most])),
            share=share(look, found.share[most], found.low[most], found.high[most]),
        )
    return section_of("plan", said, draw=conformance, record=found)


def _chart(results: Results, look: Look) -> Section:
    found = results.shown("chart")
    signals = int(np.count_nonzero(found.signal != ""))
    key = "finding.signals" if signals > 1 else "finding.signal"
    periods = int(np.isfinite(found.value).sum())
    said = sentence(
        look,
        key if signals else "finding.no_signal",
        n=count(look, signals),
        all=count(look, periods),
    )
    return section_of("chart", said, draw=control_chart, record=found)


SECTIONS: Mapping[str, Callable[[Results, Look], Section]] = FrozenMap(
    {
        "data": _data,
        "map": _map,
        "funnel": _funnel,
        "plan": _plan,
        "flows": _flows,
        "paths": _paths,
        "time": _time,
        "chart": _chart,
        "credit": _credit,
        "needs": _needs,
        "loss": _loss,
        "experience": ratings,
        "emotions": emotions,
        "service": service_section,
        "scorecard": _scorecard,
        "improve": _improve,
    }
)
"""The sections of a report by name, in the order in which a reader asks."""
