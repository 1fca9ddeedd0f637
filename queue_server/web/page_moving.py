"""Moving an appointment on its own page: choose a time, look at old and new, swap.

Two appointments one after the other are moved together with `?both=1`, one goes to another site of the town
with `?to=` that site. The old time stays booked until the swap. What must not live here: seeing and
cancelling (`web.page_manage`).
"""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from queue_server.domain.errors import HoldExpired, Refusal, SlotTaken
from queue_server.domain.town import Site, in_language
from queue_server.services import booking
from queue_server.services.concerns import Choice
from queue_server.services.last_look import clerks_of_hold
from queue_server.services.locales import clock
from queue_server.services.named_clerks import for_talk
from queue_server.services.ports import Answer, Unit
from queue_server.web import booking_times
from queue_server.web.booking_concern import sites_for
from queue_server.web.booking_dates import local, short_date
from queue_server.web.booking_holds import held_time
from queue_server.web.booking_own import Own, open_own, to_own, when
from queue_server.web.booking_visit import client_of, give_client
from queue_server.web.booking_wish import Wish, read_moment, read_wish
from queue_server.web.last_look import read_calendars
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.proxies import client_address


async def move_page(call: PageCall) -> Response:
    """Choose a new time on the month sheet; the old one stays booked."""
    own = await open_own(call)
    return await show_times(own, read_wish(call.request.query_params)) if own.may_move else to_own(own)


async def move_check_page(call: PageCall) -> Response:
    """Ask before moving to the time that is held now."""
    own = await open_own(call)
    own.client = client_of(call)
    hold_id = read_wish(call.request.query_params).hold
    choice, site = _choice(own), _target(own)
    try:
        held = await call.house.sequencer.look(
            site.id, lambda unit: held_time(unit, hold_id, own.client, choice, None)
        )
    except HoldExpired as expired:
        return await show_times(own, Wish(), gone=expired)
    if "number" in held:
        return to_own(own)  # it has been booked meanwhile: nothing is held
    return own.page(
        "manage_move_check.html",
        new=when(own, held["starts_at"], site),
        new_site=in_language(site.name, call.language) if site is not own.site else "",
        new_address=site.address,
        then=when(own, held["then"]["starts_at"], site)["clock"] if "then" in held else "",
        until=when(own, held["held_until"], site),
        hold=hold_id,
        other_time=_address(own, f"{own.path}/move"),
        action=_address(own, own.path),
    )


async def show_times(own: Own, asked: Wish, *, gone: Refusal | None = None) -> Response:
    """Show the month sheet. `gone`: what became of a time that was held or chosen."""
    site, sequencer = _target(own), own.call.house.sequencer
    wish = _at(own, site).but(month=asked.month, day=asked.day, every_time=asked.every_time)
    own.client = own.client or client_of(own.call)
    today = local(own.call.house.clock(), site.time_zone).date()
    around = await sequencer.look_around(
        [one.id for one in _sites(own)], lambda units: booking_times.look_around(units, wish, today)
    )
    found = around.sheet
    if found is None:  # nobody there does it any more: a sheet without times says so
        found = await sequencer.look(site.id, lambda unit: booking_times.look(unit, wish, today))
    sheet = booking_times.sheet(
        found, own.town, site, wish, today, own.call.say, lambda one: _sheet_address(own, one)
    )
    return own.page(
        "manage_move.html",
        status=409 if gone else 200,
        carry=False,
        lost=gone and booking_times.near(gone, site, own.call.say),
        sites=[_choosable(own, answer, site) for answer in around.sites] if len(around.sites) > 1 else [],
        act={"action": _address(own, own.path), "name": "hold"},
        **sheet,
    )


# -- what a press does -------------------------------------------------------------------------------------


async def hold(own: Own, form: FormData) -> Response:
    """Keep the chosen time; the old one stays booked."""
    own.call.house.limits.check_hold(client_address(own.call.request.scope))
    starts_at, choice = read_moment(form.get("at")), _choice(own)

    def work(unit: Unit) -> Answer:
        return booking.hold(
            unit, choice, starts_at, channel="portal", client=own.client, replaces=own.ref.reference
        )

    held = await own.call.house.sequencer.do(_target(own).id, work)
    check = _address(own, f"/move/check?hold={held['id']}")
    return give_client(to_own(own, check), own.call, own.client)


async def move(own: Own, form: FormData) -> Response:
    """Swap the old time with the new one."""
    hold_id, site = read_wish(form).hold, _target(own)
    await read_calendars(own.call.house, site.id, lambda unit: clerks_of_hold(unit, hold_id, own.client))
    try:
        await _swap(own, site, hold_id)
    except SlotTaken:  # the clerk has something else by now: what is held is of no use to anybody
        await own.call.house.sequencer.do(site.id, lambda unit: booking.release(unit, hold_id, own.client))
        raise
    return to_own(own, "?moved=1")


async def _swap(own: Own, site: Site, hold_id: int) -> None:
    if site is own.site:
        await own.do(lambda unit: booking.move(unit, own.ref.reference, hold_id, own.client))
    else:
        await own.call.house.sequencer.do_at_two(
            site.id,
            own.site.id,
            lambda unit, old: booking.bring(unit, old, own.ref.reference, hold_id, own.client),
        )


# -- what is moved -----------------------------------------------------------------------------------------


def _concern(own: Own) -> Wish:
    return own.both if own.asks_for_both else own.wish


def _choice(own: Own) -> Choice:
    return booking_times.choice_for(own.town, _target(own), _at(own, _target(own)))


def _at(own: Own, site: Site) -> Wish:
    """Return what is moved, for a site, as long as it is; a talk stays with its person where that one is."""
    wish = _concern(own).but(site_id=site.id, asks=own.seen["asks"])
    able = [] if own.asks_for_both else for_talk(own.town, site, wish.ids)
    return wish.but(clerk=own.seen["clerk_id"] if any(one.id == own.seen["clerk_id"] for one in able) else "")


def _sites(own: Own) -> list[Site]:
    """Return where the appointment could be; both of a pair stay where they are."""
    if own.asks_for_both:
        return [own.site]
    known = {one.id for one in own.town.services}
    if not known.issuperset(own.wish.ids):
        return [own.site]  # a service is gone from the set-up
    return sites_for(own.town, own.wish.but(site_id=""))


def _target(own: Own) -> Site:
    """Return the site that the address names; its own where it names none that would do."""
    asked = own.call.request.query_params.get("to")
    return next((site for site in _sites(own) if site.id == asked), own.site)


def _choosable(own: Own, answer: Answer, chosen: Site) -> dict[str, object]:
    """Return a site as the page offers it. `answer` is from `at_site`."""
    site = own.call.house.site(answer["site"])
    first = answer["first_free"] and local(answer["first_free"], site.time_zone)
    say = own.call.say
    return {
        "name": in_language(site.name, own.call.language),
        "address": site.address,
        "first": say("booking.moment", date=short_date(first.date(), say.language), clock=clock(first))
        if first
        else "",
        "now": "",  # who has an appointment need not come without one
        "chosen": site.id == chosen.id,
        "url": f"{own.path}/move?to={site.id}",
    }


def _sheet_address(own: Own, wish: Wish) -> str:
    only = Wish(month=wish.month, day=wish.day, every_time=wish.every_time).url().removeprefix("/termin")
    return _address(own, f"{own.path}/move{only}")


def _address(own: Own, address: str) -> str:
    """Return an address that keeps in mind what is moved."""
    path, _, query = address.partition("?")
    site = _target(own)
    pairs = [
        *parse_qsl(query),
        *([("both", "1")] if own.asks_for_both else []),
        *([("to", site.id)] if site is not own.site else []),
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


ROUTES: Final = [
    PageRoute("/termin/v/{secret}/move", move_page),
    PageRoute("/termin/v/{secret}/move/check", move_check_page),
]
