"""What a day rescue would do: everybody whom the cause breaks, each with a proposal and other choices.

What lives here: looking, in slices, so that nobody's call waits behind it. What must not: doing any of it
(`services.rescue`), the rules (`services.rescue_rules`), the matching (`domain.rescue`).

A slice asks the sites' memory and belongs into the writer's thread. The matching needs no memory and may take
a while: it is handed out as a question that is answered anywhere. What changes between two slices is noticed
when it is done: a place that was taken meanwhile leaves that one appointment open.
"""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from queue_server.domain.rescue import Broken, Place, propose
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.rescue_choices import Choices
from queue_server.domain.rescue_pairs import Pair, nearest_pairs, propose_together, taken_by
from queue_server.domain.slots import Span, time_of
from queue_server.services import booking_letters as letters
from queue_server.services.appointments import iso, view
from queue_server.services.ports import Answer, Unit
from queue_server.services.rescue import how_of, in_turn, written_all
from queue_server.services.rescue_rules import Day, broken_on
from queue_server.services.rescue_visits import Visit, own_place, visits_of

CHOICES_MOST: Final = 6
SLICE: Final = 25
"""So many appointments are looked at in one go: some ten milliseconds."""
Question: TypeAlias = Callable[[], Any]
Steps: TypeAlias = Generator[Question | None, Any, list[Answer]]
"""After each slice None, or a question whose answer it goes on with."""


def preview(units: Sequence[Unit], cause: Cause, services: Collection[str] | None) -> list[Answer]:
    """Return at once what `previewing` finds."""
    steps, answer = previewing(units, cause, services), None
    while True:
        question, rows = go_on(steps, answer)
        if rows is not None:
            return rows
        answer = question() if question else None


def go_on(steps: Steps, answer: Any) -> tuple[Question | None, list[Answer] | None]:
    """Do the next slice; return a question that comes out of it, and in the end what was found."""
    try:
        return steps.send(answer), None
    except StopIteration as over:
        return None, over.value


@dataclass(frozen=True, slots=True)
class _Looked:
    """A visit with the seats of what is lost at its own rules, and of both where a pair may move."""

    visit: Visit
    broken: tuple[Broken, ...]
    pair: Pair | None

    @property
    def parts(self) -> tuple[Broken, ...]:
        return self.pair.parts if self.pair else self.broken

    def places(self, of: Mapping[str, Place]) -> tuple[Place, ...] | None:
        """Return where all parts would be; None when there is no place for one that is lost."""
        own = {one.appointment.reference: own_place(one) for one in self.visit.parts if not one.is_lost}
        found = [of.get(part.key) or own.get(part.key) for part in self.parts]
        known = tuple(place for place in found if place is not None)
        return known if len(known) == len(found) else None


def previewing(units: Sequence[Unit], cause: Cause, services: Collection[str] | None) -> Steps:
    """Find what the cause breaks, in order of time, each with a proposal and other choices.

    `services`: only what is for one of these; None for all. Who `waits` was asked already to choose another
    time and has no proposal. Both of a pair are one row, with `parts`. Reads only.
    """
    rows: list[Answer] = []
    for day in cause.days:
        visits = [*visits_of([*broken_on(units, cause, day, services)], services)]
        if visits:
            rows += yield from _proposals(Day(units, cause, day), visits)
    return rows


def _proposals(day: Day, visits: Sequence[Visit]) -> Steps:
    looked: list[_Looked] = []
    for visit in visits:
        pair = day.pair(visit.parts) if visit.is_pair else None
        looked.append(_Looked(visit, tuple(day.broken(one) for one in visit.lost), pair))
        if len(looked) % SLICE == 0:
            yield None
    # Who was asked chooses alone, and needs no place of the plan.
    anew = [one for one in looked if not one.visit.lead.is_asked]
    broken = [each for one in anew for each in one.broken]
    pairs = [one.pair for one in anew if one.pair is not None]
    places: dict[str, Place] = yield lambda: propose_together(day.span, broken, pairs)
    if day.keeps_for_walk_ins:
        places = yield from _settled(day, looked, places)
    choices: list[list[tuple[Place, ...]]] = yield lambda: _choices(day.span, looked, places)
    rows = []
    for one, free in zip(looked, choices, strict=True):
        rows.append(_told(one, one.places(places), free))
        if len(rows) % SLICE == 0:
            yield None
    return sorted(rows, key=lambda row: (row["starts_at"], row["reference"]))


def _choices(
    span: Span, looked: Sequence[_Looked], places: Mapping[str, Place]
) -> list[list[tuple[Place, ...]]]:
    parts = [part for one in looked for part in one.parts]
    placed = [(part, places[part.key]) for part in parts if part.key in places]
    alone, taken = Choices(span, placed), taken_by(span, placed)
    found: list[list[tuple[Place, ...]]] = []
    for one in looked:
        if one.pair is None:
            found.append([(place,) for place in alone.of(one.broken[0], CHOICES_MOST)])
        else:
            own = taken_by(span, ((part, places[part.key]) for part in one.parts if part.key in places))
            others = taken | {clerk_id: taken[clerk_id] & ~cells for clerk_id, cells in own.items()}
            found.append([*nearest_pairs(span, one.pair, others, CHOICES_MOST)])
    return found


def _settled(
    day: Day, looked: Sequence[_Looked], places: Mapping[str, Place]
) -> Generator[None, None, dict[str, Place]]:
    """Go through the proposals in the order in which they will be done: walk-ins keep their share."""
    kept: dict[str, Place] = {}
    for nth, one in enumerate(sorted(looked, key=lambda one: in_turn(one.visit)), start=1):
        wanted = one.places(places)
        if wanted is None or one.visit.lead.is_asked:
            continue
        for part, place in _still(day, one, wanted):
            if part.key in places or place.start != part.start:
                kept[part.key] = place
                day.plan(place, part.cells)
        if nth % SLICE == 0:
            yield None
    return kept


def _still(day: Day, one: _Looked, wanted: Sequence[Place]) -> list[tuple[Broken, Place]]:
    """Return the places that are left for a visit: those of the plan, else others, else none."""
    if one.pair is None:
        broken = day.broken(one.visit.lead)
        place = wanted[0] if broken.allows(day.span, wanted[0]) else None
        place = place or propose(day.span, [broken]).get(broken.key)
        return [] if place is None else [(broken, place)]
    pair, both = day.pair(one.visit.parts), (wanted[0], wanted[1])
    found = [both] if pair.allows(day.span, both) else nearest_pairs(day.span, pair, {}, 1)
    return [each for places in found for each in zip(pair.parts, places, strict=True)]


def _told(looked: _Looked, proposal: Sequence[Place] | None, choices: Sequence[Sequence[Place]]) -> Answer:
    visit = looked.visit
    lead, unit = visit.lead, visit.lead.unit
    return {
        **view(unit, lead.appointment),
        "site": unit.site.id,
        "clerk": lead.appointment.clerk_id,
        "proposal": _choice(visit, proposal) if proposal else None,
        "choices": [_choice(visit, each) for each in choices],
        "waits": lead.is_asked,
        "request": lead.is_request,
        "reached": list(letters.ways(unit, lead.person, "rescued")),
        "lost": len(visit.lost),
        "parts": [view(unit, one.appointment) for one in visit.parts],
    }


def _choice(visit: Visit, places: Sequence[Place]) -> Answer:
    unit, first = visit.lead.unit, places[0]
    hows = [
        how_of(unit.site.id, one.appointment.first_cell, place)
        for one, place in zip(visit.parts, places, strict=True)
    ]
    return {
        "value": written_all(places),
        "site": first.site_id,
        "clerk": first.clerk_id,
        "starts_at": iso(unit, time_of(first.start)),
        "how": next((how for how in hows if how != "clerk"), "clerk"),
        "parts": [{"clerk": at.clerk_id, "starts_at": iso(unit, time_of(at.start))} for at in places],
    }
