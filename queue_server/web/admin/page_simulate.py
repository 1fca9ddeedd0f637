"""`/admin/simulate`: what if: a day with other counters, hours, visitors or rules, beside the day as it is.

Changes and keeps nothing. What must not live here: simulating, words for the figures (`simulate_shown`).
"""

from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.simulation.asking import MOST_COUNTERS, MOST_VISITORS
from queue_server.domain.town import Site, in_language
from queue_server.web.admin.figures_asked import scope_of
from queue_server.web.admin.frame import framed, going_back_to, sent
from queue_server.web.admin.simulate_asked import (
    FIELDS,
    FINER,
    MOST_WHAT_IFS,
    RULES,
    SIMULATE,
    Asked,
    Typed,
    from_address,
    from_form,
)
from queue_server.web.admin.simulate_shown import shown, title_of
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

PATIENCE_S: Final = 2.0
"""So long an address waits for its answer, before a page says that it is being worked out."""
AGAIN_S: Final = 1


async def simulate_page(call: PageCall) -> Response:
    """Show the form and, where the address asks something, the answer or that it is on its way."""
    await call.house.renew_if_changed()
    sites, today = scope_of(call).sites, _today(call)
    if call.request.method == "POST":
        typed, asked = from_form(await sent(call), sites, today)
        if asked is None:
            return going_back_to(_page(call, typed, None, {}, status=422))
        return RedirectResponse(f"{asked.address}#answer", status_code=303)
    asked = from_address(call.request.query_params, sites, today)
    if asked is None:
        usual = dict.fromkeys(FIELDS, "") | {"site": sites[0].id, "day": _next_working(today).isoformat()}
        return _page(call, Typed(usual), None, {})
    told = await call.house.simulations.ask(asked.question, PATIENCE_S)
    typed = Typed(dict.fromkeys(FIELDS, "") | asked.fields, asked.what_ifs)
    if told is None:
        # A header, which works without scripts: the page says nothing yet that somebody would be reading.
        answer = _page(call, typed, asked, {"is_waiting": True})
        answer.headers["Refresh"] = str(AGAIN_S)
        return answer
    if "refused" in told:
        return _page(call, typed, asked, {"refused": told["refused"]})
    return _page(call, typed, asked, {"told": shown(call.say, told, asked, _named(call))})


def _page(
    call: PageCall, typed: Typed, asked: Asked | None, answer: dict[str, Any], *, status: int = 200
) -> Response:
    say = call.say
    return framed(
        call,
        "admin/simulate.html",
        status=status,
        typed=typed.fields,
        kept=[(one.words(), title_of(say, one), asked.without(one) if asked else "") for one in typed.kept],
        wrong=typed.wrong,
        is_finer=any(typed.fields[name] for name in FINER),
        is_of_some=scope_of(call).services is not None,
        is_full=len(typed.kept) >= MOST_WHAT_IFS,
        sites=[(one.id, in_language(one.name, call.language)) for one in scope_of(call).sites],
        rules=[(one.value, say(f"simulate.rule_{one.name.lower()}")) for one in RULES],
        most={"counters": MOST_COUNTERS, "visitors": MOST_VISITORS, "kept": MOST_WHAT_IFS},
        **{"is_waiting": False, "refused": "", "told": None, **answer},
    )


def _named(call: PageCall) -> dict[str, str]:
    return {one.id: in_language(one.name, call.language) for one in scope_of(call).town.services}


def _today(call: PageCall) -> date:
    site: Site = scope_of(call).sites[0]
    return call.house.clock().astimezone(ZoneInfo(site.time_zone)).date()


def _next_working(today: date) -> date:
    """Return the next day that is no Saturday or Sunday: what somebody most likely asks about."""
    ahead = (today + timedelta(days=n) for n in range(1, 4))
    return next(one for one in ahead if one.weekday() < 5)


ROUTES = [PageRoute(SIMULATE, simulate_page, Act.SEE_FIGURES, SOMEWHERE, methods=("GET", "POST"))]
