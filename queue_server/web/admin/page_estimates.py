"""`/admin/estimates`: how often the waits that were told held in the last weeks, by hour, concern and length.

What was told with the number and what pages showed later stand apart. What must not live here: what counts as
held (`domain.estimate_outcomes`, `domain.later_ranges`), and what is too small to be told
(`domain.figures.hit_rate`).
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from babel.numbers import format_decimal, format_percent
from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.figures.hit_rate import (
    AHEAD_MIN,
    ENOUGH,
    LONGER,
    OTHERS,
    SMALL,
    TARGET,
    HitRate,
    Judged,
    Tally,
)
from queue_server.domain.town import Site, Town, in_language
from queue_server.services.locales import locale_of
from queue_server.web.admin.figures_asked import scope_of
from queue_server.web.admin.frame import framed
from queue_server.web.figures_charts import dots, feet, shade, strided
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

_NOT_WIDENED: Final = 1.005
_ALL: Final = 100
Names = Mapping[str, str]


async def estimates_page(call: PageCall) -> Response:
    """Show what became of the estimates, a site after the other. Reading changes nothing."""
    scope = scope_of(call)
    services = None if scope.services is None else {one.id for one in scope.services}
    known = {site.id: _known(call, site, services) for site in scope.sites}
    return framed(
        call,
        "admin/estimates.html",
        sites=[_shown(call, scope.town, site, known[site.id]) for site in scope.sites],
        side_by_side=_side_by_side(call, [(site, known[site.id]) for site in scope.sites]),
        target=_percent(call, TARGET),
    )


def _known(call: PageCall, site: Site, services: Collection[str] | None) -> HitRate | None:
    """Return what is known of a site; a lead is told of the own departments' concerns alone."""
    found = call.house.hit_rates.get(site.id)
    if found is not None and services is not None:
        found = found.of(services)
    return None if found is None or found.first.whole.count < ENOUGH else found


def _side_by_side(call: PageCall, sites: list[tuple[Site, HitRate | None]]) -> list[dict[str, str]]:
    """Return a row for what each site told with numbers, one for what its pages showed; none of one site."""
    found = [(in_language(site.name, call.language), rate) for site, rate in sites if rate is not None]
    if len(found) < 2:
        return []
    return [
        _row(call, f"{name}: {call.say(f'estimates.{when}')}", judged.whole)
        for name, rate in found
        for when, judged in (("first", rate.first), ("later", rate.later))
        if judged.whole.visits >= SMALL
    ]


def _shown(call: PageCall, town: Town, site: Site, known: HitRate | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": site.id, "name": in_language(site.name, call.language), "known": False}
    if known is None:
        return shown
    names = {one.id: in_language(one.name, call.language) for one in town.services}
    return shown | {
        "known": True,
        "in_ten": known.in_ten,
        "widened": _widened(call, known),
        "parts": [_part(call, "first", known.first, names), _part(call, "later", known.later, names)],
    }


def _part(call: PageCall, when: str, judged: Judged, names: Names) -> dict[str, Any]:
    """Return what is shown of ranges of one kind; without rows when too few visits were told any."""
    rows = [
        (call.say("estimates.all"), judged.whole),
        (call.say("estimates.at_once"), judged.all_at_once),
    ]
    whole = [_row(call, name, one) for name, one in rows if one.visits >= SMALL]
    hours = {f"{n:02}": call.say("estimates.hour", hour=n) for n in range(24)}
    aheads = {f"{n:02}": call.say("estimates.at_most", n=n) for n in AHEAD_MIN}
    aheads[LONGER] = call.say("estimates.longer", n=AHEAD_MIN[-1])
    tables = (
        ("hour", judged.by_hour, hours),
        ("ahead", judged.by_ahead, aheads),
        ("service", judged.by_service, names),
    )
    return {
        "id": when,
        "whole": whole,
        "tables": [(name, _rows(call, found, words)) for name, found, words in tables if found],
        "chart": _chart(call, judged),
        "grid": _grid(call, judged, names),
    }


def _chart(call: PageCall, judged: Judged) -> dict[str, Any] | None:
    """Return how often ranges held, hour by hour, beside how often they should; None of one hour alone."""
    found = {hour: one for hour, one in judged.by_hour.items() if hour != OTHERS}
    if len(found) < 2:
        return None
    hours = range(int(min(found)), int(max(found)) + 1)
    held = [
        round(_ALL * found[key].held / found[key].count) if key in found else None for key in _keys(hours)
    ]
    narrow = strided(len(hours), 14, 5)
    lines = dots([[round(_ALL * TARGET)] * len(hours), held])
    below = feet({place: f"{hours[place]}" for place in narrow}, narrow, len(hours))
    return lines | {"most": _percent(call, lines["top"] / _ALL), "feet": below}


def _keys(hours: range) -> Iterator[str]:
    return (f"{hour:02}" for hour in hours)


def _grid(call: PageCall, judged: Judged, names: Names) -> dict[str, Any] | None:
    """Return concerns by hours: in each cell how often it held and by how much it was off."""
    found = judged.grid
    if len(found.services) < 2 or len(found.hours) < 2:
        return None
    others = call.say("estimates.others")
    return {
        "hours": [
            others if hour == OTHERS else call.say("estimates.hour_short", hour=int(hour))
            for hour in found.hours
        ],
        "rows": [
            {
                "name": others if service == OTHERS else names.get(service, service),
                "cells": [_cell(call, found.cells.get((service, hour), Tally())) for hour in found.hours],
            }
            for service in found.services
        ],
    }


def _cell(call: PageCall, one: Tally | None) -> dict[str, Any]:
    if one is None:
        return {"held": call.say("estimates.untold"), "off": "", "shade": 0}
    if not one.count:
        return {"held": "", "off": "", "shade": 0}
    held = one.held / one.count
    off = call.say("estimates.off_short", n=_number(call, one.off_min / one.count, "0"))
    return {"held": _percent(call, held), "off": off, "shade": shade(round(_ALL * held), _ALL)}


def _rows(call: PageCall, tallies: Mapping[str, Tally], names: Names) -> list[dict[str, str]]:
    others = call.say("estimates.others")
    return [
        _row(call, others if key == OTHERS else names.get(key, key), tally) for key, tally in tallies.items()
    ]


def _row(call: PageCall, name: str, tally: Tally) -> dict[str, str]:
    bias = round(tally.bias_min / tally.count, 1)
    return {
        "name": name,
        "count": _number(call, tally.count),
        "held": _percent(call, tally.held / tally.count),
        "sooner": _percent(call, tally.sooner / tally.count),
        "later": _percent(call, tally.later / tally.count),
        "off": _number(call, tally.off_min / tally.count, "0.0"),
        "bias": _number(call, bias, "+0.0;−0.0" if bias else "0.0"),
        "width": _number(call, tally.width_min / tally.count, "0.0"),
    }


def _widened(call: PageCall, known: HitRate) -> str:
    return _percent(call, known.widened - 1) if known.widened > _NOT_WIDENED else ""


def _percent(call: PageCall, share: float) -> str:
    return str(format_percent(share, locale=locale_of(call.language)))


def _number(call: PageCall, value: float, pattern: str | None = None) -> str:
    return str(format_decimal(value, pattern, locale=locale_of(call.language)))


ROUTES = [PageRoute("/admin/estimates", estimates_page, Act.SEE_FIGURES, SOMEWHERE)]
