"""What a clerk sees: the counter's picture, with concerns, needs and the reasons of the order.

Never sent to displays, kiosks or phones. `needs` are visitors' data.
"""

from collections import Counter as Counted
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from queue_server.domain.calling import may_serve
from queue_server.domain.hall import CounterState
from queue_server.domain.ticket import UNDO_WITHIN, Ticket, TicketState
from queue_server.domain.town import Counter
from queue_server.domain.waiting_line import lane_key
from queue_server.protocol import CallStatus, CounterEntry, CounterPicture, ServiceCount, StaffTicket, Today
from queue_server.services.ports import Unit
from queue_server.services.site_view import call_mode

WAITING_MOST = 60
"""So many are listed; the figures count all."""


def counter_picture(
    unit: Unit, counter_id: str, call: CallStatus | None, notices: list[dict[str, str]], config_version: int
) -> CounterPicture:
    """Return all that the clerk at a counter must know."""
    hall, site = unit.hall, unit.site
    status = hall.counter(counter_id)
    held = unit.desk.get(counter_id)
    able = held.skills if held else frozenset()
    current = hall.ticket_at(counter_id)
    mine, others = _split(unit, counter_id, able)
    return CounterPicture(
        counter_id=counter_id,
        site_id=site.id,
        state=status.state.value,
        clerk_id=held.clerk_id if held else None,
        current=None if current is None else ticket(unit, current),
        call=call if current is not None else None,
        call_age_ms=_call_age_ms(current, unit.now),
        recalled=current is not None and current.call_kind == "recall",
        undo_ms=_undo_ms(current, unit.now),
        undo_number=_undo_number(unit, current),
        waiting=mine,
        waiting_for_others=others,
        parked=_listed(unit, hall.in_state(TicketState.PARKED), lambda t: t.counter_id == counter_id),
        missed=_listed(unit, hall.in_state(TicketState.NO_SHOW), lambda t: t.services <= able),
        away=_listed(unit, hall.in_state(TicketState.AWAY), lambda t: t.services <= able),
        counters=[_counter_entry(unit, counter) for counter in site.counters],
        today=_today(unit, counter_id),
        issuing=hall.day.issuing,
        call_mode="fetch" if call_mode(unit) == "fetch" else "screen",
        fetch_hint=dict(site.fetch_hint),
        notices=[*notices, *_unserved(unit)],
        config_version=config_version,
    )


def ticket(unit: Unit, one: Ticket) -> StaffTicket:
    """Return a ticket with what staff may know of it."""
    return StaffTicket(
        id=one.id,
        number=one.number,
        state=one.state.value,
        origin=one.origin.value,
        services=[ServiceCount(id=service, count=count) for service, count in one.concern],
        persons=one.persons,
        language=one.language,
        expected_min=one.expected_min,
        area_id=one.area_id,
        waiting_ms=_ms((one.first_called_at or unit.now) - one.arrived_at),
        due_in_ms=_ms(one.due_at - unit.now),
        due_reason=one.due_reason.value,
        adjustment=one.adjustment.value if one.adjustment else None,
        appointed=_local(unit, one.appointed_at),
        counter_id=one.counter_id,
        bound_counter_id=one.bound_counter_id,
        joined=[t.number for t in unit.hall.group(one)[1:]],
        needs=list(unit.needs(one.id)),
        state_age_ms=_ms(unit.now - one.state_at),
    )


def _split(unit: Unit, counter_id: str, able: frozenset[str]) -> tuple[list[StaffTicket], list[StaffTicket]]:
    mine: list[StaffTicket] = []
    others: list[StaffTicket] = []
    for one in unit.hall.waiting.in_order(unit.now):
        is_mine = may_serve(lane_key(one), counter_id, able)
        into = mine if is_mine else others
        if len(into) < WAITING_MOST:
            into.append(ticket(unit, one))
        elif min(len(mine), len(others)) >= WAITING_MOST:
            break
    return mine, others


def _listed(unit: Unit, tickets: Iterable[Ticket], fits: Callable[[Ticket], bool]) -> list[StaffTicket]:
    found = sorted((t for t in tickets if fits(t) and t.joined_to is None), key=lambda t: t.state_at)
    return [ticket(unit, t) for t in islice(found, WAITING_MOST)]


def _undo_ms(current: Ticket | None, now: datetime) -> int:
    if current is None or current.state is not TicketState.CALLED or current.call_kind != "call":
        return 0
    return max(0, _ms((current.called_at or now) + UNDO_WITHIN - now))


def _undo_number(unit: Unit, current: Ticket | None) -> int | None:
    ended = unit.hall.tickets.get(current.call_finished or 0) if current else None
    return ended.number if ended and _undo_ms(current, unit.now) else None


def _call_age_ms(current: Ticket | None, now: datetime) -> int | None:
    if current is None or current.state is not TicketState.CALLED or current.called_at is None:
        return None
    return _ms(now - current.called_at)


def _counter_entry(unit: Unit, counter: Counter) -> CounterEntry:
    status = unit.hall.counter(counter.id)
    held = unit.desk.get(counter.id)
    there = unit.hall.ticket_at(counter.id)
    clerk = next((c.name for c in unit.town.clerks if held and c.id == held.clerk_id), None)
    return CounterEntry(
        id=counter.id,
        room=next(room.name for room in unit.site.rooms if room.id == counter.room_id),
        name=counter.name,
        state=status.state.value,
        clerk=clerk,
        number=there.number if there else None,
        ticket_state=there.state.value if there else None,
        attended=counter.id not in unit.unattended,
    )


def unattended_rooms(unit: Unit) -> list[str]:
    """Return the rooms of the open counters whose clerk has not been seen for long, each once."""
    here = {counter.room_id for counter in unit.site.counters if counter.id in unit.unattended}
    return [room.name for room in unit.site.rooms if room.id in here]


def _today(unit: Unit, counter_id: str) -> Today:
    first = min((t.arrived_at for t in unit.hall.in_state(TicketState.WAITING)), default=unit.now)
    return Today(
        served_count=unit.hall.count(TicketState.FINISHED, counter_id),
        no_show_count=unit.hall.count(TicketState.NO_SHOW, counter_id),
        waiting_count=len(unit.hall.waiting),
        longest_wait_ms=_ms(unit.now - first),
    )


def _unserved(unit: Unit) -> list[dict[str, str]]:
    """Tell when somebody waits whom no open counter can serve, or none in a room that they can reach."""
    able = [
        (counter_id, held.skills)
        for counter_id, held in unit.desk.items()
        if unit.hall.counter(counter_id).state is not CounterState.CLOSED
        and counter_id not in unit.unattended
    ]
    stuck = Counted[str]()
    for lane, count, _ in unit.hall.waiting.lanes():
        if not any(may_serve(lane, counter_id, can) for counter_id, can in able):
            anywhere = replace(lane, counters=None)
            is_room = any(may_serve(anywhere, counter_id, can) for counter_id, can in able)
            stuck["no_room_for" if is_room else "nobody_can_serve"] += count
    return [{"code": code, "count": str(stuck[code])} for code in sorted(stuck)]


def _local(unit: Unit, at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(ZoneInfo(unit.site.time_zone)).strftime("%H:%M")


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
