"""The audit log as administrators and auditors read it: filtered, paged, and as a table to keep.

What must not live here: writing into it, but for the line that a table was taken.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection
from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from queue_server.domain.access import Act, Kind, Thing, require
from queue_server.domain.administration import Done
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Town, in_language
from queue_server.web import log_words
from queue_server.web.admin.noted_words import told_by
from queue_server.web.admin.undoing_in_log import ways_back
from queue_server.web.naming import SOMEWHERE
from queue_server.web.noting import note
from queue_server.web.pages import PageCall, PageRoute

A_PAGE: Final = 50
MOST_EXPORTED: Final = 20_000
LONGEST_WORDS: Final = 100
_NAMES: Final = ("from", "to", "act", "q")


async def log_page(call: PageCall) -> Response:
    """Show what was done, newest first."""
    town, site_id = _whose(call)
    asked = _asked(call.request.query_params)
    zone = _zone(town, site_id)
    below = call.request.query_params.get("below", "")
    last = int(below) if below.isascii() and below.isdecimal() and len(below) < 19 else None
    found = await call.house.read(
        lambda conn: call.house.audit_lines.lines(
            conn, town.id, A_PAGE + 1, site_id=site_id, below=last, **_filter(asked, zone)
        )
    )
    shown = found[:A_PAGE]
    ways = await ways_back(call, town, shown)
    kept = {name: words for name, words in asked.items() if words}
    say, told = call.say, told_by(town, call.say)
    return call.page(
        "admin_log.html",
        town_name=in_language(town.name, call.language),
        languages=call.other_languages,
        here=call.request.url.path,
        csrf=call.house.csrf.token(call.request.scope),
        asked=asked,
        acts=sorted((say(f"log.name_{one.value}"), one.value) for one in Done),
        lines=[
            {
                "at": log_words.moment(say, line, zone),
                "what": log_words.sentence(say, line),
                "who": log_words.doer(say, line),
                "site": line.site_id or "",
                "differences": list(log_words.differences(say, line, told)),
                "way_back": ways.get(line.id, ""),
            }
            for line in shown
        ],
        is_filtered=bool(kept),
        older=urlencode({**kept, "below": shown[-1].id}) if len(found) > A_PAGE else "",
        newest=f"?{urlencode(kept)}" if last is not None else "",
    )


async def export(call: PageCall) -> Response:
    """Give what the filter leaves as a table; that it was taken is an act of its own."""
    town, site_id = _whose(call)
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    asked, zone = _asked(form), _zone(town, site_id)
    house = call.house

    def take(conn: Connection) -> tuple[str, int]:
        most, wanted = MOST_EXPORTED + 1, _filter(asked, zone)
        found = house.audit_lines.lines(conn, town.id, most, site_id=site_id, **wanted)
        table = log_words.as_table(call.say, found, zone, MOST_EXPORTED, told_by(town, call.say))
        return table, min(len(found), MOST_EXPORTED)

    # Away from the writer: nobody's press waits for a table.
    table, count = await house.read(take)
    told = {name: words for name, words in asked.items() if words} | {"count": count}
    await house.write(
        lambda conn: note(
            house, conn, call.actor, Done.LOG_EXPORTED, "log", town.id, site_id=site_id, after=told
        )
    )
    name = f"aufruf-log-{house.clock().astimezone(zone):%Y-%m-%d}.csv"
    return Response(
        table.encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _whose(call: PageCall) -> tuple[Town, str | None]:
    """Return whose log it is: the whole town's, or that of the one site somebody belongs to."""
    actor = call.actor
    site_id, id_ = actor.site_id, actor.organisation_id
    kind = Kind.ORGANISATION if site_id is None else Kind.SITE
    require(actor, Act.SEE_AUDIT_LOG, Thing(kind, id_, site_id, site_id or id_))
    towns = (town for town, _ in call.house.directory.sites.values() if town.id == id_)
    found = next(towns, None)
    if found is None:
        raise NotFound(what="town")
    return found, site_id


def _zone(town: Town, site_id: str | None) -> ZoneInfo:
    return ZoneInfo(next((s.time_zone for s in town.sites if s.id == site_id), town.sites[0].time_zone))


def _asked(given: QueryParams | FormData) -> dict[str, str]:
    return {name: str(given.get(name) or "").strip()[:LONGEST_WORDS] for name in _NAMES}


def _filter(asked: dict[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """Return what `audit_lines.lines` is to leave; a date that cannot be read filters nothing."""
    last = _day(asked["to"], zone)
    return {
        "since": _day(asked["from"], zone),
        "until": last + timedelta(days=1) if last else None,
        "act": asked["act"] if asked["act"] in set(Done) else "",
        "words": asked["q"].replace("\0", " "),
    }


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone)
    except ValueError:
        return None


ROUTES = [
    PageRoute("/admin/log", log_page, Act.SEE_AUDIT_LOG, SOMEWHERE),
    PageRoute("/admin/log/export", export, Act.SEE_AUDIT_LOG, SOMEWHERE, methods=("POST",)),
]
