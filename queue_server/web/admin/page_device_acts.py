"""What is done to a device from its page: tests, out of service and back, ending its pairing.

What must not live here: how it stands (`device_rows`).
"""

from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Role
from queue_server.domain.administration import Done
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.number_space import TEST_NUMBER
from queue_server.domain.town import Kiosk, Site, in_language
from queue_server.protocol import Slip, SlipLine
from queue_server.web.admin.device_rows import local_moment
from queue_server.web.admin.frame import sent
from queue_server.web.admin.page_devices import PAGE
from queue_server.web.languages import staffs
from queue_server.web.look import logo_of
from queue_server.web.noting import note
from queue_server.web.pages import PageCall, PageRoute


async def act_on_device(call: PageCall) -> Response:
    """Take one press: `act` to the `device` of a `kind`."""
    form = await sent(call)
    act, kind, id_ = (str(form.get(name) or "") for name in ("act", "kind", "device"))
    site = call.house.site(call.id)
    displays, kiosks = ({one.id for one in group} for group in (site.displays, site.kiosks))
    if id_ not in {"display": displays, "kiosk": kiosks}.get(kind, ()):
        raise NotFound(what="device")
    done = ""
    if act in {"call", "chime"} and kind == "display":
        await _test_display(call, site, id_, chime_only=act == "chime")
    elif act == "slip" and kind == "kiosk":
        _test_printer(call, site, next(one for one in site.kiosks if one.id == id_))
    elif act in {"out", "back"} and kind == "display":
        await _switch(call, id_, out=act == "out")
        done = act
    elif act in {"out", "back"}:
        reason = " ".join(str(form.get("reason") or "").split())[:120]
        await _switch_kiosk(call, id_, reason if act == "out" else None)
        done = f"kiosk_{act}"
    elif act == "unpair":
        await _unpair(call, kind, id_)
        done = "unpaired"
    else:
        raise BadInput(field="act")
    query = f"?done={done}" if done else ""
    return RedirectResponse(f"{PAGE}{query}#{kind}-{id_}", status_code=303)


async def _test_display(call: PageCall, site: Site, display_id: str, *, chime_only: bool) -> None:
    house = call.house
    if not chime_only:  # render the words first: without them it would be a chime alone
        spoken = next(one.spoken for one in site.displays if one.id == display_id)
        for language in spoken or site.announce_languages:
            await house.speech.number(language, TEST_NUMBER)
    house.hub.probes.begin_test(site.id, display_id, chime_only=chime_only)


def _test_printer(call: PageCall, site: Site, kiosk: Kiosk) -> None:
    house = call.house
    room = house.hub.rooms[site.id]
    has_agent = house.hub.has_agent(site.id, kiosk.id)
    job = house.slip_tests.begin(kiosk.id, paper(call, site, kiosk), house.clock(), has_agent=has_agent)
    if has_agent:
        house.hub.offer_jobs(site.id, kiosk.id, room.view.seq if room.view else 0, [job])


def paper(call: PageCall, site: Site, kiosk: Kiosk) -> Slip:
    """Return a slip that nobody takes for a number, in the first language of the kiosk."""
    language = staffs(kiosk.languages)
    say = call.house.texts[language]
    lines = [
        (say("devices.kind_kiosk"), kiosk.name or kiosk.id),
        (say("devices.paper_at"), local_moment(call, site, language)),
        (say("devices.paper_letters"), say("devices.paper_all_letters")),
    ]
    printed = Slip(
        number=say("devices.paper_word"),
        headline=say("devices.paper_headline"),
        lines=[SlipLine(label=label, value=value) for label, value in lines],
        qr=call.house.settings.public_url or None,
        qr_caption=say("devices.paper_qr") if call.house.settings.public_url else "",
        header=[in_language(line, language) for line in site.slip_header]
        or [in_language(site.name, language)],
        footer=[in_language(line, language) for line in site.slip_footer],
        mark=say("devices.paper_mark"),
        language=language,
        direction="ltr",
        paper=80,
    )
    if site.slip_logo and (logo := logo_of(call.house.town_and_site(site.id)[0])) is not None:
        printed["logo"] = logo["src"]
    return printed


async def _switch(call: PageCall, display_id: str, *, out: bool) -> None:
    house = call.house

    def work(conn: Connection) -> None:
        was = display_id in house.settlement.out_of_service(conn)
        house.settlement.mark_out_of_service(conn, display_id, out=out)
        if was != out:
            before, after = {"out_of_service": was}, {"out_of_service": out}
            note(
                house,
                conn,
                call.actor,
                Done.SERVICE_SWITCHED,
                "display",
                display_id,
                site_id=call.id,
                before=before,
                after=after,
            )

    await house.write(work)
    house.hub.set_out_of_service(call.id, display_id, out=out)


async def _switch_kiosk(call: PageCall, kiosk_id: str, reason: str | None) -> None:
    """Take a kiosk out of service for a reason, or back (None). What is so already is not noted again."""
    house = call.house

    def work(conn: Connection) -> None:
        was, out = kiosk_id in house.settlement.kiosks_out(conn), reason is not None
        house.settlement.mark_kiosk(conn, kiosk_id, reason)
        if was != out:
            sides = ({"out_of_service": was}, {"out_of_service": out})
            act = Done.SERVICE_SWITCHED
            note(
                house,
                conn,
                call.actor,
                act,
                "kiosk",
                kiosk_id,
                site_id=call.id,
                before=sides[0],
                after=sides[1],
            )

    await house.write(work)
    house.hub.set_kiosk_out(call.id, kiosk_id, reason)


async def _unpair(call: PageCall, kind: str, id_: str) -> None:
    """End the device's keys and its open lines: its page goes back to asking for a code."""
    house, town_id, now = call.house, call.actor.organisation_id, call.house.clock()

    def work(conn: Connection) -> list[str]:
        mine = [
            one.id
            for one in house.tokens.list_tokens(conn, town_id, call.id)
            if one.device_id == id_ and one.role is Role(kind)
        ]
        ended = [one for one in mine if house.tokens.revoke_token(conn, town_id, one, now)]
        if ended:
            note(house, conn, call.actor, Done.DEVICE_UNPAIRED, kind, id_, site_id=call.id)
        return ended

    for token_id in await house.write(work):
        house.sessions.invalidate(token_id=token_id)
    room = house.hub.rooms[call.id]
    if kind == "display":
        lines = list(room.displays[id_].connections)
    else:
        lines = [*room.kiosks.get(id_, ()), *room.agents.get(id_, ())]
    for line in lines:
        line.abort()


ROUTES = [
    PageRoute(f"{PAGE}/{{site}}", act_on_device, Act.PAIR_DEVICE, "site", methods=("POST",)),
]
