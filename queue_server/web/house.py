"""What the routes of one process share. Made by `web.app`; routes find it in `request.app.state.house`."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from jinja2 import Environment
from sqlalchemy.engine import Connection

from queue_server.domain.access import Actor, Kind, Thing
from queue_server.domain.durations.known import Durations
from queue_server.domain.errors import NotFound
from queue_server.domain.figures.hit_rate import HitRate
from queue_server.domain.town import Site, Town
from queue_server.live.alarms import Alarms
from queue_server.live.backups import Backups
from queue_server.live.hub import Hub
from queue_server.live.pushes import Pushes
from queue_server.live.sequencer import Sequencer
from queue_server.live.told_ranges import ToldRanges
from queue_server.settings import Settings
from queue_server.web.alarm_calls import AlarmCalls
from queue_server.web.condition import Condition
from queue_server.web.device_notes import DeviceNotes
from queue_server.web.first_draft import FirstRun
from queue_server.web.forgetting import Forgetting
from queue_server.web.limits import Gate, Limits
from queue_server.web.origin import Csrf
from queue_server.web.ports import (
    Accounts,
    Admit,
    Audit,
    AuditLines,
    Calendar,
    ClerkCalendars,
    Connections,
    Copies,
    Database,
    DayLog,
    Exchange,
    Feeds,
    Figures,
    Helpers,
    InterpreterOrders,
    Letters,
    MissingDocuments,
    Oidc,
    Pairings,
    People,
    Pictures,
    RecordedDays,
    Sealer,
    Settlement,
    SheetLetters,
    SheetPapers,
    SignIns,
    Sms,
    Speech,
    Tokens,
    ToldEstimates,
)
from queue_server.web.puzzles import Puzzles
from queue_server.web.searches import Searches
from queue_server.web.sessions import Sessions
from queue_server.web.simulations import Simulations
from queue_server.web.slip_tests import SlipTests
from queue_server.web.texts import Texts
from queue_server.web.throttle import Throttle

T = TypeVar("T")


@dataclass(slots=True)
class Directory:
    """Where each thing with an address belongs: id → (town, site). Made anew when the set-up changes."""

    sites: dict[str, tuple[Town, Site]] = field(default_factory=dict)
    counters: dict[str, str] = field(default_factory=dict)
    displays: dict[str, str] = field(default_factory=dict)
    kiosks: dict[str, str] = field(default_factory=dict)
    clerks: frozenset[str] = frozenset()
    clerks_at: dict[str, frozenset[str]] = field(default_factory=dict)
    things: dict[tuple[Kind, str], Thing] = field(default_factory=dict)
    departments: dict[tuple[str, str], Thing] = field(default_factory=dict)
    """By organisation and id: two towns may each have an `office`."""

    @classmethod
    def of(cls, sites: Mapping[str, tuple[Town, Site]]) -> "Directory":
        def by_id(things: Callable[[Site], Iterable[Any]]) -> dict[str, str]:
            return {thing.id: site.id for _, site in sites.values() for thing in things(site)}

        own = {site_id: site_id for site_id in sites}
        clerks = {id_: frozenset(clerk.id for clerk in town.clerks) for id_, (town, _) in sites.items()}
        counters, displays = by_id(lambda s: s.counters), by_id(lambda s: s.displays)
        kiosks = by_id(lambda s: s.kiosks)
        kinds = {Kind.SITE: own, Kind.COUNTER: counters, Kind.DISPLAY: displays, Kind.KIOSK: kiosks}
        return cls(
            dict(sites),
            counters,
            displays,
            kiosks,
            frozenset().union(*clerks.values()),
            clerks,
            {
                (kind, id_): Thing(kind, sites[site_id][0].id, site_id, id_)
                for kind, places in kinds.items()
                for id_, site_id in places.items()
            },
            {
                (town.id, one.id): Thing(Kind.DEPARTMENT, town.id, one.site_ids[0], one.id, one.site_ids[1:])
                for town in {town.id: town for town, _ in sites.values()}.values()
                for one in town.departments
                if one.site_ids
            },
        )

    def knows(self, actor: Actor) -> bool:
        """Tell whether the clerk that the actor stands for is known; true for who stands for none."""
        return actor.clerk_id is None or actor.clerk_id in self.clerks

    def thing(self, kind: Kind, id_: str) -> Thing | None:
        """Return what an address names, for `access.require`; None when there is none."""
        return self.things.get((kind, id_))


KEY_PART = 4
"""So much of a ticket's random key tells two tickets with one id apart; a longer one makes the QR denser."""


@dataclass(slots=True)
class House:
    """Everything a route may use."""

    settings: Settings
    clock: Callable[[], datetime]
    database: Database
    settlement: Settlement
    exchange: Exchange
    pictures: Pictures
    sequencer: Sequencer
    hub: Hub
    sessions: Sessions
    limits: Limits
    throttle: Throttle
    password_gate: Gate
    csrf: Csrf
    accounts: Accounts
    sign_ins: SignIns
    oidc: Oidc
    admit: Admit
    audit: Audit
    audit_lines: AuditLines
    missing_documents: MissingDocuments
    told_estimates: ToldEstimates
    told_ranges: ToldRanges
    day_log: DayLog
    recorded_days: RecordedDays
    weakness: Callable[[str, Iterable[str]], str | None]
    """Returns why a password is unfit, given names that a stranger would try; takes up to 25 ms."""
    pairings: Pairings
    tokens: Tokens
    people: People
    helpers: Helpers
    first_run: FirstRun
    puzzles: Puzzles
    calendar: Calendar
    clerk_calendars: ClerkCalendars
    copies: Copies
    feeds: Feeds
    letters: Letters
    sheet_letters: SheetLetters
    interpreter_orders: InterpreterOrders
    sheet_papers: SheetPapers
    connections: Connections
    backups: Backups
    sms: Sms
    secrets: Sealer
    speech: Speech
    texts: Mapping[str, Texts]
    pages: Environment
    directory: Directory
    alarms: Alarms
    pushes: Pushes
    figures: Figures
    simulations: Simulations
    epoch: str
    alarm_calls: AlarmCalls = field(default_factory=AlarmCalls)
    forgetting: Forgetting = field(default_factory=Forgetting)
    condition: Condition = field(default_factory=Condition)
    devices: DeviceNotes = field(default_factory=DeviceNotes)
    slip_tests: SlipTests = field(default_factory=SlipTests)
    hit_rates: dict[str, HitRate] = field(default_factory=dict)
    """By site: how often the waits that were told held, in the last weeks."""
    durations: dict[str, Durations] = field(default_factory=dict)
    """By organisation: how long visits took, in the last weeks."""
    searches: Searches = field(default_factory=Searches)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a read on the database, away from the event loop."""
        return await asyncio.to_thread(self.database.read, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a write that belongs to no site's queue (a session, a token) in the writer's thread."""
        return await self.sequencer.errand(lambda: self.settlement.write(work))

    def site(self, site_id: str) -> Site:
        return self.town_and_site(site_id)[1]

    def town_and_site(self, site_id: str) -> tuple[Town, Site]:
        found = self.directory.sites.get(site_id)
        if found is None:
            raise NotFound(what="site")
        return found

    def offered(self, site_id: str) -> tuple[Town, Site]:
        """Return town and site with all that can be booked, also what is planned to begin later."""
        eras = self.settlement.eras.get(site_id)
        return self.town_and_site(site_id) if eras is None or eras.is_one else eras.offered

    def then(self, site_id: str, at: datetime) -> tuple[Town, Site]:
        """Return town and site as they are set up, or planned to be, on the local day of a moment."""
        town, site = self.town_and_site(site_id)
        eras = self.settlement.eras.get(site_id)
        if eras is None or eras.is_one:
            return town, site
        era = eras.on(at.astimezone(ZoneInfo(site.time_zone)).date())
        return (town, site) if era.site is None else (era.town, era.site)

    async def renew_settings(self) -> None:
        """Take in a changed set-up: the writer's copy, the hub's, the directory."""
        version = await self.sequencer.errand(self.settlement.reload)
        self.directory = Directory.of(self.settlement.sites)
        self.simulations.forget()
        await self.hub.adopt((site for _, site in self.directory.sites.values()), version)
        self.speech.prepare(site for _, site in self.directory.sites.values())

    async def renew_if_changed(self) -> None:
        if await self.read(self.settlement.version) != self.hub.config_version:
            await self.renew_settings()

    def status_url(self, site_id: str, ticket_id: int, key: str, version: int) -> str:
        """Return the address of a ticket's status page; absolute once `public_url` is set.

        A part of the ticket's key is in it: ids are given again after a restore, and the slip of a lost
        visit must not open a stranger's.
        """
        ref = f"{site_id}:{ticket_id}:{key[:KEY_PART]}"
        return f"{self.settings.public_url}/t/{self.secrets.seal('status', ref, version)}"

    def manage_url(self, reference: str, version: int) -> str:
        """Return the address by which its holder sees, moves and cancels an appointment."""
        return f"{self.settings.public_url}/termin/v/{self.secrets.seal('manage', reference, version)}"

    def clerk_of(self, actor: Actor, site_id: str) -> str:
        """Return the clerk that an actor acts as; raises `NotFound` when there is none at this site."""
        if actor.clerk_id is None or actor.clerk_id not in self.directory.clerks_at.get(site_id, ()):
            raise NotFound(what="clerk")
        return actor.clerk_id
