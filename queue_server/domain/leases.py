"""Who holds which number today, and until when it stays taken. Which one is drawn: `domain.number_space`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush

from queue_server.domain.number_space import Below, NumberSpace

REUSE_AFTER = timedelta(hours=2)
"""So long after a visit ended may its number be leased again."""
NOBODY = 0
"""The ticket of a number that was given before a restore: a slip is out there, its visit is lost."""
ABOUT = timedelta(hours=2)
"""So long before and after its time does a reserved number count as one that is heard in the hall."""


@dataclass(slots=True)
class Lease:
    """The right to a number: one visit on this business day."""

    number: int
    ticket_id: int
    ended_at: datetime | None = None


class Leases(Mapping[int, Lease]):
    """Number → its last lease of the day. Only the fold begins and ends them.

    The numbers whose two hours are over are let go when the next one is asked for, in the order in
    which they ended; nothing looks through all of them. Time only goes forward here.
    """

    def __init__(self) -> None:
        self._by_number: dict[int, Lease] = {}
        self._space = NumberSpace()
        self._ended: list[tuple[datetime, int]] = []
        self._newest: Lease | None = None
        self._reserved: dict[int, datetime] = {}
        self._reserved_change_at: datetime | None = None

    def __getitem__(self, number: int) -> Lease:
        return self._by_number[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._by_number)

    def __len__(self) -> int:
        return len(self._by_number)

    def draw(self, now: datetime, below: Below) -> int:
        """Return a number that nobody holds; raises `NoNumberLeft`."""
        self._let_go(now)
        self._move_reserved(now)
        return self._space.draw(below)

    def next_in_sequence(self, now: datetime) -> int:
        """Return the number after the newest visit's; raises `NoNumberLeft`."""
        self._let_go(now)
        return self._space.after(self._newest.number if self._newest else None)

    def begin(self, number: int, ticket_id: int) -> None:
        """A visit takes the number. Raises `ValueError` while another visit has it."""
        before = self._by_number.get(number)
        if before is not None and before.ended_at is None:
            raise ValueError(f"number {number} is held by ticket {before.ticket_id}")
        self.restore(Lease(number, ticket_id))

    def end(self, number: int, ticket_id: int, at: datetime) -> None:
        """The visit is over; the number stays taken for two hours."""
        lease = self._held(number, ticket_id)
        lease.ended_at = at
        self._space.leave(number)
        heappush(self._ended, (at, number))

    def go_on(self, number: int, ticket_id: int) -> None:
        """The visit is not over after all (an undo within 10 s)."""
        self._held(number, ticket_id).ended_at = None
        self._space.take(number)

    def reserve(self, numbers: Mapping[int, datetime]) -> None:
        """Keep these numbers, each with its time, for who is still to come; all others are no longer kept."""
        for number in self._reserved.keys() - numbers.keys():
            del self._reserved[number]
            if not self._is_taken(number):
                self._space.leave(number)
                self._space.free(number)
        for number in numbers.keys() - self._reserved.keys():
            self._space.take(number)
            if not self._is_held(number):
                self._space.leave(number)
        if self._reserved != numbers:
            self._reserved = dict(numbers)
            self._reserved_change_at = min(numbers.values(), default=None)

    def restore(self, lease: Lease) -> None:
        """Take in a lease as its row tells it."""
        self._by_number[lease.number] = lease
        self._space.take(lease.number)
        if lease.ended_at is not None:
            self._space.leave(lease.number)
            heappush(self._ended, (lease.ended_at, lease.number))
        if self._newest is None or lease.ticket_id > self._newest.ticket_id:
            self._newest = lease

    def _held(self, number: int, ticket_id: int) -> Lease:
        lease = self._by_number[number]
        if lease.ticket_id != ticket_id:
            raise ValueError(f"number {number} is held by ticket {lease.ticket_id}, not {ticket_id}")
        return lease

    def _let_go(self, now: datetime) -> None:
        while self._ended and self._ended[0][0] + REUSE_AFTER <= now:
            ended_at, number = heappop(self._ended)
            # An undone end, or one of an earlier visit with this number, frees nothing.
            if self._by_number[number].ended_at == ended_at and number not in self._reserved:
                self._space.free(number)

    def _move_reserved(self, now: datetime) -> None:
        """Let those be near who come at about this time: a whole day's bookings leave no far number."""
        due = self._reserved_change_at
        if due is None or now < due - ABOUT:
            return
        changes = []
        for number, at in self._reserved.items():
            if at - ABOUT <= now <= at + ABOUT:
                self._space.take(number)
            elif not self._is_held(number):
                self._space.leave(number)
            changes += [edge for edge in (at, at + 2 * ABOUT) if edge - ABOUT > now]
        self._reserved_change_at = min(changes, default=None)

    def _is_held(self, number: int) -> bool:
        lease = self._by_number.get(number)
        return lease is not None and lease.ended_at is None

    def _is_taken(self, number: int) -> bool:
        """Say whether a visit has the number, or had it less than two hours ago."""
        return self._is_held(number) or any(number == ended for _, ended in self._ended)


def is_leased(lease: Lease, now: datetime) -> bool:
    """Say whether a number is still taken: its visit goes on, or ended less than two hours ago."""
    return lease.ended_at is None or now < lease.ended_at + REUSE_AFTER
