"""One visitor of the first set-up at one step: what stands in its fields, and what they mean.

What lives here: the steps in their order, the proposals a template makes, reading fields. What must not:
pages (`pages`), mistakes of single steps (`steps`), and a town (`domain.first_town`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from queue_server.domain.town import Site, Town, in_language
from queue_server.web.first_draft import Beginning, Draft, Typed

ACCOUNT, TOWN, HOURS, ROOMS = "account", "town", "hours", "rooms"
SERVICES, PEOPLE, SUMMARY = "services", "people", "summary"
STEPS: Final = (ACCOUNT, TOWN, HOURS, ROOMS, SERVICES, PEOPLE, SUMMARY)
OF_TEMPLATE: Final = (HOURS, ROOMS, SERVICES, PEOPLE)
"""What begins with the template's proposals; another template begins these anew."""
WEEK: Final = range(7)
LONGEST: Final = 120


@dataclass
class Desk:
    """The draft with the template that was chosen."""

    draft: Draft
    beginning: Beginning
    language: str

    def one(self, step: str, name: str) -> str:
        """Return what stands in a field: typed, else proposed."""
        return next(iter(self.fields(step).get(name, ())), "")

    def all(self, step: str, name: str) -> list[str]:
        return list(self.fields(step).get(name, ()))

    def fields(self, step: str) -> Typed:
        return self.draft.typed.get(step) or _PROPOSALS.get(step, _nothing)(self)

    def stamp(self, step: str) -> str:
        """Return what a form of this step carries, to see whether it was kept from elsewhere meanwhile."""
        versions = self.draft.versions
        return str(sum(versions.values()) if step == SUMMARY else versions.get(step, 0))

    @property
    def template_name(self) -> str:
        wanted = self.one(TOWN, "template")
        return wanted if wanted in self.beginning.TEMPLATES else self.beginning.TEMPLATES[0]

    @cached_property
    def template(self) -> Town:
        return self.beginning.template(self.template_name)

    @cached_property
    def catalogue(self) -> Town:
        return self.beginning.catalogue()

    def rows(self, step: str, *names: str) -> list[tuple[str, ...]]:
        """Return fields that come several times side by side, empty lines left out."""
        columns = [self.all(step, name) for name in names]
        count = len(columns[0])
        padded = [column[:count] + [""] * (count - len(column)) for column in columns]
        return [tuple(row) for row in zip(*padded, strict=True) if row[0].strip()]

    def rooms_of(self, site_id: str) -> list[tuple[str, str]]:
        """Return room and counter of each line; a counter without a name is called by its place."""
        lines = self.rows(ROOMS, f"room-{site_id}", f"counter-{site_id}")
        return [(room, name or str(place)) for place, (room, name) in enumerate(lines, 1)]


def _nothing(_: Desk) -> Typed:
    return {}


def _town(desk: Desk) -> Typed:
    return {"template": [desk.beginning.TEMPLATES[0]]}


def _hours(desk: Desk) -> Typed:
    return {f"h-{site.id}-{day}": [_written(desk, site, day)] for site in desk.template.sites for day in WEEK}


def _written(desk: Desk, site: Site, day: int) -> str:
    stretches = [(one.opens, one.closes) for one in site.opening if one.weekday == day]
    return desk.beginning.write_hours(stretches)


def _rooms(desk: Desk) -> Typed:
    found: dict[str, list[str]] = {}
    for site in desk.template.sites:
        doors = {room.id: room.name for room in site.rooms}
        found |= {
            f"name-{site.id}": [in_language(site.name, desk.language)],
            f"room-{site.id}": [doors[one.room_id] for one in site.counters],
            f"counter-{site.id}": [one.name for one in site.counters],
            f"screen-{site.id}": ["1"],
            f"kiosk-{site.id}": ["1"],
        }
    return found


def _services(desk: Desk) -> Typed:
    return {"service": [one.key for one in desk.template.services], "own_minutes": ["10"]}


def _people(desk: Desk) -> Typed:
    return {"person": [""] * len(desk.template.sites), "site": [site.id for site in desk.template.sites]}


_PROPOSALS: Final = {TOWN: _town, HOURS: _hours, ROOMS: _rooms, SERVICES: _services, PEOPLE: _people}
