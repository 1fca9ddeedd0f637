"""`/admin/figures`: what happened in a period, as pictures with their tables, and as a file to keep.

What must not live here: counting (`domain.figures`), whose figures one may see (`figures_asked`), words
(`figures_shown`). Reading changes nothing.
"""

import asyncio
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound
from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.open_data import may_be_passed_on, tables
from queue_server.domain.figures.period import Length, Period
from queue_server.domain.town import Site, in_language
from queue_server.web import figures_groups as groups
from queue_server.web import figures_shown as shown
from queue_server.web.admin.figures_asked import Asked, gathered, read_asked
from queue_server.web.admin.figures_file import file_of, name_of_file
from queue_server.web.admin.frame import framed
from queue_server.web.figures_groups import By
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.texts import Texts

FIGURES: Final = "/admin/figures"


async def figures_page(call: PageCall) -> Response:
    """Show a period beside the one before it."""
    await call.house.renew_if_changed()
    asked = read_asked(call)
    found, before = await gathered(call, asked, asked.period, asked.period.shifted(-1))
    sites = await _each_site(call, asked) if asked.by is By.SITE else []
    # Tens of milliseconds: no frame waits for them.
    told = await asyncio.to_thread(_told, call.say, asked, found, before)
    told["groups"] = await asyncio.to_thread(_groups, call.say, asked, found, sites)
    told["may_leave"] = await _may_be_passed_on(call, asked)
    return framed(call, "admin/figures.html", bys=_bys(call, asked), **_choices(call, asked), **told)


def _told(say: Texts, asked: Asked, found: Gathered, before: Gathered) -> dict[str, Any]:
    whole = found.whole()
    return {
        "title": shown.title_of(say, asked.period),
        "is_empty": found.is_empty,
        "keys": shown.key_figures(say, found, before),
        "over_time": shown.over_time(say, found),
        "weekday_hours": shown.weekday_hours(say, found),
        "ways": shown.ways(say, whole),
        "times": shown.other_times(say, whole),
    }


async def _each_site(call: PageCall, asked: Asked) -> list[tuple[Site, Gathered]]:
    """Return the figures of each site by itself, gathered anew: only where somebody compares them."""
    alone = [(site, replace(asked, site_id=site.id)) for site in asked.sites]
    return [(site, (await gathered(call, one, asked.period))[0]) for site, one in alone]


def _groups(say: Texts, asked: Asked, found: Gathered, sites: list[tuple[Site, Gathered]]) -> dict[str, Any]:
    """Return the table that was asked for."""
    if asked.by is By.SITE:
        return groups.by_site(say, sites)
    if asked.by is By.WEEKDAY:
        return groups.by_weekday(say, found)
    if asked.by is By.HOUR:
        return groups.by_hours(say, found.whole())
    return groups.by_concern(say, asked.scope.town, found.whole())


def _bys(call: PageCall, asked: Asked) -> list[dict[str, Any]]:
    """Return the tables that can be asked for: by site where there are several."""
    return [
        {
            "name": call.say(f"figures.rows_{by}"),
            "address": f"{_address(replace(asked, by=by), asked.period)}#groups",
            "is_here": by is asked.by,
        }
        for by in By
        if by is not By.SITE or len(asked.sites) > 1
    ]


def _choices(call: PageCall, asked: Asked) -> dict[str, Any]:
    def named(things: Any) -> list[tuple[str, str]]:
        return [(one.id, in_language(one.name, call.language)) for one in things]

    period = asked.period
    is_next = period.shifted(1)
    [zone, *_] = asked.zones.values()
    today = call.house.clock().astimezone(zone).date()
    return {
        "lengths": [(one.value, call.say(f"figures.length_{one.value}")) for one in Length],
        "length": period.length.value,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "sites": named(asked.scope.sites),
        "site_id": asked.site_id,
        "all_services": sorted(named(asked.scope.offered), key=lambda one: one[1]),
        "service_id": asked.service_id,
        "by": "" if asked.by is By.CONCERN else asked.by.value,
        "older": _address(asked, period.shifted(-1)),
        "newer": _address(asked, is_next) if is_next.first <= today else "",
        "download": f"{FIGURES}/table?{urlencode(replace(asked, by=By.CONCERN).query())}",
        "report": f"{FIGURES}/report?{urlencode(_of_report(asked))}",
    }


def _of_report(asked: Asked) -> dict[str, str]:
    month = {"month": f"{asked.period.first:%Y-%m}"}
    return month | ({"site": asked.site_id} if asked.site_id else {})


def _address(asked: Asked, period: Period) -> str:
    return f"{FIGURES}?{urlencode(replace(asked, period=period).query())}"


async def table(call: PageCall) -> Response:
    """Give the period as a file of one number a line, small ones left out. Raises NotFound of nothing."""
    await call.house.renew_if_changed()
    asked = read_asked(call)
    [found] = await gathered(call, asked, asked.period)
    if found.is_empty:
        raise NotFound(what="figures")
    is_internal = not await _may_be_passed_on(call, asked)
    label = call.say("figures.file_internal") if is_internal else ""
    name = name_of_file(asked.period, asked.sites, is_internal=is_internal)
    told = await asyncio.to_thread(tables, found)
    return Response(
        file_of(told, asked.period, asked.scope.town, asked.sites, label),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _may_be_passed_on(call: PageCall, asked: Asked) -> bool:
    """Say so of what no other file shares a day with; nor of what is not counted yet and will be another."""
    [zone, *_], sites = asked.zones.values(), asked.sites
    today = call.house.clock().astimezone(zone).date()
    if not may_be_passed_on(asked.period, len(sites), asked.service_ids is None, today):
        return False
    return await call.house.read(lambda conn: call.house.figures.is_counted(conn, sites[0].id, asked.period))


ROUTES = [
    PageRoute(FIGURES, figures_page, Act.SEE_FIGURES, SOMEWHERE),
    PageRoute(f"{FIGURES}/table", table, Act.SEE_FIGURES, SOMEWHERE),
]
