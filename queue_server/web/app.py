"""Puts everything together: the one module that knows adapters, live, web and the device packages' files."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.types import ASGIApp, Scope

from queue_server.adapters import (
    accounts,
    alarms,
    audit,
    audit_lines,
    day_figures,
    day_log,
    exchange,
    first_run,
    helpers,
    missing_documents,
    pairing,
    people,
    pictures,
    sign_ins,
    simulated_day,
    tokens,
    told_estimates,
)
from queue_server.adapters.accounts import find_session, touch_session
from queue_server.adapters.auditing.audit import audit as search_for_traces
from queue_server.adapters.backup.apart import BackupChild
from queue_server.adapters.calendars import calendar_file, copies, feeds
from queue_server.adapters.calendars.all_calendars import AllCalendars
from queue_server.adapters.connections import ConnectionsFile
from queue_server.adapters.database import Database
from queue_server.adapters.daysheet.month_paper import SheetChild
from queue_server.adapters.directory_admission import admit
from queue_server.adapters.epoch import settle_epoch
from queue_server.adapters.forgetting.marks import ERASED
from queue_server.adapters.oidc.client import OidcClient
from queue_server.adapters.password_strength import weakness
from queue_server.adapters.post import desk_letters, sheet_letters
from queue_server.adapters.post.sms_outgoing import SmsOutgoing
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.push.encrypting import VapidKey
from queue_server.adapters.push.sender import PushSender
from queue_server.adapters.rows.order_rows import OrderRows
from queue_server.adapters.server_key import ensure_key_file
from queue_server.adapters.settlement import Settlement
from queue_server.adapters.simulating import SimulationChild
from queue_server.adapters.speech.announcements import Announcements
from queue_server.adapters.store import Store
from queue_server.adapters.tokens import find_token, touch_token
from queue_server.adapters.town import beginning
from queue_server.domain.alarm import Alarm
from queue_server.domain.errors import Refusal
from queue_server.domain.later_ranges import Noted
from queue_server.live.alarms import AlarmRows, Alarms
from queue_server.live.backups import Backups
from queue_server.live.batches import Moved
from queue_server.live.hub import Hub
from queue_server.live.pushes import Pushes
from queue_server.live.sequencer import Sequencer
from queue_server.live.told_ranges import ToldRanges
from queue_server.services import site_view
from queue_server.settings import Settings
from queue_server.web.errors import refusal_response
from queue_server.web.failing import HANDLERS
from queue_server.web.first_draft import FirstRun
from queue_server.web.house import Directory, House
from queue_server.web.limits import UNLIMITED, Gate, Limits
from queue_server.web.origin import Csrf
from queue_server.web.pushing import waits_by, words_in
from queue_server.web.puzzles import Puzzles
from queue_server.web.request_log import RequestLog
from queue_server.web.routes import routes, templates
from queue_server.web.security import secured
from queue_server.web.sessions import Sessions
from queue_server.web.simulations import Simulations
from queue_server.web.texts import load_texts
from queue_server.web.throttle import Throttle
from queue_server.web.until_town import UntilTown
from queue_server.web.workers import start

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

    def refuse(scope: Scope, refusal: Refusal) -> ASGIApp:
        return refusal_response(texts, scope, refusal)

    served: ASGIApp = RequestLog(app) if settings.log_requests else app
    return secured(
        UntilTown(served, app, refuse) if settings.first_run else served,
        refuse=refuse,
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
    pusher = PushSender(connections, VapidKey(secrets.derive("push")), stays_here=settings.demo)
    house = House(
        settings=settings,
        clock=clock,
        database=database,
        settlement=settlement,
        exchange=exchange,
        pictures=pictures,
        sequencer=sequencer,
        hub=hub,
        sessions=Sessions(
            lambda read: asyncio.to_thread(database.read, read),
            find_session=find_session,
            find_token=find_token,
            touch=lambda id_, now: sequencer.errand(
                lambda: settlement.write(lambda conn: touch_session(conn, id_, now))
            ),
            touch_token=lambda id_, now: sequencer.errand(
                lambda: settlement.write(lambda conn: touch_token(conn, id_, now))
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
        missing_documents=missing_documents,
        told_estimates=told_estimates,
        told_ranges=ToldRanges(sequencer, _told_rows(settlement, sequencer)),
        day_log=day_log,
        recorded_days=simulated_day,
        weakness=weakness,
        pairings=pairing,
        tokens=tokens,
        people=people,
        helpers=helpers,
        first_run=FirstRun(first_run, beginning),
        puzzles=Puzzles(secrets.derive("puzzle"), clock),
        calendar=calendar_file,
        clerk_calendars=calendars,
        copies=copies,
        feeds=feeds,
        letters=desk_letters,
        sheet_letters=sheet_letters,
        interpreter_orders=OrderRows(),
        sheet_papers=SheetChild(),
        connections=connections,
        backups=_backups(settings, clock, settlement),
        sms=SmsOutgoing(connections, Spool(settings.spool_folder), stays_here=settings.demo),
        secrets=secrets,
        speech=speech,
        texts=texts,
        pages=templates(),
        directory=Directory.of(settlement.sites),
        alarms=Alarms(lambda: hub.rooms, _alarm_rows(database, settlement, sequencer), clock),
        pushes=Pushes(pusher, words_in(texts), clock, waits_by(sequencer)),
        figures=day_figures,
        simulations=Simulations(_child(settings).answer, clock),
        epoch=epoch,
    )
    hub.on_picture.append(house.pushes.take)
    hub.phones.on_shown.append(house.told_ranges.shown)
    key, spool = secrets.derive(ERASED), settings.spool_folder
    house.forgetting.search = lambda conn, now: search_for_traces(conn, key, now, spool)
    await start(house, speech, store, calendars, stack)
    return house


def _alarm_rows(database: Database, settlement: Settlement, sequencer: Sequencer) -> AlarmRows:
    async def keep(alarm: Alarm) -> None:
        await sequencer.errand(lambda: settlement.write(lambda conn: alarms.keep(conn, alarm)))

    return AlarmRows(lambda: asyncio.to_thread(database.read, alarms.running), keep)


def _told_rows(settlement: Settlement, sequencer: Sequencer) -> Callable[[list[Noted]], Awaitable[None]]:
    async def keep(noted: list[Noted]) -> None:
        await sequencer.errand(lambda: settlement.write(lambda conn: told_estimates.keep(conn, noted)))

    return keep


def _child(settings: Settings) -> SimulationChild:
    return SimulationChild({"data": str(settings.data), "database": settings.database})


def _backups(settings: Settings, clock: Clock, settlement: Settlement) -> Backups:
    """Return who makes backups at night, as the first site's clock tells it; a demo needs none."""
    where = {"data": settings.data, "database": settings.database, "to": settings.backup_folder}
    maker = BackupChild(settings.backup_folder, {name: str(word) for name, word in where.items()})

    def zone() -> ZoneInfo:
        zones = (site.time_zone for _, site in settlement.sites.values())
        return ZoneInfo(next(zones, "UTC"))

    return Backups(None if settings.demo else maker, clock, zone)
