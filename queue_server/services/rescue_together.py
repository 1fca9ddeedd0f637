"""Moving both of a pair in a day rescue: two swaps, and one letter for both.

What must not live here: whether they may go there (`services.rescue_rules`), and one appointment by itself
(`services.rescue`).
"""

from collections.abc import Sequence

from queue_server.domain.rescue import Place
from queue_server.domain.slots import time_of
from queue_server.services import booking_letters as letters
from queue_server.services.concerns import Choice
from queue_server.services.holding import keep
from queue_server.services.moving import swap
from queue_server.services.ports import Answer
from queue_server.services.rescue_kept import CLIENT, item_of
from queue_server.services.rescue_rules import Day, Found
from queue_server.services.rescue_visits import Visit, own_place


def bring_both(day: Day, visit: Visit, places: Sequence[Place]) -> list[Answer]:
    """Bring both where the rules leave them room; return an item for each that goes somewhere.

    With the time of one that of the visit is another: its visitor is told of both, once. `pair` of an item is
    the reference of the first part, `with_other` stands at all but the one under which was written.
    """
    site_id = visit.lead.unit.site.id
    choices = [day.choice(one, site_id) for one in visit.parts]
    moves = [
        (one, place, choice)
        for one, place, choice in zip(visit.parts, places, choices, strict=True)
        if place != own_place(one) and choice is not None
    ]
    is_later = any(place.start != one.appointment.first_cell for one, place, _ in moves)
    items = [_seat(one, place, choice, is_told=is_later) for one, place, choice in moves]
    for item in items:
        item["pair"] = visit.lead.appointment.reference
    if is_later:
        items[0]["told"] = _tell(visit, [one for one, _, _ in moves])
        for item in items[1:]:
            item["with_other"] = True
    return items


def _seat(one: Found, place: Place, choice: Choice, *, is_told: bool) -> Answer:
    unit, appointment = one.unit, one.appointment
    item = item_of(unit.site.id, appointment, "time" if is_told else "clerk")
    held = keep(
        unit,
        choice,
        [(time_of(place.start), place.clerk_id)],
        [(unit.site.id, appointment)],
        channel=appointment.channel,
        client=unit.fingerprint(CLIENT),
    )
    if is_told:
        waited = unit.withdraw_posts(appointment.id)
        item["waited"] = [[letter.kind, letter.channel, list(letter.also)] for letter in waited]
    swap(unit, appointment, held)
    return item | {"to": [place.site_id, place.clerk_id, place.start]}


def _tell(visit: Visit, moved: Sequence[Found]) -> list[str]:
    """Write to the visitor about both, under the first that moved; return on which ways.

    The reminder is of the first part: where that stays, so does what was posted for it.
    """
    unit, person = visit.lead.unit, moved[0].person
    parts = [one.appointment for one in (*moved, *(one for one in visit.parts if one not in moved))]
    letters.rescued(unit, parts, person, remind=visit.lead in moved)
    return list(letters.ways(unit, person, "rescued"))
