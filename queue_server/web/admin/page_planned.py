"""`/admin/planned`: the changes that begin on a later day; each can be put off, brought forward or withdrawn.

What must not live here: planning one (`ahead`), and what happens on its day (`web.planning`).
"""

from datetime import date
from typing import Any, Final

from babel.dates import format_date
from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.domain.errors import BadInput, NotFound, Refusal
from queue_server.domain.planned import Course, Planned, with_changes
from queue_server.domain.town import Town
from queue_server.services.locales import locale_of
from queue_server.web.admin.ahead import may_see, note_plan, read_start, tomorrow, town_before, why_unfit
from queue_server.web.admin.frame import framed, sent, town_of
from queue_server.web.admin.value_words import change_words
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

PLANNED: Final = "/admin/planned"
_DONE: Final = frozenset({"planned", "withdrawn", "moved"})


async def planned_page(call: PageCall) -> Response:
    """Show what is planned, the next day first; or change one of it."""
    if call.request.method == "POST":
        return await _change(call)
    return await _show(call)


async def _show(call: PageCall, *, wrong: str = "", error: str = "", typed: str = "") -> Response:
    """`wrong` is the plan that was refused, with why and what was typed."""
    await call.house.renew_if_changed()
    town = town_of(call)
    course, plans = await call.house.read(lambda conn: _read(call, conn, town))
    done = call.request.query_params.get("done", "")
    return framed(
        call,
        "admin/planned.html",
        status=422 if error else 200,
        plans=[_plan(call, course, one) for one in plans if may_see(call, town_before(course, one), one)],
        done=done if done in _DONE else "",
        tomorrow=tomorrow(call).isoformat(),
        wrong=wrong,
        error=error,
        typed=typed,
    )


def _read(call: PageCall, conn: Connection, town: Town) -> tuple[Course, list[Planned]]:
    settlement = call.house.settlement
    return settlement.course(conn, town.id), list(settlement.planned(conn, town.id))


def _plan(call: PageCall, course: Course, one: Planned) -> dict[str, Any]:
    before = town_before(course, one)
    after = with_changes(before, one.changes) or before
    return {
        "id": one.id,
        "starts": one.starts.isoformat(),
        "day": format_date(one.starts, "full", locale=locale_of(call.language)),
        "who": one.made_by,
        "changes": [change_words(call.say, before, after, change) for change in one.changes],
        "is_unfit": any(unfit.id == one.id for unfit in course.unfit),
        "in_use": one.in_use,
    }


async def _change(call: PageCall) -> Response:
    form = await sent(call)
    id_, act = str(form.get("plan") or ""), form.get("act")
    if act not in {"withdraw", "move"}:
        raise BadInput(field="act")
    starts = _starts(call, form) if act == "move" else None
    typed = str(form.get("starts") or "")[:40]
    if act == "move" and starts is None:
        return await _show(call, wrong=id_, error=call.say("planned.wrong_day"), typed=typed)
    try:
        await call.house.write(lambda conn: _done(call, conn, id_, starts))
    except Refusal as refusal:
        if refusal.code != "town_unfit":
            raise
        return await _show(call, wrong=id_, error=why_unfit(call, refusal), typed=typed)
    await call.house.renew_settings()
    return RedirectResponse(f"{PLANNED}?done={'withdrawn' if starts is None else 'moved'}", status_code=303)


def _starts(call: PageCall, form: FormData) -> date | None:
    return read_start(call, str(form.get("starts") or ""))


def _done(call: PageCall, conn: Connection, id_: str, starts: date | None) -> None:
    """Withdraw it, or let it begin on another day. Raises NotFound also for what is not theirs."""
    settlement, town, now = call.house.settlement, town_of(call), call.house.clock()
    course, plans = _read(call, conn, town)
    old = next((one for one in plans if one.id == id_), None)
    if old is None or not may_see(call, town_before(course, old), old):
        raise NotFound(what="planned_change")
    before = town_before(course, old)
    if starts is None:
        settlement.withdraw(conn, town.id, id_, now)
        note_plan(call, conn, old, Done.PLAN_WITHDRAWN, before)
    else:
        moved = settlement.put_off(conn, town.id, id_, starts, now)
        note_plan(call, conn, moved, Done.PLAN_MOVED, before, was=old.starts)


ROUTES: Final = [PageRoute(PLANNED, planned_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST"))]
