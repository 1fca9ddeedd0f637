"""Puts everything together: the one module that knows adapters, live, web and the device packages' files."""

import asyncio
import logging
import secrets as random_bytes
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.types import ASGIApp

from queue_server.adapters import accounts, alarms, audit, audit_lines, helpers, pairing, sign_ins, tokens
from queue_server.adapters.accounts import find_session, touch_session
from queue_server.adapters.auditing.audit import audit as search_for_traces
from queue_server.adapters.backup.apart import BackupChild
from queue_server.adapters.backup.journaling import Journaling
from queue_server.adapters.calendars import calendar_file, copies, feeds, own_entries
from queue_server.adapters.calendars.all_calendars import AllCalendars
from queue_server.adapters.calendars.busy_cells import Owner, owners_of
from queue_server.adapters.connections import ConnectionsFile
from queue_server.adapters.database import Database
from queue_server.adapters.daysheet.apart import DaySheetChild
from queue_server.adapters.daysheet.rows import Seen, look
from queue_server.adapters.directory_admission import admit
from queue_server.adapters.doctor import finding_rows
from queue_server.adapters.doctor.of_server import Eyes
from queue_server.adapters.epoch import settle_epoch
from queue_server.adapters.forgetting import nightly
from queue_server.adapters.forgetting.marks import ERASED
from queue_server.adapters.oidc.client import OidcClient
from queue_server.adapters.password_strength import weakness
from queue_server.adapters.post import (
    desk_letters,
    invitation,
    mail_message,
    outbox,
    sms_rows,
    sms_sender,
    smtp,
)
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
from queue_server.domain.alarm import Alarm
from queue_server.live.alarms import AlarmRows, Alarms
from queue_server.live.backups import Backups
from queue_server.live.batches import Moved
from queue_server.live.checkpoints import Checkpoints
from queue_server.live.day_sheets import DaySheets
from queue_server.live.hub import Hub
from queue_server.live.postman import MOST, Deliver, Postman
from queue_server.live.repeating import Repeating
from queue_server.live.sequencer import Sequencer
from queue_server.live.timers import Timers
from queue_server.services import site_view
from queue_server.settings import Settings
from queue_server.web.calendar_delivery import CalendarDelivery
from queue_server.web.calendar_delivery import Tools as CalendarTools
from queue_server.web.calendar_mail import CalendarMail
from queue_server.web.calendar_mail import Tools as MailTools
from queue_server.web.calendar_watch import CalendarWatch
from queue_server.web.doctor_mail import MailTools as DoctorMail
from queue_server.web.doctoring import Doctor
from queue_server.web.doctoring import Tools as DoctorTools
from queue_server.web.errors import refusal_response
from queue_server.web.failing import HANDLERS
from queue_server.web.house import Directory, House
from queue_server.web.limits import UNLIMITED, Gate, Limits
from queue_server.web.mailing import Mailing, OutboxOf, Tools
from queue_server.web.origin import Csrf
from queue_server.web.puzzles import Puzzles
from queue_server.web.request_log import RequestLog
from queue_server.web.routes import routes, templates
from queue_server.web.security import secured
from queue_server.web.sessions import Sessions
from queue_server.web.texting import SmsTools, Texting
from queue_server.web.texts import load_texts
from queue_server.web.throttle import Throttle

JOURNAL_S: Final = 1.0
_AT_ONCE: Final = {"mail": smtp.AT_ONCE, "sms": sms_sender.AT_ONCE}
"""How many of a channel's messages are under way at a time; the others wait for a turn."""
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
        routes=routes(settings),
        lifespan=lifespan,
        exception_handlers=HANDLERS,
    )
    return secured(
        RequestLog(app) if settings.log_requests else app,
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
    limits = Limits(None if settings.rate_limits else UNLIMITED)
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
        limits=limits,
        throttle=Throttle(limits, on=settings.rate_limits),
        password_gate=Gate(),
        csrf=Csrf(secrets.derive("csrf")),
        accounts=accounts,
        sign_ins=sign_ins,
        oidc=OidcClient(lambda: connections.now.oidc, clock),
        admit=admit,
        audit=audit,
        audit_lines=audit_lines,
        weakness=weakness,
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
        pages=templates(),
        directory=Directory.of(settlement.sites),
        alarms=Alarms(lambda: hub.rooms, _alarm_rows(database, settlement, sequencer), clock),
        epoch=epoch,
    )
    key, spool = secrets.derive(ERASED), settings.spool_folder
    house.forgetting.search = lambda conn, now: search_for_traces(conn, key, now, spool)
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
    await house.alarms.start()
    stack.push_async_callback(house.alarms.stop)
    stack.push_async_callback(house.alarm_calls.stop)
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
    sheets = _day_sheets(house)
    sheets.start()
    stack.push_async_callback(sheets.stop)
    journaling = _journaling(house)
    journaling.start()
    stack.push_async_callback(journaling.stop)
    entries = _entries(house, spool)
    watch = CalendarWatch(house, entries)
    watch.start()
    stack.push_async_callback(watch.stop)
    doctor = _doctor(house, spool)
    doctor.start()
    stack.push_async_callback(doctor.stop)
    for channel, deliver in (_deliverers(house, spool) | {"calendar": entries.deliver}).items():
        postman = _postman(house, channel, deliver)
        postman.start()
        stack.push_async_callback(postman.stop)


def _alarm_rows(database: Database, settlement: Settlement, sequencer: Sequencer) -> AlarmRows:
    async def keep(alarm: Alarm) -> None:
        await sequencer.errand(lambda: settlement.write(lambda conn: alarms.keep(conn, alarm)))

    return AlarmRows(lambda: asyncio.to_thread(database.read, alarms.running), keep)


def _backups(settings: Settings, clock: Clock, settlement: Settlement) -> Backups:
    """Return who makes backups at night, as the first site's clock tells it; a demo needs none."""
    where = {"data": settings.data, "database": settings.database, "to": settings.backup_folder}
    maker = BackupChild(settings.backup_folder, {name: str(word) for name, word in where.items()})

    def zone() -> ZoneInfo:
        zones = (site.time_zone for _, site in settlement.sites.values())
        return ZoneInfo(next(zones, "UTC"))

    return Backups(None if settings.demo else maker, clock, zone)


def _day_sheets(house: House) -> DaySheets:
    """Return who has each site's day written down; a demo needs none."""
    settings = house.settings
    where = {"data": settings.data, "database": settings.database, "to": settings.day_sheet_folder}
    maker = DaySheetChild({name: str(word) for name, word in where.items()})

    async def see() -> Seen:
        zones = {id_: site.time_zone for id_, (_, site) in house.directory.sites.items()}
        return await house.read(lambda conn: look(conn, house.clock(), zones))

    return DaySheets(None if settings.demo else maker, see, house.clock)


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


def _doctor(house: House, spool: Spool) -> Doctor:
    """Return who watches over the house and writes to who runs it."""
    outgoing = Outgoing(house.connections, spool, stays_here=house.settings.demo)
    post = DoctorMail(mail_message.compose, mail_message.message_id, mail_message.Unmailable, outgoing)
    return Doctor(house, DoctorTools(Eyes(house.settings), finding_rows, post))


def _postman(house: House, channel: str, deliver: Deliver[Any]) -> Postman[Any]:
    letters = OutboxOf(house, outbox, random_bytes.token_hex(8), channel)
    return Postman(letters, deliver, house.clock, at_once=_AT_ONCE.get(channel, MOST))


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
    forgetful = (AnswerRows, alarms, outbox, ContactDays, copies, sms_rows)
    for forget in (accounts.forget_expired, *(one.forget for one in forgetful)):
        await house.write(partial(forget, now=now))
    zones = {id_: site.time_zone for id_, (_, site) in house.directory.sites.items()}
    await house.write(lambda conn: nightly.erase(conn, now, zones))
    await asyncio.to_thread(spool.forget, now)
    if nightly.sites_at_night(now, zones):
        await house.write(partial(audit_lines.forget, now=now, years=house.settings.log_years))
        await asyncio.to_thread(house.database.empty_wal)
        await house.forgetting.audit_once_a_night(house.read, now)
