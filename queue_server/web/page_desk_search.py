"""The desk's search: appointments by reference, number, time, service or name; numbers of today.

What must not live here: the page of what is found (`page_desk_visits`), wording and dates (`desk_view`).
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound, WrongSite
from queue_server.domain.ticket import ENDED, Ticket
from queue_server.services import appointments
from queue_server.services.ports import Answer, Unit
from queue_server.web import desk_view as view
from queue_server.web.desk_frame import checked_form, frame, hidden_from
from queue_server.web.desk_wish import TEXT_MOST
from queue_server.web.pages import PageCall, PageRoute

NUMBER_MOST: Final = 4
"""Digits of the longest number."""
_REFERENCE: Final = re.compile(r"[0-9A-Z]{6}")


async def search(call: PageCall) -> Response:
    """Find appointments of a day by reference, number, time, service or name; numbers of today as well."""
    form = await checked_form(call)
    text = str(form.get("q") or "").strip()[:TEXT_MOST]
    site = call.house.site(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    try:
        day = date.fromisoformat(str(form.get("day") or ""))
    except ValueError:
        day = words.today
    found, tickets = await call.house.sequencer.look(site.id, lambda unit: _find(call, unit, text, day))
    if text and len(found) == 1 and not tickets:
        return RedirectResponse(f"/desk/{site.id}/appointments/{found[0]['reference']}", status_code=303)
    troubles = await mail_troubles(call, [one["id"] for one in found])
    return call.page(
        "desk_found.html",
        faces=("desk",),
        troubles={one["reference"] for one in found if one["id"] in troubles},
        q=text,
        day_name=words.day(day),
        hits=[hit(call, words, day, one) for one in found],
        tickets=[_ticket_hit(call, ticket) for ticket in tickets],
        withheld=await call.house.sequencer.look(site.id, lambda unit: _withheld(unit, text, day)),
        keys=view.keys(
            call.say,
            ("", "desk.everywhere", {"↑ ↓": "desk.key_choose", "⏎": "desk.key_open", "/": "desk.key_search"}),
        ),
        **(await frame(call, site)) | {"q_day": day.isoformat()},
    )


def _find(call: PageCall, unit: Unit, text: str, day: date) -> tuple[list[Answer], list[Ticket]]:
    """Find by reference on any day, by everything else on one; numbers without a booking today."""
    if _REFERENCE.fullmatch(text.upper()):
        with suppress(NotFound, WrongSite):
            return [appointments.see(unit, text.upper())], []
    found: list[Answer] = appointments.find(unit, text, day)["appointments"]
    if not found:
        found = [one for one in appointments.find(unit, "", day)["appointments"] if _names(call, one, text)]
    if not text.isdecimal() or day != unit.hall.business_day:
        return found, []
    booked = {one["ticket_id"] for one in found}
    open_tickets = (ticket for ticket in unit.hall.tickets.values() if ticket.state not in ENDED)
    return found, [t for t in open_tickets if str(t.number) == text and t.id not in booked]


def _withheld(unit: Unit, text: str, day: date) -> str:
    """Return the number that was asked for when somebody may have it from before a restore."""
    is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_MOST
    if not is_number or day != unit.hall.business_day or not unit.hall.is_withheld(int(text)):
        return ""
    return text


def _names(call: PageCall, found: Answer, text: str) -> bool:
    """Tell whether a service of the booking has that in its name."""
    town, _ = call.house.offered(call.site_id)
    wanted, hidden = text.casefold(), hidden_from(call, town)
    named = [pair for pair in found["services"] if pair[0] not in hidden]
    return any(wanted in one["name"].casefold() for one in view.chosen(town, named, call.say))


async def mail_troubles(call: PageCall, ids: Sequence[int]) -> Mapping[int, str]:
    """Return why mail does not arrive, for those of these appointments where that is known."""
    house = call.house
    return await house.read(lambda conn: house.letters.mail_troubles(conn, call.site_id, ids))


def hit(call: PageCall, words: view.Words, day: date, found: Answer) -> view.Values:
    """Return one line of a list of appointments."""
    town, _ = call.house.offered(call.site_id)
    local = words.local(found["starts_at"])
    services = view.chosen(town, found["services"], call.say, hidden_from(call, town))
    return {
        "reference": found["reference"],
        "number": found.get("number"),
        "state": found["state"],
        "word": "refused" if found["refused"] else found["state"],
        "look": view.LOOKS.get(found["state"], "info"),
        "name": found.get("name", ""),
        "time": words.time(local),
        "day": words.day(local.date()) if local.date() != day else "",
        "what": ", ".join(one["name"] for one in services),
    }


def _ticket_hit(call: PageCall, ticket: Ticket) -> view.Values:
    town, _ = call.house.offered(call.site_id)
    services = view.chosen(town, ticket.concern, call.say, hidden_from(call, town))
    return {
        "id": ticket.id,
        "number": ticket.number,
        "state": ticket.state.value,
        "what": ", ".join(one["name"] for one in services),
    }


ROUTES = [
    PageRoute("/desk/{site}/search", search, Act.SEE_APPOINTMENTS, "site", methods=("POST",)),
]
