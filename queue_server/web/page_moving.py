"""Moving an appointment on its own page: choose a time, look at old and new, swap.

Two appointments one after the other are moved together with `?both=1`. The old time stays booked until the
swap. What must not live here: seeing and cancelling (`web.page_manage`).
"""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from queue_server.domain.errors import HoldExpired, Refusal
from queue_server.services import booking
from queue_server.services.concerns import Choice
from queue_server.services.ports import Answer, Unit
from queue_server.web import booking_times
from queue_server.web.booking_dates import local
from queue_server.web.booking_holds import held_time
from queue_server.web.booking_own import Own, open_own, to_own, when
from queue_server.web.booking_visit import client_of, give_client
from queue_server.web.booking_wish import Wish, read_moment, read_wish
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
    choice = _choice(own)
    try:
        held = await call.house.sequencer.look(
            own.site.id, lambda unit: held_time(unit, hold_id, own.client, choice, None)
        )
    except HoldExpired as expired:
        return await show_times(own, Wish(), gone=expired)
    if "number" in held:
        return to_own(own)  # it has been booked meanwhile: nothing is held
    return own.page(
        "manage_move_check.html",
        new=when(own, held["starts_at"]),
        then=when(own, held["then"]["starts_at"])["clock"] if "then" in held else "",
        until=when(own, held["held_until"]),
        hold=hold_id,
        other_time=_address(own, f"{own.path}/move"),
        action=_address(own, own.path),
    )


async def show_times(own: Own, asked: Wish, *, gone: Refusal | None = None) -> Response:
    """Show the month sheet. `gone`: what became of a time that was held or chosen."""
    wish = _concern(own).but(month=asked.month, day=asked.day, every_time=asked.every_time)
    own.client = own.client or client_of(own.call)
    today = local(own.call.house.clock(), own.site.time_zone).date()
    found = await own.call.house.sequencer.look(
        own.site.id, lambda unit: booking_times.look(unit, wish, today)
    )
    sheet = booking_times.sheet(
        found, own.town, own.site, wish, today, own.call.say, lambda one: _sheet_address(own, one)
    )
    return own.page(
        "manage_move.html",
        status=409 if gone else 200,
        carry=False,
        lost=gone and booking_times.near(gone, own.site, own.call.say),
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

    held = await own.do(work)
    check = _address(own, f"/move/check?hold={held['id']}")
    return give_client(to_own(own, check), own.call, own.client)


async def move(own: Own, form: FormData) -> Response:
    """Swap the old time with the new one."""
    hold_id = read_wish(form).hold
    await own.do(lambda unit: booking.move(unit, own.ref.reference, hold_id, own.client))
    return to_own(own, "?moved=1")


# -- what is moved -----------------------------------------------------------------------------------------


def _concern(own: Own) -> Wish:
    return own.both if own.asks_for_both else own.wish


def _choice(own: Own) -> Choice:
    return booking_times.choice_for(own.town, own.site, _concern(own))


def _sheet_address(own: Own, wish: Wish) -> str:
    only = Wish(month=wish.month, day=wish.day, every_time=wish.every_time).url().removeprefix("/termin")
    return _address(own, f"{own.path}/move{only}")


def _address(own: Own, address: str) -> str:
    """Return an address that keeps in mind what is moved."""
    path, _, query = address.partition("?")
    pairs = [*parse_qsl(query), *([("both", "1")] if own.asks_for_both else [])]
    return f"{path}?{urlencode(pairs)}" if pairs else path


ROUTES: Final = [
    PageRoute("/termin/v/{secret}/move", move_page),
    PageRoute("/termin/v/{secret}/move/check", move_check_page),
]
