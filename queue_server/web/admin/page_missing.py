"""`/admin/missing`: which documents visitors came without, so that somebody betters the texts.

What lives here: whose notes somebody sees, and the words for them. What must not: how notes are counted and
what is too small to be told (`domain.missing_documents`).
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from sqlalchemy.engine import Connection
from starlette.responses import Response

from queue_server.domain.access import Act, Role, may
from queue_server.domain.missing_documents import Row, Words, months_until, report, words_of
from queue_server.domain.town import Service, Town, in_language
from queue_server.services.locales import locale_of
from queue_server.web.admin.frame import framed, may_change, town_of
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

PERIODS: Final = (3, 12, 36)
"""Months up to the present one; the usual one stands in the middle."""
USUAL: Final = 12
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the report, with its words."""

    row: Row
    words: Words


async def missing_page(call: PageCall) -> Response:
    """Show the documents that were missing, the most often missed first. Reading changes nothing."""
    months, found = await _found(call)
    return framed(
        call,
        "admin/missing.html",
        rows=[_shown(call, one) for one in found],
        periods=[{"count": count, "is_here": count == len(months)} for count in PERIODS],
        chosen=len(months),
    )


async def table(call: PageCall) -> Response:
    """Give the same as a table for spreadsheets: a line for the whole time, and one for each month."""
    months, found = await _found(call)
    written = io.StringIO(newline="")
    written.write("\ufeff")
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    rows.writerow([call.say(f"missing.head_{name}") for name in _HEAD])
    for one in found:
        rows.writerows([[_harmless(cell) for cell in cells] for cells in _cells(call, one, months)])
    name = f"aufruf-missing-{months[0]}-{months[-1]}.csv"
    return Response(
        written.getvalue().encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


_HEAD: Final = ("service", "document", "key", "asked", "month", "count", "visits", "share")


async def _found(call: PageCall) -> tuple[list[str], list[Found]]:
    house, town = call.house, town_of(call)
    months = _months(call, town)
    sites = _sites(call, town)
    first, last = date.fromisoformat(f"{months[0]}-01"), date.fromisoformat(f"{months[-1]}-28")
    span = (sites, first, last + timedelta(days=3))

    def read(conn: Connection) -> list[Found]:
        counts = house.missing_documents.counts(conn, *span)
        ids = {service for service, _ in counts}
        before = house.missing_documents.versions(conn, town.id, ids) if ids else []
        visits = house.missing_documents.visits(conn, *span) if ids else {}
        rows = report(counts, visits, months, _mine(call, town, before, ids))
        return [Found(row, words_of(row, town.services, before)) for row in rows]

    return months, await house.read(read)


def _months(call: PageCall, town: Town) -> list[str]:
    asked = call.request.query_params.get("months", "")
    count = next((one for one in PERIODS if str(one) == asked), USUAL)
    today = call.house.clock().astimezone(ZoneInfo(town.sites[0].time_zone)).date()
    return months_until(today, count)


def _sites(call: PageCall, town: Town) -> list[str]:
    """Return the sites whose notes are counted: a site's administrator sees that site alone."""
    own = call.actor.site_id if call.actor.role is Role.ADMINISTRATOR else None
    return [site.id for site in town.sites if own in {None, site.id}]


def _mine(call: PageCall, town: Town, before: Sequence[Service], ids: set[str]) -> set[str]:
    """Return the services of which somebody is told: a lead of those of the own departments, once or now."""
    if call.actor.role is Role.ADMINISTRATOR:
        return ids
    things = call.house.directory.departments
    led = {
        department.id
        for department in town.departments
        if (thing := things.get((town.id, department.id))) and may(call.actor, Act.SEE_FIGURES, thing)
    }
    newest = {one.id: one.department_id for one in [*reversed(before), *town.services]}
    return {id_ for id_ in ids if newest.get(id_) in led}


def _shown(call: PageCall, found: Found) -> dict[str, Any]:
    row = found.row
    return {
        "text": _text(call, found),
        "language": _language(call, found.words),
        "service": _service(call, found),
        "is_asked": found.words.is_asked,
        "count": row.count,
        "visits": row.visits,
        "share": None if row.share is None else _percent(row.share),
        "months": [(_month(call, month), count) for month, count in reversed(row.months)],
        "form": _form(call, found),
    }


def _text(call: PageCall, found: Found) -> str:
    text = found.words.text
    return in_language(text, call.language) if text else call.say("missing.unknown")


def _language(call: PageCall, words: Words) -> str:
    """Return the language of a text that is not in the page's own; empty for one that is."""
    return "de" if words.text and not words.text.get(call.language) and call.language != "de" else ""


def _service(call: PageCall, found: Found) -> str:
    name = found.words.service
    return in_language(name, call.language) if name else found.row.service


def _form(call: PageCall, found: Found) -> str:
    """Return where the text is bettered, for who may change it."""
    if not found.words.is_asked or not may_change(call):
        return ""
    town = town_of(call)
    return (
        f"/admin/setup/service/{found.row.service}"
        if any(s.id == found.row.service for s in town.services)
        else ""
    )


def _month(call: PageCall, month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return str(format_skeleton("yMMMM", first, locale=locale_of(call.language)))


def _percent(share: float) -> str:
    return f"{max(1, round(100 * share))}\u00a0%"


def _cells(call: PageCall, found: Found, months: Sequence[str]) -> list[list[str]]:
    row, say = found.row, call.say
    asked = say(f"missing.asked_{'yes' if found.words.is_asked else 'no'}")
    named = [_service(call, found), _text(call, found), row.document, asked]
    few = say("missing.few_in_table")
    share = "" if row.share is None else str(max(1, round(100 * row.share)))
    visits = str(row.visits) if row.count is not None else ""
    whole = [
        *named,
        f"{months[0]} – {months[-1]}",
        few if row.count is None else str(row.count),
        visits,
        share,
    ]
    return [
        whole,
        *([*named, month, few if count is None else str(count), "", ""] for month, count in row.months),
    ]


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from computing what somebody wrote into a text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


ROUTES = [
    PageRoute("/admin/missing", missing_page, Act.SEE_FIGURES, SOMEWHERE),
    PageRoute("/admin/missing.csv", table, Act.SEE_FIGURES, SOMEWHERE),
]
