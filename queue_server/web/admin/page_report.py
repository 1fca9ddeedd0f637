"""`/admin/figures/report`: a month on one sheet of A4, for who answers for the town hall or a department.

Beside the month before and the same month of last year. What must not live here: counting, and drawing.
"""

from datetime import date
from typing import Any, Final

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.figures.gathered import Gathered, by_service, times
from queue_server.domain.figures.period import Length, Period, period_of
from queue_server.domain.figures.tally import NOBODYS, Tally
from queue_server.domain.town import Town, in_language
from queue_server.web.admin import figures_shown as shown
from queue_server.web.admin.figures_asked import Asked, gathered, scope_of
from queue_server.web.admin.frame import framed
from queue_server.web.admin.page_figures import FIGURES
from queue_server.web.booking_dates import local, plain_date
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.texts import Texts

REPORT: Final = f"{FIGURES}/report"
KEYS: Final = ("visits", "wait", "wait_p90", "outside", "missed", "found_nothing")
MOST_SERVICES: Final = 14
"""So many concerns fit on the sheet; those most come for."""


async def report_page(call: PageCall) -> Response:
    """Show the sheet of a month, the last whole one unless another is asked for. Reading changes nothing."""
    await call.house.renew_if_changed()
    scope = scope_of(call)
    today = local(call.house.clock(), scope.sites[0].time_zone).date()
    asked = Asked(scope, _month(call, today), _site(call, scope.sites), "")
    month = asked.period
    found = await gathered(call, asked, month, month.shifted(-1), month.a_year_before())
    sites = [(one.id, in_language(one.name, call.language)) for one in scope.sites]
    return framed(
        call,
        "admin/report.html",
        month=f"{month.first:%Y-%m}",
        site_id=asked.site_id,
        sites=sites,
        site_name=", ".join(name for id_, name in sites if asked.site_id in {"", id_}),
        **sheet(call.say, scope.town, month, found, today),
    )


def sheet(say: Texts, town: Town, month: Period, found: list[Gathered], today: date) -> dict[str, Any]:
    """Return what stands on the sheet. `found`: the month, the one before, the same of last year."""
    tallies = [one.whole() for one in found]
    values = [shown.keys_of(say, one) for one in tallies]
    return {
        "title": say("figures.report_title", month=shown.title_of(say, month)),
        "made": say("figures.report_made", day=plain_date(today, say.language)),
        "heads": [shown.title_of(say, one.period) for one in found],
        "keys": [(say(f"figures.{name}"), [one[name] for one in values]) for name in KEYS],
        "came": _ways(say, tallies, "came"),
        "booked": _ways(say, tallies, "booked"),
        "earliest": _earliest(say, town, tallies),
        "is_empty": not tallies[0].counts and not tallies[0].times,
    }


def _ways(say: Texts, tallies: list[Tally], which: str) -> list[tuple[str, list[str]]]:
    """Return the shares of each way, in all three months."""
    found = [{one["name"]: one["share"] for one in shown.ways(say, tally)[which]} for tally in tallies]
    names = dict.fromkeys(name for one in found for name in one)
    return [(name, [one.get(name, shown.NOTHING) for one in found]) for name in names]


def _earliest(say: Texts, town: Town, tallies: list[Tally]) -> list[tuple[str, list[str]]]:
    """Return for the concerns most come for in how many days the next free time lay."""
    names = {one.id: in_language(one.name, say.language) for one in town.services}
    months = [by_service(one) for one in tallies]
    looked = [
        (one.sum("visits") + one.sum("bookings"), id_)
        for id_, one in months[0].items()
        if id_ != NOBODYS and (times(one, "earliest").count or one.sum("none_free"))
    ]
    return [
        (
            names.get(id_, id_),
            [
                shown.earliest_words(say, times(one, "earliest"), one.sum("none_free"))
                for one in (month.get(id_, Tally()) for month in months)
            ],
        )
        for _, id_ in sorted(looked, key=lambda one: (-one[0], one[1]))[:MOST_SERVICES]
    ]


def _month(call: PageCall, today: date) -> Period:
    try:
        on = date.fromisoformat(f"{call.request.query_params.get('month', '')}-01")
    except ValueError:
        return period_of(Length.MONTH, today).shifted(-1)
    return period_of(Length.MONTH, on)


def _site(call: PageCall, sites: Any) -> str:
    asked = call.request.query_params.get("site", "")
    return asked if any(one.id == asked for one in sites) else ""


ROUTES = [PageRoute(REPORT, report_page, Act.SEE_FIGURES, SOMEWHERE)]
