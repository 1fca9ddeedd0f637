"""Who is let in when: the words for it, as a site or a service says them.

What must not live here: working it out for a span of days (`domain.admitting`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Final, Protocol


class Admission(StrEnum):
    """Who is let in: only booked visitors, only walk-ins, both, or nobody."""

    APPOINTMENT = "appointment"
    WALK_IN = "walk_in"
    BOTH = "both"
    NONE = "none"


WITH_APPOINTMENT: Final = frozenset({Admission.APPOINTMENT, Admission.BOTH})
AS_WALK_IN: Final = frozenset({Admission.WALK_IN, Admission.BOTH})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a day's wall time. `ends` 00:00 is the end of that day."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class AdmissionTime:
    """Who is let in at some times. Of several, the first that fits a moment counts.

    Without `weekdays` (0 = Monday) it is for every day, without `hours` for the whole day. It holds from the
    local date `first` to `last`, both included; None is without end. `site_id` keeps it to one site.
    """

    admits: Admission
    weekdays: tuple[int, ...] = ()
    hours: tuple[Stretch, ...] = ()
    first: date | None = None
    last: date | None = None
    site_id: str | None = None

    def fits(self, on: date, site_id: str) -> bool:
        """Say whether it speaks of a local date at a site."""
        return (
            (not self.weekdays or on.weekday() in self.weekdays)
            and (self.first is None or self.first <= on)
            and (self.last is None or on <= self.last)
            and self.site_id in {None, site_id}
        )


class Admitting(Protocol):
    """A site or a service. `admission` holds where none of `admission_times` fits."""

    @property
    def admission(self) -> Admission: ...
    @property
    def admission_times(self) -> tuple[AdmissionTime, ...]: ...


def ever_admits(one: Admitting, wanted: Collection[Admission], site_id: str) -> bool:
    """Say whether there are times at which it lets such visitors in at a site."""
    others = (time.admits for time in one.admission_times if time.site_id in {None, site_id})
    return one.admission in wanted or any(admits in wanted for admits in others)


def usually_admits(one: Admitting, wanted: Collection[Admission], site_id: str) -> bool:
    """Say whether it lets such visitors in on more than single days."""
    lines = (time for time in one.admission_times if time.site_id in {None, site_id})
    usual = (time.admits for time in lines if time.first is None or time.first != time.last)
    return one.admission in wanted or any(admits in wanted for admits in usual)
