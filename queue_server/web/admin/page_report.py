"""`/admin/figures/report`: a month on one sheet of A4, for who answers for the town hall or a department.

Beside the month before and the same month of last year. Who administers the town reads what became of it by
mail. What must not live here: counting, what stands on the sheet (`figures_sheet`), sending (`report_mail`).
"""

import asyncio
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.domain.errors import BadInput
from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.monthly import name_of
from queue_server.domain.figures.period import Length, Period, period_of
from queue_server.domain.town import in_language
from queue_server.web.admin.figures_asked import Asked, day_of, gathered, scope_of
from queue_server.web.admin.frame import framed, is_of_town, sent, town_of
from queue_server.web.booking_dates import local, plain_date
from queue_server.web.figures_sheet import REPORT, sheet
from queue_server.web.naming import SOMEWHERE, TOWN
from queue_server.web.noting import note
from queue_server.web.page_desk_letters import why
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.sheet_words import file_name, paper

FEW_SITES: Final = 3
"""So many are named on the sheet."""


async def report_page(call: PageCall) -> Response:
    """Show the sheet of a month, the last whole one unless another is asked for. Reading changes nothing."""
    await call.house.renew_if_changed()
    asked, today, found = await _asked(call)
    scope, month = asked.scope, asked.period
    sites = [(one.id, in_language(one.name, call.language)) for one in scope.sites]
    # Tens of milliseconds: no frame waits for them.
    told = await asyncio.to_thread(sheet, call.say, scope.town, month, found, today)
    return framed(
        call,
        "admin/report.html",
        month=name_of(month),
        mailed=await _mailed(call, month) if is_of_town(call) else [],
        done=call.request.query_params.get("done", ""),
        site_id=asked.site_id,
        sites=sites,
        site_name=_site_name(call, asked),
        **told,
    )


async def report_file(call: PageCall) -> Response:
    """Give the same sheet as a PDF of one page."""
    asked, today, found = await _asked(call)
    town, month, where = asked.scope.town, asked.period, _site_name(call, asked)
    content = await paper(call.house, call.say, town, month, found, call.house.clock(), today, where)
    if not content:
        query = urlencode({"month": name_of(month), "site": asked.site_id, "done": "undrawn"})
        return RedirectResponse(f"{REPORT}?{query}", status_code=303)
    name = file_name(call.say, month)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


def _site_name(call: PageCall, asked: Asked) -> str:
    names = [in_language(one.name, call.language) for one in asked.sites]
    return ", ".join(names) if len(names) <= FEW_SITES else call.say("figures.every_site")


async def _asked(call: PageCall) -> tuple[Asked, date, list[Gathered]]:
    """Return what is asked for, the local day, and the month with the one before and that of last year."""
    scope = scope_of(call)
    today = local(call.house.clock(), scope.sites[0].time_zone).date()
    asked = Asked(scope, _month(call, today), _site(call, scope.sites), "")
    month = asked.period
    return asked, today, await gathered(call, asked, month, month.shifted(-1), month.a_year_before())


async def send_again(call: PageCall) -> Response:
    """Let the sheet of a month leave once more for whom it did not reach."""
    form, town = await sent(call), town_of(call)
    on = day_of(f"{form.get('month') or ''}-01")
    if on is None:
        raise BadInput(field="month")
    month, now = name_of(period_of(Length.MONTH, on)), call.house.clock()

    def again(conn: Connection) -> None:
        sheets = call.house.sheet_letters
        told = {"count": sheets.send_again(conn, town.id, month, town.report_to, now)}
        note(call.house, conn, call.actor, Done.LETTERS_SENT_AGAIN, "sheet", month, after=told)

    await call.house.write(again)
    return RedirectResponse(f"{REPORT}?month={month}&done=again", status_code=303)


async def _mailed(call: PageCall, month: Period) -> list[dict[str, str]]:
    """Return what became of the sheet for each mailbox of the town, in words."""
    town = town_of(call)
    zone = town.sites[0].time_zone
    letters = call.house.sheet_letters.letters_of
    return [
        {
            "mailbox": one.mailbox,
            "state": (state := "later" if one.state == "waiting" and one.last_error else one.state),
            "words": call.say(
                f"figures.sheet_{state}",
                why=why(call, one.last_error),
                when=_moment(one.at, zone, call.language),
            ),
        }
        for one in await call.house.read(lambda conn: letters(conn, town.id, name_of(month)))
    ]


def _moment(at: datetime, zone: str, language: str) -> str:
    found = local(at, zone)
    return f"{plain_date(found.date(), language)}, {found:%H:%M}"


def _month(call: PageCall, today: date) -> Period:
    on = day_of(f"{call.request.query_params.get('month', '')}-01")
    return period_of(Length.MONTH, today).shifted(-1) if on is None else period_of(Length.MONTH, on)


def _site(call: PageCall, sites: Any) -> str:
    asked = call.request.query_params.get("site", "")
    return asked if any(one.id == asked for one in sites) else ""


ROUTES = [
    PageRoute(REPORT, report_page, Act.SEE_FIGURES, SOMEWHERE),
    PageRoute(f"{REPORT}.pdf", report_file, Act.SEE_FIGURES, SOMEWHERE),
    PageRoute(REPORT, send_again, Act.CHANGE_SETTINGS, TOWN, methods=("POST",)),
]
