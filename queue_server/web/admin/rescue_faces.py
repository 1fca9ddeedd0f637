"""The pages of a day rescue, once for all who do one: what breaks, what became of it, whom to phone.

What lives here: handlers, forms and addresses, for a `Face`. What must not: whose department or site it is
(`web.admin.page_rescue`, `web.admin.page_closing`), and what stands on the pages (`web.admin.rescuing`).
Looking changes nothing; one press does it all, and another one takes it back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.rescue_cause import DAYS_MOST, Cause
from queue_server.domain.town import GERMAN, in_language
from queue_server.domain.written_hours import parse_clock
from queue_server.web.admin import rescuing
from queue_server.web.admin.frame import framed, sent, town_of
from queue_server.web.admin.rescue_words import Base, span
from queue_server.web.pages import PageCall, PageRoute

REASON_MOST: Final = 200
SHOWN_MOST: Final = 3_000
"""So many appointments are looked at together: a form has a field for each."""
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is away, or which site stays closed. `hidden`: the fields that name them in each form."""

    clerk_id: str = ""
    site_id: str = ""

    @property
    def hidden(self) -> dict[str, str]:
        return {"clerk": self.clerk_id} if self.clerk_id else {}

    def on(self, first: date, last: date, since: time | None) -> Cause:
        """Return the cause; a site stays closed for whole days."""
        return Cause(first, last, self.clerk_id, self.site_id, since if self.clerk_id else None)


@dataclass(frozen=True, slots=True)
class Face:
    """A road to a rescue: whose it is, and who or what is named. `asked` returns None where nobody is."""

    base: Callable[[PageCall], Base]
    asked: Callable[[PageCall, Fields], Asked | None]

    def routes(self, path: str, act: Act, named: str) -> list[PageRoute]:
        """Return the addresses of this face below `path`."""
        one = f"{path}/{{rescue}}"
        return [
            PageRoute(path, self.preview, act, named),
            PageRoute(path, self.press, act, named, methods=("POST",)),
            PageRoute(one, self.result, act, named),
            PageRoute(one, self.undo, act, named, methods=("POST",)),
            PageRoute(f"{one}/calls", self.calls, act, named),
        ]

    async def preview(self, call: PageCall) -> Response:
        """Show what breaks, and where it could go."""
        query = call.request.query_params
        asked, base = self.asked(call, query), self.base(call)
        if asked is None:
            return RedirectResponse(base.home, status_code=303)
        return await _show(call, base, asked, query)

    async def press(self, call: PageCall) -> Response:
        """Enter the cause and move everybody, in one press; the same press twice is once (failure 2)."""
        form = await sent(call, most_fields=SHOWN_MOST + 100)
        asked, base = self.asked(call, form), self.base(call)
        if asked is None:
            return RedirectResponse(base.home, status_code=303)
        days = read_days(form, today(call))
        if isinstance(days, str):
            return await _show(call, base, asked, form)
        reason = _reason(form)
        id_ = await rescuing.do(call, base, asked.on(*days), form, {GERMAN: reason} if reason else {})
        return RedirectResponse(f"{base.path}/{id_}", status_code=303)

    async def result(self, call: PageCall) -> Response:
        """Show what became of everybody, whom to phone, and the way back."""
        return await _show_result(call, self.base(call), "admin/rescued.html")

    async def calls(self, call: PageCall) -> Response:
        """Show whom to phone, to be printed."""
        return await _show_result(call, self.base(call), "admin/rescue_calls.html")

    async def undo(self, call: PageCall) -> Response:
        """Take it back."""
        await sent(call)
        base, id_ = self.base(call), call.request.path_params["rescue"]
        await rescuing.undo(call, base, id_)
        return RedirectResponse(f"{base.path}/{id_}", status_code=303)


async def _show(call: PageCall, base: Base, asked: Asked, fields: Fields) -> Response:
    now = today(call)
    days = read_days(fields, now)
    unfit = days if isinstance(days, str) else ""
    begins, ends, since = (now, now, None) if isinstance(days, str) else days
    cause = asked.on(begins, ends, since)
    found = {} if unfit else await rescuing.proposals(call, base, cause)
    if found and len(found["rows"]) > SHOWN_MOST:
        unfit = "too_many"
    return framed(
        call,
        "admin/rescue.html",
        status=422 if unfit else 200,
        found=found,
        unfit=unfit,
        who=_who(call, cause),
        closed=bool(cause.site_id),
        is_today=begins == ends == now,
        when=span(call, begins, ends),
        since=clock(cause.since),
        hidden=asked.hidden,
        typed={
            "first": str(fields.get("first") or begins)[:40],
            "last": str(fields.get("last") or ends)[:40],
            "since": str(fields.get("since") or "")[:5],
            "reason": _reason(fields),
        },
        today=now.isoformat(),
        path=base.path,
        home=base.home,
    )


async def _show_result(call: PageCall, base: Base, template: str) -> Response:
    found = await rescuing.result(call, base, call.request.path_params["rescue"])
    cause: Cause = found["cause"]
    again = f"first={cause.first}&last={cause.last}&since={clock(cause.since)}"
    return framed(
        call,
        template,
        **found,
        who=_who(call, cause),
        when=span(call, cause.first, cause.last),
        since=clock(cause.since),
        path=f"{base.path}/{call.request.path_params['rescue']}",
        again=f"{base.path}?{f'clerk={cause.clerk_id}&' if cause.clerk_id else ''}{again}",
        home=base.home,
        closed=bool(cause.site_id),
    )


def _who(call: PageCall, cause: Cause) -> str:
    """Return the name of who is away, or of the site that stays closed."""
    town = town_of(call)
    if cause.site_id:
        return next(
            (in_language(one.name, call.language) for one in town.sites if one.id == cause.site_id), ""
        )
    return next((one.name for one in town.clerks if one.id == cause.clerk_id), "")


def read_days(fields: Fields, now: date) -> tuple[date, date, time | None] | str:
    """Return the days that were asked for, else today, and since when on the first; or what is wrong."""
    first, last, since = (fields.get(name) for name in ("first", "last", "since"))
    from_then = parse_clock(str(since)) if since else None
    if since and from_then is None:
        return "no_time"
    try:
        begins = date.fromisoformat(str(first)) if first else now
        ends = date.fromisoformat(str(last)) if last else begins
    except ValueError:
        return "missing"
    if ends < begins:
        return "backwards"
    if begins < now:
        return "past"
    return "too_long" if (ends - begins).days >= DAYS_MOST else (begins, ends, from_then)


def today(call: PageCall) -> date:
    site = call.house.site(call.site_id)
    return call.house.clock().astimezone(ZoneInfo(site.time_zone)).date()


def clock(at: time | None) -> str:
    return at.isoformat("minutes") if at else ""


def _reason(fields: Fields) -> str:
    return " ".join(str(fields.get("reason") or "").split())[:REASON_MOST]
