"""Puts everything together: the one module that knows adapters, live, web and the device packages' files."""

import asyncio
import logging
import secrets as random_bytes
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from queue_server.adapters import accounts, helpers, pairing, tokens
from queue_server.adapters.accounts import find_session, touch_session
from queue_server.adapters.auditing.audit import audit
from queue_server.adapters.backup.apart import BackupChild
from queue_server.adapters.backup.journaling import Journaling
from queue_server.adapters.calendars import calendar_file, copies, feeds, own_entries
from queue_server.adapters.calendars.all_calendars import AllCalendars
from queue_server.adapters.calendars.busy_cells import Owner, owners_of
from queue_server.adapters.connections import ConnectionsFile
from queue_server.adapters.database import Database
from queue_server.adapters.epoch import settle_epoch
from queue_server.adapters.forgetting import nightly
from queue_server.adapters.forgetting.marks import ERASED
from queue_server.adapters.post import desk_letters, invitation, mail_message, outbox, sms_rows
from queue_server.adapters.post.addressees import addressee
from queue_server.adapters.post.outgoing import Outgoing
from queue_server.adapters.post.sms_outgoing import SmsOutgoing, sms_id
from queue_server.adapters.post.sms_sender import Untextable
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.rows.answer_rows import AnswerRows
from queue_server.adapters.rows.contact_days import ContactDays
from queue_server.adapters.server_key import ensure_key_file
from queue_server.adapters.settlement import Settlement
from queue_server.adapters.speech.announcements import Announcements
from queue_server.adapters.store import Store
from queue_server.adapters.tokens import find_token
from queue_server.domain.errors import Refusal
from queue_server.live.backups import Backups
from queue_server.live.batches import Moved
from queue_server.live.checkpoints import Checkpoints
from queue_server.live.hub import Hub
from queue_server.live.postman import Deliver, Postman
from queue_server.live.repeating import Repeating
from queue_server.live.sequencer import Sequencer
from queue_server.live.timers import Timers
from queue_server.services import site_view
from queue_server.settings import Settings
from queue_server.web import (
    api_arriving,
    api_booking,
    api_counters,
    api_kiosks,
    api_offer,
    api_sessions,
    api_sites,
    health,
    page_booking,
    page_calendar_feed,
    page_counter,
    page_desk,
    page_desk_conflicts,
    page_desk_contact,
    page_desk_letters,
    page_desk_requests,
    page_desk_search,
    page_desk_visits,
    page_display,
    page_kiosk,
    page_letters,
    page_mails,
    page_manage,
    page_pairing,
    page_paper,
    page_start,
    page_status,
    pages,
)
from queue_server.web.api import PREFIX, ApiRoute
from queue_server.web.calendar_delivery import CalendarDelivery
from queue_server.web.calendar_delivery import Tools as CalendarTools
from queue_server.web.calendar_mail import CalendarMail
from queue_server.web.calendar_mail import Tools as MailTools
from queue_server.web.calendar_watch import CalendarWatch
from queue_server.web.errors import error_body, refusal_response, status_of
from queue_server.web.house import Directory, House
from queue_server.web.limits import UNLIMITED, Gate, Limits
from queue_server.web.mailing import Mailing, OutboxOf, Tools
from queue_server.web.openapi import describe, openapi_endpoint
from queue_server.web.origin import Csrf
from queue_server.web.pages import PageRoute
from queue_server.web.puzzles import Puzzles
from queue_server.web.security import secured
from queue_server.web.sessions import Sessions
from queue_server.web.sockets import NO_SOCKET, SOCKETS
from queue_server.web.texting import SmsTools, Texting
from queue_server.web.texts import load_texts

API_ROUTES: Final[list[ApiRoute]] = [
    *health.ROUTES,
    *api_sessions.ROUTES,
    *api_sites.ROUTES,
    *api_counters.ROUTES,
    *api_kiosks.ROUTES,
    *api_offer.ROUTES,
    *api_booking.ROUTES,
    *api_arriving.ROUTES,
]
PAGE_ROUTES: Final[list[PageRoute]] = [
    *pages.ROUTES,
    *page_start.ROUTES,
    *page_status.ROUTES,
    *page_manage.ROUTES,
    *page_booking.ROUTES,
    *page_calendar_feed.ROUTES,
    *page_pairing.ROUTES,
    *page_display.ROUTES,
    *page_counter.ROUTES,
    *page_desk.ROUTES,
    *page_desk_visits.ROUTES,
    *page_desk_requests.ROUTES,
    *page_desk_search.ROUTES,
    *page_desk_letters.ROUTES,
    *page_desk_contact.ROUTES,
    *page_desk_conflicts.ROUTES,
    *page_kiosk.ROUTES,
    *page_paper.ROUTES,
    *page_letters.ROUTES,
    *page_mails.ROUTES,
]
ROAD: Final = frozenset(
    {
        f"{PREFIX}/counters/{{counter}}/calls",
        f"{PREFIX}/sites/{{site}}/tickets",
        f"{PREFIX}/sites/{{site}}/holds",
    }
)
DEVICE_PACKAGES: Final = {
    "display": "display",
    "counter": "counter_client",
    "kiosk": "kiosk",
    "sounds": "sounds",
}
NO_PAGES: Final = ("/api/", "/static/", "/live/", "/sounds/", "/healthz", "/readyz", "/metrics")
"""Addresses whose mistakes are answered as JSON; all others are for people."""
JOURNAL_S: Final = 1.0
log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Clock = utc_now) -> ASGIApp:
    """Return the whole server for a database that has the newest shape."""
    texts = load_texts()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.house = await _open(settings, clock, stack)
            yield

    app = Starlette(
        routes=_routes(settings),
        lifespan=lifespan,
        exception_handlers={
            Refusal: _on_refusal,
            HTTPException: _on_http_error,
            ClientDisconnect: _on_departure,
            Exception: _on_error,
        },
    )
    return secured(
        app,
        refuse=lambda scope, refusal: refusal_response(texts, scope, refusal),
        trusted_proxies=settings.trusted_proxies,
        own_origins=(settings.public_url,) if settings.public_url else (),
    )


async def _open(settings: Settings, clock: Clock, stack: AsyncExitStack) -> House:
    secrets = ensure_key_file(settings.key_file)
    database = Database(settings.database_url, secrets.derive(ERASED))
    stack.callback(database.dispose)
    store = await asyncio.to_thread(Store, database, secrets.derive("contact"))
    settlement = Settlement(database, store)
    connections = await asyncio.to_thread(ConnectionsFile, settings.connections_file)
    calendars = AllCalendars(settings.calendar_folder, clock, lambda: connections.now.calendars)
    store.planner.calendars = calendars
    epoch = await asyncio.to_thread(settle_epoch, database, settings.epoch_file)
    texts = load_texts()

    def foretell(moved: Moved) -> None:
        hub.before_commit(moved)

    def tell(moved: Moved) -> None:
        hub.after_commit(moved)

    sequencer = Sequencer(store, clock, site_view.view, tell, foretell)
    version = await asyncio.to_thread(database.read, settlement.version)
    hub = Hub(epoch, sequencer, clock, version)
    speech = Announcements(settings.speech_folder, enabled=settings.speech)
    house = House(
        settings=settings,
        clock=clock,
        database=database,
        settlement=settlement,
        sequencer=sequencer,
        hub=hub,
        sessions=Sessions(
            lambda read: asyncio.to_thread(database.read, read),
            find_session=find_session,
            find_token=find_token,
            touch=lambda id_, now: sequencer.errand(
                lambda: settlement.write(lambda conn: touch_session(conn, id_, now))
            ),
            clock=clock,
        ),
        limits=Limits(None if settings.rate_limits else UNLIMITED),
        password_gate=Gate(),
        csrf=Csrf(secrets.derive("csrf")),
        accounts=accounts,
        pairings=pairing,
        tokens=tokens,
        helpers=helpers,
        puzzles=Puzzles(secrets.derive("puzzle"), clock),
        calendar=calendar_file,
        clerk_calendars=calendars,
        copies=copies,
        feeds=feeds,
        letters=desk_letters,
        connections=connections,
        backups=_backups(settings, clock, settlement),
        sms=SmsOutgoing(connections, Spool(settings.spool_folder), stays_here=settings.demo),
        secrets=secrets,
        speech=speech,
        texts=texts,
        pages=_templates(),
        directory=Directory.of(settlement.sites),
        epoch=epoch,
    )
    key, spool = secrets.derive(ERASED), settings.spool_folder
    house.forgetting.search = lambda conn, now: audit(conn, key, now, spool)
    await calendars.renew(_owners(house))
    await _start(house, hub, sequencer, speech, store, calendars, stack)
    return house


async def _start(
    house: House,
    hub: Hub,
    sequencer: Sequencer,
    speech: Announcements,
    store: Store,
    calendars: AllCalendars,
    stack: AsyncExitStack,
) -> None:
    calendars.start()
    stack.push_async_callback(calendars.stop)
    sequencer.start()
    stack.callback(store.close)
    stack.push_async_callback(sequencer.stop)
    await speech.start()
    stack.push_async_callback(speech.stop)
    sites = [site for _, site in house.directory.sites.values()]
    await hub.start(sites)
    stack.push_async_callback(hub.stop)
    hub.take_out_of_service(await house.read(house.settlement.out_of_service))
    speech.prepare(sites)
    spool = Spool(house.settings.spool_folder)
    timers = Timers(
        sequencer,
        hub,
        lambda: house.directory.sites,
        lambda: _renew(house, calendars),
        lambda: _tidy(house, spool),
    )
    timers.start()
    stack.push_async_callback(timers.stop)
    checkpoints = Checkpoints(store.database.checkpoint)
    checkpoints.start()
    stack.push_async_callback(checkpoints.stop)
    house.backups.start()
    stack.push_async_callback(house.backups.stop)
    journaling = _journaling(house)
    journaling.start()
    stack.push_async_callback(journaling.stop)
    entries = _entries(house, spool)
    watch = CalendarWatch(house, entries)
    watch.start()
    stack.push_async_callback(watch.stop)
    for channel, deliver in (_deliverers(house, spool) | {"calendar": entries.deliver}).items():
        postman = _postman(house, channel, deliver)
        postman.start()
        stack.push_async_callback(postman.stop)


def _backups(settings: Settings, clock: Clock, settlement: Settlement) -> Backups:
    """Return who makes backups at night, as the first site's clock tells it; a demo needs none."""
    where = {"data": settings.data, "database": settings.database, "to": settings.backup_folder}
    maker = BackupChild(settings.backup_folder, {name: str(word) for name, word in where.items()})

    def zone() -> ZoneInfo:
        zones = (site.time_zone for _, site in settlement.sites.values())
        return ZoneInfo(next(zones, "UTC"))

    return Backups(None if settings.demo else maker, clock, zone)


def _journaling(house: House) -> Repeating:
    """Return what writes down each second who was erased, with one last look before the end."""
    journaling = Journaling(house.settings.erased_journal)
    task = Repeating("writing down who was erased", lambda: house.read(journaling.write_down), JOURNAL_S)
    house.forgetting.journaling = task
    return task


def _deliverers(house: House, spool: Spool) -> dict[str, Deliver[Any]]:
    """Return for each channel of the outbox what delivers its rows; one channel never waits for another."""
    outgoing = Outgoing(house.connections, spool, stays_here=house.settings.demo)
    tools = Tools(addressee, mail_message.message_id, mail_message.compose, mail_message.Unmailable, outgoing)
    texting = SmsTools(addressee, sms_rows, sms_id, Untextable)
    return {"mail": Mailing(house, tools).deliver, "sms": Texting(house, texting).deliver}


def _entries(house: House, spool: Spool) -> CalendarDelivery:
    """Return who brings appointments into clerks' calendars, by CalDAV or by mail; one for a process."""
    outgoing = Outgoing(house.connections, spool, stays_here=house.settings.demo)
    invite = MailTools(copies, mail_message.message_id, invitation.compose, mail_message.Unmailable, outgoing)
    calendars = house.clerk_calendars
    tools = CalendarTools(copies, own_entries, calendars.calendar, calendars.mailbox)
    return CalendarDelivery(house, tools, CalendarMail(house, invite))


def _postman(house: House, channel: str, deliver: Deliver[Any]) -> Postman[Any]:
    letters = OutboxOf(house, outbox, random_bytes.token_hex(8), channel)
    return Postman(letters, deliver, house.clock)


async def _renew(house: House, calendars: AllCalendars) -> None:
    """Look whether the set-up, the connections or a clerk's calendar changed beside us."""
    await house.renew_if_changed()
    if await asyncio.to_thread(house.connections.look):
        await house.write(partial(outbox.hurry, now=house.clock()))
    await calendars.renew(_owners(house))


def _owners(house: House) -> dict[str, Owner]:
    return owners_of({town.id: town for town, _ in house.directory.sites.values()}.values())


async def _tidy(house: House, spool: Spool) -> None:
    """Erase what is kept for some days only, and visitors' data whose time is over."""
    now = house.clock()
    forgetful = (AnswerRows, outbox, ContactDays, copies, sms_rows)
    for forget in (accounts.forget_expired, *(one.forget for one in forgetful)):
        await house.write(partial(forget, now=now))
    zones = {id_: site.time_zone for id_, (_, site) in house.directory.sites.items()}
    await house.write(lambda conn: nightly.erase(conn, now, zones))
    await asyncio.to_thread(spool.forget, now)
    if nightly.sites_at_night(now, zones):
        await asyncio.to_thread(house.database.empty_wal)
        await house.forgetting.audit_once_a_night(house.read, now)


def _routes(settings: Settings) -> list[BaseRoute]:
    own = files("queue_server") / "web" / "static"
    return [
        # Starlette asks one route after the other; those of the road are asked first.
        *(route.starlette() for route in sorted(API_ROUTES, key=lambda route: route.path not in ROAD)),
        Route("/api/openapi.json", openapi_endpoint(_description)),
        *(socket.starlette() for socket in SOCKETS),
        NO_SOCKET,
        *(page.starlette() for page in PAGE_ROUTES if settings.demo or not page.demo_only),
        *page_display.CLIPS,
        *(
            Mount(f"/static/{name}", Assets(directory=str(files(package) / "static")))
            for name, package in DEVICE_PACKAGES.items()
            if Path(str(files(package) / "static")).is_dir()
        ),
        Mount("/static", Assets(directory=str(own))),
    ]


def _description() -> dict[str, Any]:
    return describe(API_ROUTES, metadata.version("aufruf"))


class Assets(StaticFiles):
    """Files of the product: cached for a short while, then asked for by ETag."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response


@cache
def _templates() -> Environment:
    """Return the templates, with what of them was compiled already: no state of a house is in them."""
    folders = [files("queue_server") / "web" / "templates"]
    folders += [files(package) / "templates" for package in DEVICE_PACKAGES.values()]
    return Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def _on_refusal(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise TypeError(type(refusal))
    house: House = request.app.state.house
    return refusal_response(house.texts, request.scope, refusal)


async def _on_http_error(request: Request, error: Exception) -> Response:
    house: House = request.app.state.house
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "bad_input")
    params = {"field": "body"} if code == "bad_input" else {}
    headers = {"Allow": ", ".join(sorted(_methods(request)))} if status == 405 else None
    if not request.url.path.startswith(NO_PAGES):
        return pages.error_page(house, request, code, params, headers)
    message = house.texts[pages.language_of(request, house)](f"error.{code}", **params)
    return JSONResponse(error_body(code, message, params), status_code=status_of(code), headers=headers)


def _methods(request: Request) -> set[str]:
    """Return what the address understands: several routes may share it, and Starlette names one's only."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    fitting = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in fitting for method in route.methods or ()}


async def _on_departure(_request: Request, _gone: Exception) -> Response:
    """Answer somebody who left in the middle of a form; nobody reads it."""
    return Response(status_code=400)


async def _on_error(request: Request, error: Exception) -> Response:
    house: House = request.app.state.house
    number = random_bytes.token_hex(4)
    log.error("request failed (%s %s)", request.method, number, exc_info=error)
    if not request.url.path.startswith(NO_PAGES):
        return pages.error_page(house, request, "internal", {"incident": number})
    message = house.texts[pages.language_of(request, house)]("error.internal")
    return JSONResponse(error_body("internal", message, {"incident": number}), status_code=500)


__all__ = ["API_ROUTES", "PAGE_ROUTES", "SOCKETS", "create_app"]
