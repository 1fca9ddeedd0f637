"""One site's set-ups one after the other, each with the cells in which it holds.

Nearly always there is one, and nothing here costs anything then. What must not live here: how the set-ups
come about (`planned`), and what is free in them (`services.free_starts`).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from queue_server.domain.business_day import begins_at
from queue_server.domain.planned import Stage
from queue_server.domain.slots import Bits, Span, cell_of, stretch
from queue_server.domain.town import Site, Town


@dataclass(frozen=True, slots=True)
class Era:
    """A set-up from the beginning of a local day on; `site` is None where the site is gone by then."""

    begins_on: date | None
    first_cell: int
    town: Town
    site: Site | None


@dataclass(frozen=True, slots=True, eq=False)
class Eras:
    """What holds today and what follows. `offered` is all that can be booked in any of them.

    Compared by identity: made anew with each change of the set-up.
    """

    all: tuple[Era, ...]
    offered: tuple[Town, Site]

    @property
    def is_one(self) -> bool:
        return len(self.all) == 1

    def place_of(self, day: date) -> int:
        """Return the place of the era that holds on a local day."""
        return max(
            place for place, era in enumerate(self.all) if era.begins_on is None or era.begins_on <= day
        )

    def on(self, day: date) -> Era:
        """Return the era that holds on a local day."""
        return self.all[self.place_of(day)]

    def parts_of(self, span: Span) -> Iterator[tuple[int, Bits]]:
        """Yield the eras that a span touches by their places, each with its cells."""
        if self.is_one:
            yield 0, span.all
            return
        until = [one.first_cell for one in self.all[1:]] + [span.end]
        for place, (era, end) in enumerate(zip(self.all, until, strict=True)):
            cells = stretch(span, era.first_cell, end)
            if cells:
                yield place, cells

    def doing(self, services: Collection[str]) -> Iterator[Era]:
        """Yield the eras in which the site has all of these services."""
        for era in self.all:
            here = {one.id for one in era.town.services if era.site and era.site.id in one.site_ids}
            if here.issuperset(services):
                yield era


def eras_of(stages: Sequence[Stage], offered: Town, site: Site) -> Eras:
    """Return the eras of one of today's sites; its days begin as they do there today."""
    zone = ZoneInfo(site.time_zone)
    return Eras(
        tuple(
            Era(
                one.begins_on,
                cell_of(begins_at(one.begins_on, zone)) if one.begins_on else 0,
                one.town,
                next((other for other in one.town.sites if other.id == site.id), None),
            )
            for one in stages
        ),
        (offered, next(one for one in offered.sites if one.id == site.id)),
    )
