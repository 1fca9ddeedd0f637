"""`/admin/estimates`: how often the waits that were told held in the last weeks, by hour and concern.

What must not live here: what counts as held, and what is too small to be told (`domain.estimate_outcomes`).
"""

from collections.abc import Mapping
from typing import Any, Final

from babel.numbers import format_decimal, format_percent
from starlette.responses import Response

from queue_server.domain.access import Act, Role, may
from queue_server.domain.estimate_outcomes import ENOUGH, OTHERS, TARGET, HitRate, Tally
from queue_server.domain.town import Site, Town, in_language
from queue_server.services.locales import locale_of
from queue_server.web.admin.frame import framed, town_of
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

_NOT_WIDENED: Final = 1.005


async def estimates_page(call: PageCall) -> Response:
    """Show what became of the estimates, a site after the other. Reading changes nothing."""
    town = town_of(call)
    return framed(
        call,
        "admin/estimates.html",
        sites=[_shown(call, town, site) for site in _sites(call, town)],
        target=_percent(call, TARGET),
    )


def _sites(call: PageCall, town: Town) -> list[Site]:
    """Return the sites of which somebody is told: a lead of those where the own departments are."""
    actor = call.actor
    if actor.role is Role.ADMINISTRATOR:
        return [site for site in town.sites if actor.site_id in {None, site.id}]
    things = call.house.directory.departments
    led = {
        site_id
        for department in town.departments
        if (thing := things.get((town.id, department.id))) and may(actor, Act.SEE_FIGURES, thing)
        for site_id in department.site_ids
    }
    return [site for site in town.sites if site.id in led]


def _shown(call: PageCall, town: Town, site: Site) -> dict[str, Any]:
    known = call.house.hit_rates.get(site.id)
    shown: dict[str, Any] = {"id": site.id, "name": in_language(site.name, call.language), "known": False}
    if known is None or known.whole.count < ENOUGH:
        return shown
    names = {one.id: in_language(one.name, call.language) for one in town.services}
    hours = {hour: call.say("estimates.hour", hour=int(hour)) for hour in known.by_hour if hour != OTHERS}
    return shown | {
        "known": True,
        "in_ten": known.in_ten,
        "whole": _row(call, call.say("estimates.all"), known.whole),
        "tables": [
            ("hour", _rows(call, known.by_hour, hours)),
            ("service", _rows(call, known.by_service, names)),
        ],
        "widened": _widened(call, known),
    }


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
