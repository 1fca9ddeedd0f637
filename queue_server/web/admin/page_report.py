"""`/admin/figures/report`: a month on one sheet of A4, for who answers for the town hall or a department.

Beside the month before and the same month of last year. What must not live here: counting, and what stands
on the sheet (`figures_sheet`).
"""

from datetime import date
from typing import Any

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.figures.period import Length, Period, period_of
from queue_server.domain.town import in_language
from queue_server.web.admin.figures_asked import Asked, day_of, gathered, scope_of
from queue_server.web.admin.frame import framed
from queue_server.web.booking_dates import local
from queue_server.web.figures_sheet import REPORT, sheet
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute


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


def _month(call: PageCall, today: date) -> Period:
    on = day_of(f"{call.request.query_params.get('month', '')}-01")
    return period_of(Length.MONTH, today).shifted(-1) if on is None else period_of(Length.MONTH, on)


def _site(call: PageCall, sites: Any) -> str:
    asked = call.request.query_params.get("site", "")
    return asked if any(one.id == asked for one in sites) else ""


ROUTES = [PageRoute(REPORT, report_page, Act.SEE_FIGURES, SOMEWHERE)]
