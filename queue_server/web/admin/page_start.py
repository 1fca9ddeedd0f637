"""`/admin`: what is set up, in counts; what is missing or wrong; and the ways to everything.

What must not live here: finding mistakes (`domain.town_check`), and changing anything.
"""

from typing import Any, Final

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.town import Town
from queue_server.domain.town_edit import IN_SITE, IN_TOWN, things
from queue_server.domain.town_problem import Problem
from queue_server.web.admin.ahead import unfit_plans
from queue_server.web.admin.frame import framed, is_of_town, sites_of, town_of
from queue_server.web.admin.page_devices import paired_devices
from queue_server.web.admin.page_durations import waiting_proposals
from queue_server.web.admin.page_first_steps import unused_passwords
from queue_server.web.admin.problem_words import problem_words
from queue_server.web.admin.ways import START, WAYS, ways_of
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

_MOST: Final = 12
"""So many mistakes are listed; a town that is not set up yet has one for each service."""


async def start_page(call: PageCall) -> Response:
    """Show how far the town is set up. Reading changes nothing."""
    await call.house.renew_if_changed()
    town = town_of(call)
    problems = _problems(call, town)
    unfit = await call.house.read(lambda conn: unfit_plans(call, conn, town))
    return framed(
        call,
        "admin/start.html",
        counts=_counts(call, town),
        problems=[problem_words(call.say, town, one) for one in problems[:_MOST]],
        problem_count=len(problems),
        unfit_count=len(unfit),
        proposed=await waiting_proposals(call) if is_of_town(call) else 0,
        first_steps=await _first_steps(call, town) if is_of_town(call) else {},
        groups=[
            {"name": group.name, "ways": [way for way in group.ways if way.path != START]}
            for group in ways_of(call.actor)
        ],
    )


async def _first_steps(call: PageCall, town: Town) -> dict[str, int]:
    """Return what is left to do after the first set-up, in numbers; empty when all of it is done."""
    paired = await paired_devices(call)
    devices = [("display", one.id) for site in town.sites for one in site.displays]
    devices += [("kiosk", one.id) for site in town.sites for one in site.kiosks]
    found = {
        "passwords": len(await unused_passwords(call)),
        "devices": sum(one not in paired for one in devices),
    }
    return {what: count for what, count in found.items() if count}


def _counts(call: PageCall, town: Town) -> list[dict[str, Any]]:
    paths = {way.path for way in WAYS}
    own = [site.id for site in sites_of(call, town)]
    kinds = [*IN_TOWN, *IN_SITE] if is_of_town(call) else ["site", *IN_SITE]
    return [
        {
            "what": what,
            "n": len(own)
            if what == "site"
            else sum(_count(town, what, site_id) for site_id in own)
            if what in IN_SITE
            else len(things(town, what)),
            "path": path if (path := f"{START}/setup/{what}") in paths else "",
        }
        for what in kinds
    ]


def _count(town: Town, what: str, site_id: str) -> int:
    return len(things(town, what, site_id))


def _problems(call: PageCall, town: Town) -> list[Problem]:
    """Return what is wrong; who administers one site sees what concerns it."""
    found = call.house.settlement.problems(town)
    if is_of_town(call):
        return list(found)
    own = {index for index, site in enumerate(town.sites) if site in sites_of(call, town)}
    return [one for one in found if one.path[:1] == ("sites",) and one.path[1] in own]


ROUTES = [PageRoute(START, start_page, Act.CHANGE_SETTINGS, SOMEWHERE)]
