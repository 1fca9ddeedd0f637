"""What a day rescue would do: everybody whom the cause breaks, each with a proposal and other choices.

What lives here: looking, in slices, so that nobody's call waits behind it. What must not: doing any of it
(`services.rescue`), the rules (`services.rescue_rules`), the matching (`domain.rescue`).

A slice asks the sites' memory and belongs into the writer's thread. The matching needs no memory and may take
a while: it is handed out as a question that is answered anywhere. What changes between two slices is noticed
when it is done: a place that was taken meanwhile leaves that one appointment open.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from typing import Any, Final, TypeAlias

from queue_server.domain.rescue import Broken, Place, propose
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.rescue_choices import Choices
from queue_server.domain.slots import Span, time_of
from queue_server.services import booking_letters as letters
from queue_server.services.appointments import iso, view
from queue_server.services.ports import Answer, Unit
from queue_server.services.rescue import how_of, in_turn, written
from queue_server.services.rescue_rules import Day, Found, broken_on

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


def previewing(units: Sequence[Unit], cause: Cause, services: Collection[str] | None) -> Steps:
    """Find what the cause breaks, in order of time, each with a proposal and other choices.

    `services`: only what is for one of these; None for all. Who `waits` was asked already to choose another
    time and has no proposal. Reads only.
    """
    rows: list[Answer] = []
    for day in cause.days:
        found = [*broken_on(units, cause, day, services)]
        if found:
            rows += yield from _proposals(Day(units, cause, day), found)
    return rows


def _proposals(day: Day, found: Sequence[Found]) -> Steps:
    asked: list[Broken] = []
    for one in found:
        asked.append(day.broken(one))
        if len(asked) % SLICE == 0:
            yield None
    # Who was asked chooses alone, and needs no place of the plan.
    anew = [broken for one, broken in zip(found, asked, strict=True) if not one.is_asked]
    places: dict[str, Place] = yield lambda: propose(day.span, anew)
    if day.keeps_for_walk_ins:
        places = yield from _settled(day, found, places)
    choices: list[list[Place]] = yield lambda: _choices(day.span, asked, places)
    rows = []
    for one, broken, free in zip(found, asked, choices, strict=True):
        rows.append(_told(one, broken, places.get(broken.key), free))
        if len(rows) % SLICE == 0:
            yield None
    return sorted(rows, key=lambda row: (row["starts_at"], row["reference"]))


def _choices(span: Span, asked: Sequence[Broken], places: dict[str, Place]) -> list[list[Place]]:
    taken = Choices(span, [(one, places[one.key]) for one in asked if one.key in places])
    return [taken.of(one, CHOICES_MOST) for one in asked]


def _settled(
    day: Day, found: Sequence[Found], places: dict[str, Place]
) -> Generator[None, None, dict[str, Place]]:
    """Go through the proposals in the order in which they will be done: walk-ins keep their share."""
    kept: dict[str, Place] = {}
    for nth, one in enumerate(sorted(found, key=in_turn), start=1):
        place = places.get(one.appointment.reference)
        if place is None:
            continue
        broken = day.broken(one)
        if not broken.allows(day.span, place):
            place = propose(day.span, [broken]).get(broken.key)
        if place is not None:
            day.plan(place, broken.cells)
            kept[broken.key] = place
        if nth % SLICE == 0:
            yield None
    return kept


def _told(found: Found, broken: Broken, place: Place | None, choices: Sequence[Place]) -> Answer:
    unit, one = found.unit, found.appointment
    return {
        **view(unit, one),
        "site": unit.site.id,
        "clerk": one.clerk_id,
        "proposal": _choice(unit, broken, place) if place else None,
        "choices": [_choice(unit, broken, each) for each in choices],
        "waits": found.is_asked,
        "request": found.is_request,
        "reached": list(letters.ways(unit, found.person, "rescued")),
    }


def _choice(unit: Unit, broken: Broken, place: Place) -> Answer:
    return {
        "value": written(place),
        "site": place.site_id,
        "clerk": place.clerk_id,
        "starts_at": iso(unit, time_of(place.start)),
        "how": how_of(broken.site_id, broken.start, place),
    }
