"""A small town in a real database, and a hand that does one command after the other in it.

For the tests of storage, services and the live parts. Its clock stands still until a test moves it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

from queue_server.adapters.database import Database
from queue_server.adapters.store import Store
from queue_server.adapters.town.store import save_town
from queue_server.domain.administration import Doer
from queue_server.domain.hall import Hall
from queue_server.domain.ticket import Origin, Ticket
from queue_server.domain.town import (
    Area,
    CallMode,
    Counter,
    Display,
    Kiosk,
    OpeningHours,
    Room,
    RosterEntry,
    Town,
)
from queue_server.services import counter, reception
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

T = TypeVar("T")
DAY = "2026-03-03"  # a Tuesday
PASS, CARD, CAR = "pass", "card", "car"
SOMEBODY = Doer("anna", "clerk", "web")
SKILLS = {"anna": ("*",), "bernd": (PASS, CARD), "carla": (CAR,), "olga": ("*",)}


def at(clock: str, day: str = DAY) -> datetime:
    """Return a time in UTC; the town is one hour ahead in winter."""
    return datetime.fromisoformat(f"{day}T{clock}+00:00").astimezone(UTC)


def the_town(**site_changes: Any) -> Town:
    """Site `hall`: two areas with a display each, three counters, a kiosk; site `annex` beside it."""
    hall = a_site(
        "hall",
        areas=(Area("foyer", {"de": "Foyer"}), Area("upstairs", {"de": "Oben"})),
        rooms=(Room("r1", "1", "foyer"), Room("r2", "2", "foyer"), Room("r3", "3", "upstairs")),
        counters=(Counter("c1", "1", "r1"), Counter("c2", "2", "r2"), Counter("c3", "3", "r3")),
        displays=(Display("d-foyer", "Foyer", ("foyer",)), Display("d-upstairs", "Oben", ("upstairs",))),
        kiosks=(Kiosk("kiosk", "Terminal", "foyer"),),
        opening=tuple(OpeningHours(day, time(8), time(18)) for day in range(7)),
    )
    annex = a_site("annex", call_mode=CallMode.FETCH, always_open=True, fetch_hint={"de": "Foyer"})
    services = [
        a_service(PASS, minutes=10, site_ids=("hall",), area_by_site={"hall": "foyer"}),
        a_service(CARD, minutes=5, site_ids=("hall", "annex"), area_by_site={"hall": "foyer"}),
        a_service(CAR, minutes=20, site_ids=("hall",), area_by_site={"hall": "upstairs"}),
    ]
    clerks = [
        a_clerk(user, name=user.title(), service_ids=can, site_ids=_sites_of(user), roster=())
        for user, can in SKILLS.items()
    ]

    return a_town(
        sites=(replace(hall, **site_changes), annex), services=tuple(services), clerks=tuple(clerks)
    )


def booking_town(**site_changes: Any) -> Town:
    """The town with working hours: on weekdays Anna and Bernd from eight to twelve, Carla until six.

    A contact may book without end, unless the changes say otherwise, which then hold at both sites.
    """
    limits = {name: site_changes.pop(name, 0) for name in ("max_open_bookings", "max_daily_bookings")}
    town = the_town(opening=tuple(OpeningHours(day, time(8), time(18)) for day in range(5)), **site_changes)
    ends = {"anna": time(12), "bernd": time(12), "carla": time(18)}
    clerks = [
        replace(clerk, roster=tuple(RosterEntry(day, time(8), ends[clerk.id], "hall") for day in range(5)))
        if clerk.id in ends
        else clerk
        for clerk in town.clerks
    ]
    sites = tuple(replace(site, **limits) for site in town.sites)
    return replace(town, sites=sites, clerks=tuple(clerks))


def _sites_of(user: str) -> tuple[str, ...]:
    return ("annex",) if user == "olga" else ("hall",)


class Hand:
    """Does commands in a town, each in a transaction of its own, at `now`."""

    def __init__(self, database: Database, town: Town | None = None, now: datetime | None = None) -> None:
        self.database = database
        self.now = now or at("08:00")
        if town is not None:
            self.settle(town)
        self.store = Store(database)

    def settle(self, town: Town) -> None:
        self.database.write(lambda conn: save_town(conn, town, self.now))

    def restart(self) -> None:
        """Forget everything, as a new process does."""
        self.store.close()
        self.store = Store(self.database)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def do(self, work: Callable[[Unit], T], site_id: str = "hall") -> T:
        self.store.begin()
        try:
            answer = work(self.store.unit(site_id, self.now))
            self.store.commit()
        except BaseException:
            self.store.rollback()
            raise
        return answer

    def look(self, work: Callable[[Unit], T], site_id: str = "hall") -> T:
        return work(self.store.view(site_id, self.now))

    @property
    def hall(self) -> Hall:
        return self.look(lambda unit: unit.hall)

    def ticket(self, answer: Answer) -> Ticket:
        return self.hall.tickets[answer.get("id") or answer["ticket"]]

    # -- the acts that most tests need -------------------------------------------------------------

    def take(
        self,
        *services: str,
        needs: Sequence[str] = (),
        origin: Origin = Origin.KIOSK,
        kiosk_id: str | None = "kiosk",
        site_id: str = "hall",
    ) -> Answer:
        return self.do(lambda u: taking(u, *services, needs=needs, origin=origin, kiosk_id=kiosk_id), site_id)

    def open(self, counter_id: str = "c1", clerk_id: str = "anna", ref: str = "s1", **more: Any) -> Answer:
        return self.do(lambda u: counter.open_counter(u, counter_id, clerk_id, ref, **more))

    def call(self, counter_id: str = "c1", clerk_id: str = "anna", **more: Any) -> Answer:
        return self.do(lambda u: counter.call(u, counter_id, clerk_id, **more))

    def act(self, use_case: Callable[..., Answer], counter_id: str = "c1", clerk_id: str = "anna") -> Answer:
        """Do what needs nothing but a counter and its clerk: `act(counter.recall)`."""
        return self.do(lambda u: use_case(u, counter_id, clerk_id))


def taking(
    unit: Unit,
    *services: str,
    needs: Sequence[str] = (),
    origin: Origin = Origin.KIOSK,
    kiosk_id: str | None = "kiosk",
) -> Answer:
    """Take a number for a passport, or for what is named."""
    chosen = choose(unit.town, unit.site, [(service, 1) for service in services or (PASS,)])
    return reception.take_ticket(unit, chosen, origin=origin, language="de", needs=needs, kiosk_id=kiosk_id)
