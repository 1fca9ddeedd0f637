"""What the tests of the hall are written with: a day, times of it, halls and tickets with few words."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.number_space import Below
from queue_server.domain.order import Due, appointment_due, walk_in_due, with_priority
from queue_server.domain.ticket import DueReason, Origin, Ticket, TicketState

DAY = date(2026, 3, 3)
GRACE = timedelta(minutes=15)
PASS, CARD, CAR = "pass", "card", "car"
ALL = frozenset({PASS, CARD, CAR})


def at(clock: str) -> datetime:
    """Return a time of the test day, such as "09:15" or "09:15:30"."""
    return datetime.combine(DAY, time.fromisoformat(clock), UTC)


def seeded(seed: int = 1) -> Below:
    return random.Random(seed).randrange


def a_ticket(
    ticket_id: int = 1,
    *,
    state: TicketState = TicketState.WAITING,
    services: Iterable[str] = (PASS,),
    arrived: str = "09:00",
    due: str | None = None,
    appointed: str | None = None,
    bound: str | None = None,
    expected_min: int = 10,
) -> Ticket:
    return Ticket(
        id=ticket_id,
        number=100 + ticket_id,
        key=f"key-{ticket_id}",
        state=state,
        origin=Origin.APPOINTMENT if appointed else Origin.KIOSK,
        concern=tuple((service, 1) for service in services),
        persons=1,
        language="de",
        expected_min=expected_min,
        area_id="foyer",
        arrived_at=at(arrived),
        due_at=at(due or arrived),
        due_reason=DueReason.APPOINTED if appointed else DueReason.PATIENCE,
        state_at=at(arrived),
        appointed_at=at(appointed) if appointed else None,
        bound_counter_id=bound,
    )


@dataclass
class Day:
    """A hall with its log and its clock: decisions go in, their events are recorded at `now`."""

    hall: Hall = field(default_factory=lambda: Hall("hall", DAY))
    now: datetime = field(default_factory=lambda: at("09:00"))
    skills: dict[str, frozenset[str]] = field(default_factory=dict)
    log: list[Recorded] = field(default_factory=list)
    below: Below = field(default_factory=seeded)

    def record(self, events: Iterable[e.Event]) -> int:
        for event in events:
            recorded = Recorded(self.hall.seq + 1, self.now, event)
            apply(self.hall, recorded)
            self.log.append(recorded)
        return self.hall.seq

    def wait_until(self, clock: str) -> None:
        self.now = at(clock)

    def later(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def take(
        self,
        *services: str,
        minutes: int = 10,
        factor: float = 3,
        appointed: str | None = None,
        priority: bool = False,
        number: int | None = None,
        after: Ticket | None = None,
    ) -> Ticket:
        """Somebody takes a number, or checks in for an appointment."""
        due = (
            appointment_due(at(appointed), self.now, GRACE)
            if appointed
            else walk_in_due(self.now, minutes, factor)
        )
        return self.begin(
            services or (PASS,),
            minutes,
            with_priority(due, self.now) if priority else due,
            appointed_at=at(appointed) if appointed else None,
            number=number,
            after=after,
        )

    def begin(
        self,
        services: Iterable[str],
        minutes: int,
        due: Due,
        *,
        appointed_at: datetime | None = None,
        number: int | None = None,
        after: Ticket | None = None,
    ) -> Ticket:
        if number is None:
            number = visiting.choose_number(self.hall, self.now, self.below, sequential=False)
        event = e.TicketTaken(
            number=number,
            key=f"key-{self.hall.seq + 1}",
            origin=Origin.APPOINTMENT if appointed_at else Origin.KIOSK,
            concern=tuple((service, 1) for service in services),
            persons=1,
            language="de",
            expected_min=minutes,
            area="foyer",
            due_at=due.at,
            due_reason=due.reason,
            adjustment=due.adjustment,
            appointed_at=appointed_at,
            after=None if after is None else after.id,
        )
        return self.hall.tickets[self.record([event])]

    def call(self, counter_id: str, ticket: Ticket | None = None, *, finish_current: bool = False) -> Ticket:
        """A clerk presses "next", or names a ticket; returns who is at the counter then."""
        self.record(
            calling.call(
                self.hall,
                counter_id,
                self.skills[counter_id],
                self.now,
                ticket_id=None if ticket is None else ticket.id,
                finish_current=finish_current,
            )
        )
        called = self.hall.ticket_at(counter_id)
        assert called is not None
        return called

    def start(self, counter_id: str) -> None:
        self.record(calling.start(self.hall, counter_id))

    def join(self, counter_id: str, ticket: Ticket) -> None:
        self.record(calling.join(self.hall, counter_id, ticket.id))

    def undo(self, counter_id: str) -> None:
        self.record(calling.undo(self.hall, counter_id, self.now))

    def hand_on(self, counter_id: str, to_counter: str | None) -> None:
        """Transfer the running visit to another counter alone."""
        self.record(
            calling.transfer(
                self.hall, counter_id, to_counter=to_counter, concern=None, expected_min=None, area="foyer"
            )
        )

    def serve(self, counter_id: str, ticket: Ticket | None = None) -> Ticket:
        """Call and start in one go."""
        called = self.call(counter_id, ticket)
        self.start(counter_id)
        return called

    def numbers_waiting(self) -> list[int]:
        return [ticket.number for ticket in self.hall.waiting.in_order(self.now)]


def a_hall(counters: int | Mapping[str, Iterable[str]] = 1, *, now: str = "09:00") -> Day:
    """Return a day with open counters c1, c2, …, which may serve all, or with these services."""
    if isinstance(counters, int):
        counters = {f"c{n + 1}": ALL for n in range(counters)}
    day = Day(now=at(now), skills={name: frozenset(services) for name, services in counters.items()})
    for name in day.skills:
        day.record(calling.open_counter(day.hall, name))
    return day
