"""One appointment, opened by the secret of its link, and what its pages say about it.

What lives here: from the secret to the appointment, and the frame of its pages. What must not: changes
(`web.page_manage`), and anything about the person: the pages never repeat it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse

from queue_server.domain.errors import NotFound, Refusal, WrongSite
from queue_server.domain.needs import OF_THE_TIME
from queue_server.domain.papers import read_answers
from queue_server.domain.town import CallMode, CheckIn, Site, Town, in_language
from queue_server.services import booking
from queue_server.services.in_parts import choose_visit
from queue_server.services.locales import clock
from queue_server.services.ports import Answer, Unit
from queue_server.services.requests import MAIL, confirm_first
from queue_server.services.wording import papers_in_words
from queue_server.web.appointment_codes import ManageRef, appointment_of, read_manage_code
from queue_server.web.booking_concern import chosen_lines, services_of, talk_with
from queue_server.web.booking_dates import local, long_date
from queue_server.web.booking_visit import bar
from queue_server.web.booking_wish import Wish
from queue_server.web.pages import PageCall
from queue_server.web.sms_wishes import sms_state


@dataclass(slots=True)
class Own:
    """One appointment, opened by its secret. `seen` is the answer of `booking.see`."""

    call: PageCall
    ref: ManageRef
    town: Town
    site: Site
    seen: Answer
    client: str = field(default="")
    under: str = ""
    """The page's address below the appointment's own."""

    @property
    def path(self) -> str:
        return f"/termin/v/{self.call.request.path_params['secret']}"

    @property
    def manage_path(self) -> str:
        """The appointment's own page, whatever link led here."""
        return f"/termin/v/{self.call.house.secrets.seal('manage', self.ref.reference, self.ref.version)}"

    @property
    def is_booked(self) -> bool:
        return bool(self.seen["state"] == "booked")

    @property
    def is_requested(self) -> bool:
        return bool(self.seen["state"] == "unconfirmed")

    @property
    def may_move(self) -> bool:
        """Say whether its holder may choose another time without asking anybody."""
        return self.is_booked and not confirm_first(self.town, self.both.ids)

    @property
    def wish(self) -> Wish:
        services = tuple((id_, count) for id_, count in self.seen["services"])
        return Wish(site_id=self.site.id, services=services, persons=self.seen["persons"])

    @property
    def both(self) -> Wish:
        """The concern of both appointments of a pair, in their order."""
        services = tuple((id_, count) for one in self.seen["pair"] for id_, count in one["services"])
        return self.wish.but(services=services)

    @property
    def asks_for_both(self) -> bool:
        """Say whether the address means both appointments of a pair."""
        return bool(self.call.request.query_params.get("both")) and len(self.seen["pair"]) > 1

    async def do(self, work: Callable[[Unit], Answer]) -> Answer:
        return await self.call.house.sequencer.do(self.site.id, work)

    def page(self, template: str, *, status: int = 200, message: str = "", **values: Any) -> HTMLResponse:
        """Render a page with the appointment on it."""
        languages = self.call.links(f"{self.path}{self.under}")
        return self.call.page(
            template,
            status=status,
            message=message,
            csrf=self.call.house.csrf.token(self.call.request.scope),
            **bar(self.call, self.town, self.site.id, languages),
            **_facts(self),
            **values,
        )


async def open_own(call: PageCall, kind: str = "manage") -> Own:
    """Open the appointment behind the secret. Raises `NotFound` for one not made here, or revoked.

    `kind`: of which link the secret is.
    """
    ref = read_manage_code(call.house, call.request.path_params["secret"], kind)
    # A secret does not name the site. Any site of the town finds the appointment, or says whose it is.
    for town in {town.id: town for town, _ in map(call.house.offered, call.house.directory.sites)}.values():
        site_id = town.sites[0].id
        for _ in range(2):
            try:
                seen = await call.house.sequencer.look(site_id, lambda unit: _seen(unit, ref))
            except WrongSite as elsewhere:
                site_id = str(elsewhere.params["site"])
                continue
            except NotFound:
                break
            site = next(site for site in town.sites if site.id == site_id)
            call.at(town, site)
            return Own(call, ref, town, site, seen)
    raise NotFound(what="appointment")


def _seen(unit: Unit, ref: ManageRef) -> Answer:
    appointment = appointment_of(unit, ref, elsewhere=True)
    told = unit.person(appointment.id)
    visit, seen = unit.hall.tickets.get(appointment.ticket_id or 0), booking.see(unit, ref.reference)
    if seen["state"] == "checked_in" and visit and not visit.is_open:
        seen["state"] = "missed"  # the number was given up, or nobody came when it was called
    return {
        **seen,
        "log_seq": unit.hall.seq,
        "clerk_id": appointment.clerk_id,
        "confirmed_by": appointment.confirmed_by,
        "answer": told.answer if told else "",
        "asks": OF_THE_TIME.intersection(told.needs) if told else frozenset(),
        "paper_answers": told.paper_answers if told else "",
        "reminder_min": told.reminder_min if told else None,
        "sms": sms_state(unit, told),
        "visit": (visit.id, visit.key, visit.secret_version) if visit and visit.is_open else None,
        "pair": [
            {**booking.see(unit, one.reference), "clerk_id": one.clerk_id}
            for one in unit.book.pair_of(appointment)
            if one is appointment or one.state.value == seen["state"]
        ],
    }


def to_own(own: Own, rest: str = "") -> RedirectResponse:
    """Lead to the appointment's page: after a POST a GET."""
    return RedirectResponse(own.path + rest, status_code=303)


def when(own: Own, at: str, site: Site | None = None) -> dict[str, str]:
    """Return a moment of the site as date and clock."""
    moment = local(at, (site or own.site).time_zone)
    return {"date": long_date(moment.date(), own.call.language), "clock": clock(moment)}


def _facts(own: Own) -> dict[str, Any]:
    """Return what is said about the appointment; without the person."""
    seen, site, language = own.seen, own.site, own.call.language
    parts = [_part(own, one) for one in seen["pair"]]
    mine = next(one for one in parts if one["reference"] == own.ref.reference)
    return {
        **mine,
        "parts": parts,
        "may_move_both": len(parts) > 1 and own.may_move and is_still_a_pair(own),
        "state": seen["state"],
        "refused": seen["refused"],
        "was_requested": seen["number"] is None,
        "by_mail": seen["confirmed_by"] == MAIL,
        "answer": seen["answer"],
        "confirm_until": seen["confirm_until"] and when(own, seen["confirm_until"]),
        "may_move": own.may_move,
        "site_name": in_language(site.name, language),
        "address": site.address,
        "admission_notice": in_language(site.admission_notice, language),
        "fetch": site.call_mode is CallMode.FETCH,
        "check_in": site.check_in is CheckIn.REQUIRED,
        "status_url": own.call.house.status_url(site.id, *seen["visit"]) if seen["visit"] else "",
        "persons": seen["persons"],
        "sms": seen["sms"],
        "documents": list(dict.fromkeys(paper for one in parts for paper in one["documents"])),
    }


def _part(own: Own, seen: Answer) -> dict[str, Any]:
    """Return what is said of one appointment of two, or of the only one."""
    language, at = own.call.language, datetime.fromisoformat(seen["starts_at"])
    town, site = own.call.house.then(own.site.id, at)
    area = next((area for area in site.areas if area.id == seen["area_id"]), None)
    known = {one.id for one in town.services}
    mine = tuple((id_, count) for id_, count in seen["services"] if id_ in known)
    wish = own.wish.but(services=mine)
    services = services_of(town, wish)
    return {
        "number": seen["number"],
        "reference": seen["reference"],
        "at": when(own, seen["starts_at"]),
        "come_at": when(own, seen["come_at"])["clock"],
        "area": area and {"name": in_language(area.name, language), "hint": in_language(area.hint, language)},
        "lines": chosen_lines(services, wish, own.call.say),
        "talk_with": talk_with(town, [site], services, seen["clerk_id"]),
        "documents": papers_in_words(own.call.say, services, read_answers(own.seen["paper_answers"].split())),
        "path": _path(own, seen),
    }


def is_still_a_pair(own: Own) -> bool:
    """Say whether both are one choice of two parts as the town is set up today: else each moves alone."""
    try:
        choice = choose_visit(own.town, own.site, own.both.services, own.both.persons)
    except Refusal:
        return False  # one of the services is not offered any more
    asked = [[tuple(pair) for pair in one["services"]] for one in own.seen["pair"]]
    return [list(part.services) for part in choice.parts] == asked


def _path(own: Own, seen: Answer) -> str:
    """Return where an appointment of the pair has its own page."""
    if seen["reference"] == own.ref.reference:
        return own.path
    secret = own.call.house.secrets.seal("manage", seen["reference"], seen["secret_version"])
    return f"/termin/v/{secret}"
