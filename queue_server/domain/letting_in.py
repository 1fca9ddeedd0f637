"""Opening what is idle today to walk-ins: for one department at one site, from now until it closes.

What lives here: the one change of a set-up that a department's lead may make besides absences. It lets
walk-ins in beside appointments, never anybody else, never on another day, and leaves what other departments
let in as it is. What must not: who may do it (`domain.access`), and how much is idle (`services.idle`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final, TypeVar

from queue_server.domain.admission import AS_WALK_IN, Admission, AdmissionTime, Stretch
from queue_server.domain.availability import closed_days
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.town import Channel, Service, Site, Town, end_minute, services_at

T = TypeVar("T", Site, Service)
_DAY: Final = 24 * 60
_OPENED: Final = {Admission.APPOINTMENT: Admission.BOTH}
"""Beside appointments, walk-ins. Where nobody is let in it stays so: that has its reasons."""
_HELD: Final = {Admission.BOTH: Admission.APPOINTMENT, Admission.WALK_IN: Admission.NONE}


@dataclass(frozen=True, slots=True)
class Opening:
    """For whom, where, and from which moment of the site's clock."""

    department_id: str
    site_id: str
    since: datetime

    def plan(self, town: Town) -> Town:
        """Return the set-up with walk-ins let in; doing it twice is once."""
        site = next((one for one in town.sites if one.id == self.site_id), None)
        rest = rest_of_day(site, self.since) if site is not None else None
        if site is None or rest is None or not self.shut(town):
            return town
        doors = [part for part, admits in self._runs(site, rest) if admits in _OPENED]
        return replace(
            town,
            sites=tuple(self._with(one, _OPENED, [rest]) if one is site else one for one in town.sites),
            services=tuple(self._service(one, rest, doors) for one in town.services),
        )

    def shut(self, town: Town) -> tuple[Service, ...]:
        """Return the department's services that keep walk-ins out for some of the rest of the day."""
        site = next(one for one in town.sites if one.id == self.site_id)
        rest = rest_of_day(site, self.since)
        if rest is None:
            return ()
        own = (one for one in services_at(town, site.id) if one.department_id == self.department_id)
        return tuple(one for one in own if one.channel is Channel.HERE and self._gains(site, one, rest))

    def _gains(self, site: Site, service: Service, rest: Stretch) -> bool:
        """Say whether there are minutes in which the press would let walk-ins in who may not come now."""
        at = {admits: _minutes(parts) for admits, parts in self._by_word(site, rest).items()}
        of = {admits: _minutes(parts) for admits, parts in self._by_word(service, rest).items()}
        may_be = [admits for admits in Admission if _OPENED.get(admits, admits) in AS_WALK_IN]
        then = _all(at, may_be) & _all(of, may_be)
        now = _all(at, AS_WALK_IN) & _all(of, AS_WALK_IN)
        return bool(then - now)

    def _by_word(self, thing: Site | Service, rest: Stretch) -> dict[Admission, list[Stretch]]:
        found: dict[Admission, list[Stretch]] = {}
        for part, admits in self._runs(thing, rest):
            found.setdefault(admits, []).append(part)
        return found

    def _service(self, one: Service, rest: Stretch, doors: list[Stretch]) -> Service:
        if self.site_id not in one.site_ids:
            return one
        if one.department_id == self.department_id:
            return self._with(one, _OPENED, [rest]) if one.channel is Channel.HERE else one
        return self._with(one, _HELD, doors)

    def _with(self, thing: T, words: dict[Admission, Admission], within: list[Stretch]) -> T:
        lines = self._lines(thing, words, within)
        return replace(thing, admission_times=lines) if lines else thing

    def _lines(
        self, thing: Site | Service, words: dict[Admission, Admission], within: list[Stretch]
    ) -> tuple[AdmissionTime, ...]:
        """Put lines of this day before the others; lines of single days that are over go."""
        today = self.since.date()
        runs = [run for span in within for run in self._runs(thing, span) if run[1] in words]
        new = (AdmissionTime(words[was], (), (part,), today, today, self.site_id) for part, was in runs)
        kept = (one for one in thing.admission_times if not _is_past_day(one, today))
        return (*new, *kept) if runs else ()

    def _runs(self, thing: Site | Service, within: Stretch) -> Iterator[tuple[Stretch, Admission]]:
        """Yield what it says of these hours of the day, one stretch after the other."""
        begins, ends = _minute(within.begins), end_minute(within.ends)
        lines = [one for one in thing.admission_times if one.fits(self.since.date(), self.site_id)]
        edges = {begins, ends} | {
            edge
            for line in lines
            for part in line.hours
            for edge in (_minute(part.begins), end_minute(part.ends))
            if begins < edge < ends
        }
        start, said = begins, _says(thing, lines, begins)
        for edge in sorted(edges)[1:]:
            then = _says(thing, lines, edge) if edge < ends else None
            if then is not said:
                yield Stretch(_clock(start), _clock(edge)), said
                start, said = edge, then or said


def may_be_undone(now: Town, after: Town, site_id: str) -> bool:
    """Say whether nothing else has changed since of whom that site lets in."""
    return _admission(now, site_id) == _admission(after, site_id)


def _admission(town: Town, site_id: str) -> list[tuple[str, Admission, tuple[AdmissionTime, ...]]]:
    things: list[Site | Service] = [one for one in town.sites if one.id == site_id]
    things += services_at(town, site_id)
    return [(one.id, one.admission, one.admission_times) for one in things]


def rest_of_day(site: Site, local: datetime) -> Stretch | None:
    """Return from now (a full five minutes) until the site closes for the day; None when it is over."""
    if local.date() in closed_days(site):
        return None
    now = (local.hour * 60 + local.minute) // CELL_MIN * CELL_MIN
    closes = [end_minute(one.closes) for one in site.opening if one.weekday == local.weekday()]
    last = _DAY if site.always_open else max(closes, default=0)
    return Stretch(_clock(now), _clock(last)) if last > now else None


def _is_past_day(line: AdmissionTime, today: date) -> bool:
    return line.first is not None and line.first == line.last and line.first < today


def _says(thing: Site | Service, lines: Collection[AdmissionTime], minute: int) -> Admission:
    for line in lines:
        if not line.hours or any(_minute(p.begins) <= minute < end_minute(p.ends) for p in line.hours):
            return line.admits
    return thing.admission


def _all(minutes: dict[Admission, set[int]], words: Collection[Admission]) -> set[int]:
    return set().union(*(minutes.get(one, set()) for one in words))


def _minutes(parts: list[Stretch]) -> set[int]:
    return {minute for one in parts for minute in range(_minute(one.begins), end_minute(one.ends))}


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
