"""Who would lose something, should a new set-up take a thing away: visitors, clerks, devices.

What must not live here: whether that is reason enough to refuse (the caller's word), and the set-up itself.
In the hall only today counts: what an earlier day left open ends by itself when the next day begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import accounts, tokens
from queue_server.adapters.rows.base import read_hall, table
from queue_server.adapters.rows.desk_rows import DeskRows
from queue_server.adapters.tables.hall import SiteStream
from queue_server.adapters.town_bookings import bookings_lost
from queue_server.domain.hall import Hall
from queue_server.domain.ticket import OPEN, TicketState
from queue_server.domain.town import Site, Town

STREAM = table(SiteStream)


@dataclass(frozen=True, slots=True)
class Use:
    """A thing that would go although it is used. `blocks`: the hall would no longer be right.

    `why` is for shells; `reason` is the same for pages, a word of the catalogues, with its number `n`.
    """

    what: str
    id: str
    why: str
    blocks: bool
    reason: str = field(default="booked", compare=False)
    n: int = field(default=1, compare=False)


def lock_sites(connection: Connection, town: Town) -> None:
    """Hold the queues of the town's sites still until this transaction ends."""
    ids = [site.id for site in town.sites]
    query = sa.select(STREAM.c.site_id).where(STREAM.c.site_id.in_(ids)).order_by(STREAM.c.site_id)
    connection.execute(query.with_for_update()).all()


def uses_lost(connection: Connection, old: Town, new: Town, now: datetime) -> list[Use]:
    """Return what is in use now in `old` and would not be there in `new`."""
    kept = {site.id: site for site in new.sites}
    found: list[Use] = []
    for site in old.sites:
        hall = _hall_today(connection, site, now)
        if hall is not None:
            found += _lost_in_hall(connection, hall, old, site, new, kept.get(site.id))
    booked = [Use(*lost, blocks=False) for lost in bookings_lost(connection, old, new, now)]
    return [*found, *booked, *_lost_keys(connection, old, new)]


def _hall_today(connection: Connection, site: Site, now: datetime) -> Hall | None:
    place = connection.execute(sa.select(STREAM).where(STREAM.c.site_id == site.id)).one_or_none()
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    if place is None or place.business_day is None or place.business_day < today:
        return None
    return read_hall(connection, site.id, place.business_day, place.seq)


def _lost_in_hall(
    connection: Connection, hall: Hall, old: Town, site: Site, new: Town, kept: Site | None
) -> Iterator[Use]:
    # Who did not come may still be called by number, but nobody stands there and waits.
    there = hall.in_state(*(OPEN - {TicketState.NO_SHOW}))
    if kept is None:
        if there:
            yield Use("site", site.id, f"{len(there)} visitors are in the hall", True, "hall", len(there))
        return
    counters = {counter.id for counter in kept.counters}
    bound = DeskRows.of_site(connection, site.id, old)
    for counter in site.counters:
        if counter.id in counters:
            continue
        if any(ticket.counter_id == counter.id for ticket in there):
            yield Use("counter", counter.id, "a visitor is called, served or kept there", True, "served")
        elif counter.id in bound:
            # It would go on counting as open: in estimates, and in "nobody can serve this visitor".
            yield Use("counter", counter.id, "it is open; close it first", True, "open")
    yield from _lost_ways(hall, site, kept, new)
    clerks = {clerk.id for clerk in new.clerks}
    for counter_id, binding in bound.items():
        if binding.clerk_id not in clerks:
            yield Use("clerk", binding.clerk_id, f"sits at {counter_id}", True, "sits")


def _lost_ways(hall: Hall, site: Site, kept: Site, new: Town) -> Iterator[Use]:
    """Yield the areas in which somebody waits, and the services for which somebody came."""
    there = hall.in_state(*(OPEN - {TicketState.NO_SHOW}))
    areas = {area.id for area in kept.areas}
    for area in site.areas:
        count = sum(ticket.area_id == area.id for ticket in there)
        if count and area.id not in areas:
            yield Use("area", area.id, f"{count} visitors wait there", True, "waits", count)
    services = {service.id for service in new.services if site.id in service.site_ids}
    for service_id in sorted({id_ for ticket in there for id_ in ticket.services} - services):
        count = sum(service_id in ticket.services for ticket in there)
        yield Use("service", service_id, f"{count} visitors at {site.id} came for it", True, "came", count)


def _lost_keys(connection: Connection, old: Town, new: Town) -> Iterator[Use]:
    """Yield devices, clerks and sites that would go although somebody holds a key that names them."""
    gone = _names(old) - _names(new)
    for token in tokens.list_tokens(connection, old.id):
        named = (("site", token.site_id), (str(token.role), token.device_id), ("clerk", token.clerk_id))
        for what, id_ in named:
            if (what, id_) in gone:
                yield Use(what, str(id_), f"token {token.id} will open nothing any more", False, "token")
    for account in accounts.list_accounts(connection, old.id):
        if ("clerk", account.clerk_id) in gone:
            why = f"the account {account.user} stays; end it with: aufruf user disable {account.user}"
            yield Use("clerk", str(account.clerk_id), why, False, "account")


def _names(town: Town) -> set[tuple[str, str | None]]:
    names: set[tuple[str, str | None]] = {("clerk", clerk.id) for clerk in town.clerks}
    for site in town.sites:
        names |= {("site", site.id)}
        names |= {("display", display.id) for display in site.displays}
        names |= {("kiosk", kiosk.id) for kiosk in site.kiosks}
    return names
