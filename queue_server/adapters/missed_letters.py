"""The letters to who is missed at the day's end: the storage closes a day, and it may call no use case.

What must not live here: those at closing time (`services.booking_letters`), and who is told
(`domain.book_deadlines`).
"""

from collections.abc import Iterable

from queue_server.adapters.site_unit import SiteUnit
from queue_server.domain.book_deadlines import missed_visits
from queue_server.domain.events import Event
from queue_server.domain.person import Person, ways_to


def tell_missed(unit: SiteUnit, missed: Iterable[Event]) -> None:
    """Post, in place of what still waits, that nobody came: as `booking_letters.missed` does at closing."""
    for first, *rest in missed_visits(unit.book, unit.hall, missed, unit.restored_at):
        for one in (first, *rest):
            unit.withdraw_posts(one.id)
        for channel in ways_to(unit.person(first.id) or Person(), sms=unit.site.sms):
            unit.post("missed", first.id, also=[one.id for one in rest], channel=channel)
