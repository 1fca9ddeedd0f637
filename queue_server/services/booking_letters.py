"""Which letters a booking sends off, and when: rows of the outbox, in the commit of what they tell.

A row holds ids and numbers. Whoever sends it reads the contact then: so a corrected address counts, and
what is erased is not sent. On cancelling, all that a visitor told is erased at once but the contact,
which stays until the last letter is sent, two days at most: somebody whose appointment the desk cancels
has to learn of it. What must not live here: the words of a letter.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.appointment import Appointment
from queue_server.domain.book_deadlines import missed_visits
from queue_server.domain.events import Event
from queue_server.domain.person import Person, ways_to
from queue_server.domain.reminding import remind_at
from queue_server.domain.town import Site
from queue_server.services import interpreter_orders
from queue_server.services.ports import TakenBack, Unit
from queue_server.services.short_messages import KINDS

_LASTING: Final = frozenset({"booked", "moved", "accepted", "must_move", "rescued", "stands", "admission"})
"""What is as true of each of two appointments in a row as of both. A reminder has a time of its own."""
CONTACT_KEPT: Final = timedelta(days=2)


def erase_after(unit: Unit, appointment: Appointment) -> datetime:
    """Return when the visitor's data go at the latest: at the end of the site's `erase_days`-th day after.

    Mostly they go earlier, in the night after the last message is done.
    """
    last_day = unit.book.day_of(appointment) + timedelta(days=unit.site.erase_days)
    return datetime.combine(last_day + timedelta(days=1), time(), unit.book.zone).astimezone(UTC)


def booked(unit: Unit, parts: Sequence[Appointment], person: Person) -> None:
    """Post the confirmation, and the reminder that was wished for: one letter for both of a pair."""
    post(unit, "booked", parts, person, 0)
    _remind(unit, parts, person, 0)


def moved(unit: Unit, parts: Sequence[Appointment], person: Person) -> None:
    """Post the new time in place of what still waits. The sequence rises with each change (RFC 5545).

    When one of a pair moves, its letter tells of the other, too.
    """
    first = parts[0]
    rest = [one for one in unit.book.pair_of(first) if one not in parts]
    for one in (*parts, *rest):
        unit.withdraw_posts(one.id)
    post(unit, "moved", (*parts, *rest), person, unit.hall.seq)
    _remind(unit, parts, person, unit.hall.seq)
    _remind(unit, rest, person, unit.hall.seq)


def requested(unit: Unit, parts: Sequence[Appointment], person: Person, kind: str) -> None:
    """Post that a request came in."""
    post(unit, kind, parts, person, 0)


def accepted(unit: Unit, parts: Sequence[Appointment], person: Person, kind: str = "accepted") -> None:
    """Post that a request is confirmed, and the reminder that was wished for."""
    for one in parts:
        unit.withdraw_posts(one.id)
    post(unit, kind, parts, person, unit.hall.seq)
    _remind(unit, parts, person, unit.hall.seq)


def rescued(unit: Unit, parts: Sequence[Appointment], person: Person, *, remind: bool = True) -> None:
    """Post that the town hall has moved an appointment, or a pair: first what moved, then what stays.

    The caller has taken back what still waited.
    """
    post(unit, "rescued", parts, person, unit.hall.seq)
    if remind:
        in_turn = sorted(parts, key=lambda one: one.starts_at)
        _remind(unit, in_turn, person, unit.hall.seq)


def restored(
    unit: Unit,
    one: Appointment,
    person: Person,
    told: Collection[str],
    before: Iterable[TakenBack],
    press: str = "",
) -> None:
    """Post that it stays as it was, where something else was `told`, and anew what waited `before`."""
    also = tuple(part.id for part in unit.book.pair_of(one) if part is not one)
    for channel in told:
        unit.post("stands", one.id, also=also, sequence=unit.hall.seq, channel=channel, press=press)
    for letter in before:
        if letter.kind == "reminder":
            rest = [part for id_ in letter.also if (part := unit.book.get(id_)) is not None]
            _remind(unit, (one, *rest), person, unit.hall.seq, (letter.channel,))
        elif letter.channel not in told:
            unit.post(letter.kind, one.id, also=letter.also, sequence=unit.hall.seq, channel=letter.channel)


def ways(unit: Unit, person: Person, kind: str) -> tuple[str, ...]:
    """Return the channels on which somebody is written to about this."""
    return _ways(unit.site, person, kind)


def must_move(unit: Unit, parts: Sequence[Appointment], person: Person, press: str = "") -> None:
    """Post that the time cannot be kept; the reminder stays until the visitor has chosen."""
    post(unit, "must_move", parts, person, unit.hall.seq, press=press)


def missed(unit: Unit, events: Iterable[Event]) -> None:
    """Post, in place of what still waits, that nobody came: to who is missed by these events."""
    for parts in missed_visits(unit.book, unit.hall, events, unit.restored_at):
        for one in parts:
            unit.withdraw_posts(one.id)
        post(unit, "missed", parts, unit.person(parts[0].id) or Person(), 0)


def left(unit: Unit, gone: Appointment, rest: Sequence[Appointment], person: Person) -> None:
    """Take back the letters of an appointment that goes to another site; the `rest` of a pair stays."""
    _keep_for(unit, rest, unit.withdraw_posts(gone.id))
    _remind_anew(unit, rest, person)


def cancelled(
    unit: Unit, parts: Sequence[Appointment], person: Person, rest: Sequence[Appointment] = ()
) -> None:
    """Post the farewell in place of what still waits, and erase the person. `rest` stays booked."""
    ended(unit, parts, person, "cancelled", rest)


def ended(
    unit: Unit, parts: Sequence[Appointment], person: Person, kind: str, rest: Sequence[Appointment] = ()
) -> None:
    """Post a farewell of this kind in place of what still waits, and erase the person."""
    for one in parts:
        _keep_for(unit, rest, unit.withdraw_posts(one.id))
    ways = _ways(unit.site, person, kind)
    post(unit, kind, parts, person, unit.hall.seq)
    _remind_anew(unit, rest, person)
    interpreter_orders.leave_all(unit, parts, person)
    for one in parts:
        unit.forget_person(one.id, unit.now + CONTACT_KEPT if ways else None)


def dropped(unit: Unit, parts: Sequence[Appointment]) -> None:
    """Post nothing any more, and erase the person at once."""
    interpreter_orders.leave_all(unit, parts, unit.person(parts[0].id) or Person())
    for one in parts:
        unit.withdraw_posts(one.id)
        unit.forget_person(one.id)


def post(
    unit: Unit,
    kind: str,
    parts: Sequence[Appointment],
    person: Person,
    sequence: int,
    due_at: datetime | None = None,
    only: Collection[str] = ("mail", "sms"),
    press: str = "",
) -> None:
    """Post one letter that tells of all `parts`, on each way that reaches the person."""
    for channel in _ways(unit.site, person, kind):
        if channel not in only:
            continue
        also = tuple(one.id for one in parts[1:])
        unit.post(
            kind, parts[0].id, also=also, sequence=sequence, due_at=due_at, channel=channel, press=press
        )


def _keep_for(unit: Unit, rest: Sequence[Appointment], taken_back: Iterable[TakenBack]) -> None:
    """Post anew, about what stays of a pair, what was taken back before it had told of it.

    Else nobody would learn the number and the links of what is still booked. What waits under `rest`
    itself stays: whoever sends it leaves out what has gone.
    """
    for letter in taken_back:
        told = [one.id for one in rest if one.id in letter.also]
        if told and letter.kind in _LASTING:
            sequence = 0 if letter.kind == "admission" else unit.hall.seq
            unit.post(letter.kind, told[0], also=told[1:], sequence=sequence, channel=letter.channel)


def _remind_anew(unit: Unit, rest: Sequence[Appointment], person: Person) -> None:
    for one in rest:
        unit.withdraw_posts(one.id, "reminder")
    _remind(unit, rest, person, unit.hall.seq)


def _ways(site: Site, person: Person, kind: str) -> tuple[str, ...]:
    return ways_to(person, sms=site.sms and kind in KINDS)


def _remind(
    unit: Unit,
    parts: Sequence[Appointment],
    person: Person,
    sequence: int,
    only: Collection[str] = ("mail", "sms"),
) -> None:
    """Post the reminder that was wished for: one for all `parts`, before the first of them."""
    if parts and person.reminder_min:
        zone = ZoneInfo(unit.site.time_zone)
        due_at = remind_at(parts[0].starts_at, person.reminder_min, unit.now, zone)
        if due_at is not None:
            post(unit, "reminder", parts, person, sequence, due_at, only)
