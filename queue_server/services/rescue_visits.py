"""What a day rescue moves as one: an appointment, or two of one visitor right behind each other.

What lives here: which of them hang together. What must not: where they go (`services.rescue_rules`,
`domain.rescue_pairs`). A pair is one thing only while all of it may be moved: of one that has begun, that is
only asked for, or whose other half is another department's, what is lost keeps its time or stays.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.parting import second_cells
from queue_server.domain.person import Person
from queue_server.domain.rescue import Place
from queue_server.services.ports import Unit
from queue_server.services.rescue_rules import Found


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment, or both of a pair in the order of their times; at least one of them is lost."""

    parts: tuple[Found, ...]

    @property
    def lead(self) -> Found:
        """By what the visit is known: its first part, lost or not."""
        return self.parts[0]

    @property
    def is_pair(self) -> bool:
        return len(self.parts) > 1

    @property
    def lost(self) -> tuple[Found, ...]:
        return tuple(one for one in self.parts if one.is_lost)


def visits_of(found: Sequence[Found], services: Collection[str] | None) -> Iterator[Visit]:
    """Yield what is lost with what hangs on its time, in order, each once. `services` as in `broken_on`."""
    lost = {(one.unit.site.id, one.appointment.id): one for one in found}
    seen: set[tuple[str, int]] = set()
    for one in found:
        unit = one.unit
        if (unit.site.id, one.appointment.id) in seen:
            continue
        pair = unit.book.pair_of(one.appointment)
        if len(pair) < 2 or not _hang_together(unit, pair, services):
            pair = (one.appointment,)
        seen |= {(unit.site.id, part.id) for part in pair}
        yield Visit(tuple(lost.get((unit.site.id, part.id)) or _beside(one, part) for part in pair))


def own_place(found: Found) -> Place:
    """Return where an appointment is."""
    one = found.appointment
    return Place(found.unit.site.id, str(one.clerk_id), one.first_cell)


def _hang_together(unit: Unit, pair: Sequence[Appointment], services: Collection[str] | None) -> bool:
    first, second = pair
    return second.first_cell in second_cells(first.first_cell, first.cells) and all(
        one.state is AppointmentState.BOOKED
        and one.starts_at > unit.now
        and (services is None or not one.services.isdisjoint(services))
        for one in pair
    )


def _beside(lost: Found, other: Appointment) -> Found:
    """Return the one of a pair that keeps its clerk."""
    person = lost.unit.person(other.id) or Person()
    return Found(lost.unit, other, False, person, lost.is_asked, is_lost=False)
