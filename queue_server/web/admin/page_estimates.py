"""`/admin/estimates`: how often the waits that were told held in the last weeks, by hour and concern.

What must not live here: what counts as held, and what is too small to be told (`domain.estimate_outcomes`).
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from babel.numbers import format_decimal, format_percent
from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.estimate_outcomes import ENOUGH, OTHERS, SMALL, TARGET, HitRate, Tally
from queue_server.domain.town import Site, Town, in_language
from queue_server.services.locales import locale_of
from queue_server.web.admin.figures_asked import scope_of
from queue_server.web.admin.frame import framed
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

_NOT_WIDENED: Final = 1.005


async def estimates_page(call: PageCall) -> Response:
    """Show what became of the estimates, a site after the other. Reading changes nothing."""
    scope = scope_of(call)
    services = None if scope.services is None else {one.id for one in scope.services}
    return framed(
        call,
        "admin/estimates.html",
        sites=[_shown(call, scope.town, site, services) for site in scope.sites],
        target=_percent(call, TARGET),
    )


def _shown(call: PageCall, town: Town, site: Site, services: Collection[str] | None) -> dict[str, Any]:
    """Return what is known of a site; a lead is told of the own departments' concerns alone."""
    known = call.house.hit_rates.get(site.id)
    shown: dict[str, Any] = {"id": site.id, "name": in_language(site.name, call.language), "known": False}
    if known is not None and services is not None:
        known = known.of(services)
    if known is None or known.whole.count < ENOUGH:
        return shown
    names = {one.id: in_language(one.name, call.language) for one in town.services}
    hours = {hour: call.say("estimates.hour", hour=int(hour)) for hour in known.by_hour if hour != OTHERS}
    return shown | {
        "known": True,
        "in_ten": known.in_ten,
        "whole": [_row(call, call.say("estimates.all"), known.whole), *_at_once(call, known)],
        "tables": [
            ("hour", _rows(call, known.by_hour, hours)),
            ("service", _rows(call, known.by_service, names)),
        ],
        "widened": _widened(call, known),
    }


def _at_once(call: PageCall, known: HitRate) -> list[dict[str, str]]:
    told = HitRate({(key, ""): one for key, one in known.at_once.items()}, {}, 1.0).whole
    return [_row(call, call.say("estimates.at_once"), told)] if told.count >= SMALL else []


def _rows(call: PageCall, tallies: Mapping[str, Tally], names: Mapping[str, str]) -> list[dict[str, str]]:
    others = call.say("estimates.others")
    return [
        _row(call, others if key == OTHERS else names.get(key, key), tally) for key, tally in tallies.items()
    ]


def _row(call: PageCall, name: str, tally: Tally) -> dict[str, str]:
    return {
        "name": name,
        "count": _number(call, tally.count),
        "held": _percent(call, tally.held / tally.count),
        "sooner": _percent(call, tally.sooner / tally.count),
        "later": _percent(call, tally.later / tally.count),
        "off": _number(call, tally.off_min / tally.count, "0.0"),
        "width": _number(call, tally.width_min / tally.count, "0.0"),
    }


def _widened(call: PageCall, known: HitRate) -> str:
    return _percent(call, known.widened - 1) if known.widened > _NOT_WIDENED else ""


def _percent(call: PageCall, share: float) -> str:
    return str(format_percent(share, locale=locale_of(call.language)))


def _number(call: PageCall, value: float, pattern: str | None = None) -> str:
    return str(format_decimal(value, pattern, locale=locale_of(call.language)))


ROUTES = [PageRoute("/admin/estimates", estimates_page, Act.SEE_FIGURES, SOMEWHERE)]
