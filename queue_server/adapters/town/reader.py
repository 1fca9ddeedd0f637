"""From the tables of a town file to a `Town`: which keys there are, what they default to.

What must not live here: how a single value is read (`town_table`), services (`town_services`), hours and
rosters (`town_roster`), and whether the parts fit together (`domain.town_check`).
"""

import re
from typing import Final

from queue_server.adapters.town.displays import read_display
from queue_server.adapters.town.roster import (
    read_absence,
    read_admission_time,
    read_closure,
    read_field_reason,
    read_roster,
    stretches,
)
from queue_server.adapters.town.services import Places, ServiceReader, Shelf
from queue_server.adapters.town.source import Report, Source
from queue_server.adapters.town.table import Table
from queue_server.adapters.town.toml_positions import Path
from queue_server.domain.admission import Admission
from queue_server.domain.look import Face
from queue_server.domain.person_fields import REQUIRED_FIELDS
from queue_server.domain.reminding import USUAL_MIN
from queue_server.domain.town import (
    EVERY_SKILL,
    GERMAN,
    Area,
    Assessment,
    CallMode,
    Category,
    Challenge,
    CheckIn,
    Clerk,
    Counter,
    Department,
    Kiosk,
    NumberStyle,
    OpeningHours,
    Room,
    RosterEntry,
    Service,
    Site,
    Town,
)

IN_HEAD: Final = (
    *(
        "id",
        "name",
        "languages",
        "report_email",
        "report_copies",
        "statement_email",
        "statement_phone",
        "statement_assessed_on",
    ),
    *("statement_method", "statement_gaps", "statement_body"),
    *("look_accent", "look_second", "look_face", "look_logo"),
)
"""The fields of a town that stand in `[town]`."""


class TownReader:
    """Reads one town file. `places` tells where a path within the `Town` is described."""

    def __init__(self, report: Report, main: Source, catalogue: Source | None) -> None:
        self._report = report
        self._root = Table(report, main, (), main.data)
        self._catalogue = catalogue
        self.places: dict[Path, Places] = {(): [(main, ())]}
        for key in IN_HEAD:
            self.places[key,] = [(main, ("town", key))]
        self._site_of: dict[str, str] = {}

    def read(self) -> Town:
        """Return the town, with empty values where the file is wrong (and the report says so)."""
        root, head = self._root, self._root.table("town")
        town_id, name = head.text("id"), head.texts("name")
        self._languages = head.words("languages", (GERMAN, "en"))
        self._services = self._service_reader(head.text("id_prefix", ""))
        head.value("catalogue")  # read before us: it decides what stands on the shelves
        site_tables = root.tables("sites")
        self._areas = dict(map(_first_area, site_tables))
        departments, services = self._offices(head)
        town = Town(
            id=town_id,
            name=name,
            languages=self._languages,
            report_email=head.text("report_email", ""),
            report_copies=head.words("report_copies", ()),
            statement_email=head.text("statement_email", ""),
            statement_phone=head.text("statement_phone", ""),
            statement_assessed_on=head.day("statement_assessed_on"),
            statement_method=head.choice("statement_method", Assessment.SELF),
            statement_gaps=head.texts("statement_gaps", {}),
            statement_body=head.texts("statement_body", {}),
            look_accent=head.text("look_accent", "").lower(),
            look_second=head.text("look_second", "").lower(),
            look_face=head.choice("look_face", Face.HOUSE),
            look_logo=head.text("look_logo", ""),
            sites=tuple(self._site(table, index) for index, table in enumerate(site_tables)),
            departments=departments,
            categories=self._categories(),
            services=services,
            clerks=tuple(self._clerk(table, i) for i, table in enumerate(root.tables("clerks"))),
        )
        head.finish()
        root.finish()
        return town

    def _service_reader(self, id_prefix: str) -> ServiceReader:
        catalogue = None
        if self._catalogue is not None:
            table = Table(self._report, self._catalogue, (), self._catalogue.data)
            catalogue = Shelf.of(table)
            table.finish()
        return ServiceReader(self._report, Shelf.of(self._root), catalogue, id_prefix)

    def _offices(self, head: Table) -> tuple[tuple[Department, ...], tuple[Service, ...]]:
        departments: list[Department] = []
        services: list[Service] = []
        for table in self._root.tables("departments"):
            department = Department(
                id=table.text("id"),
                name=table.texts("name"),
                site_ids=table.words("sites", tuple(self._areas)),
                phone=table.text("phone", ""),
                horizon_days=table.whole("horizon_days", 42),
            )
            departments.append(department)
            services += self._services.read(table, department, self._areas)
            table.finish()
        self._services.report_unpicked()
        services = self._services.in_order(head, "service_order", services)
        for index, places in enumerate(self._services.places):
            self.places["services", index] = places
        return tuple(departments), tuple(services)

    def _categories(self) -> tuple[Category, ...]:
        found = list(self._services.categories())
        for index, (_, places) in enumerate(found):
            self.places["categories", index] = self.places["categories", index, "name"] = places
        return tuple(category for category, _ in found)

    def _site(self, table: Table, index: int) -> Site:
        site_id = table.text("id")
        areas = tuple(_area(one) for one in table.tables("areas"))
        only_area = areas[0].id if len(areas) == 1 else None
        rooms = tuple(_room(one, site_id, only_area) for one in table.tables("rooms"))
        languages = table.words("languages", ())
        spoken = tuple(one for one in (GERMAN, "en") if one in (languages or self._languages))
        site = Site(
            id=site_id,
            name=table.texts("name"),
            address=table.text("address", ""),
            phone=table.text("phone", ""),
            time_zone=table.text("time_zone", "Europe/Berlin"),
            call_mode=table.choice("call_mode", CallMode.SCREEN),
            fetch_hint=table.texts("fetch_hint", {}),
            admission=table.choice("admission", Admission.BOTH),
            admission_times=tuple(map(read_admission_time, table.tables("admission_times"))),
            areas=areas,
            rooms=rooms,
            counters=tuple(_counter(one, site_id, rooms) for one in table.tables("counters")),
            displays=tuple(
                read_display(one, areas, rooms, self._services.ids(one, "services"))
                for one in table.tables("displays")
            ),
            kiosks=tuple(self._kiosk(one, only_area) for one in table.tables("kiosks")),
            always_open=table.flag("always_open"),
            opening=self._opening(table.table("opening"), index),
            closures=tuple(map(read_closure, table.tables("closures"))),
            patience_factor=table.decimal("patience_factor", 3.0),
            grace_min=table.whole("grace_min", 15),
            number_style=table.choice("number_style", NumberStyle.DRAWN),
            announce_languages=table.words("announce_languages", spoken),
            announce_own_language=table.flag("announce_own_language"),
            way_min=table.whole("way_min", 0),
            no_show_after_s=table.whole("no_show_after_s", 60),
            min_on_screen_s=table.whole("min_on_screen_s", 30),
            speech_rate=table.whole("speech_rate", 150),
            slip_header=table.texts_list("slip_header"),
            slip_footer=table.texts_list("slip_footer"),
            slip_logo=table.flag("slip_logo"),
            check_in=table.choice("check_in", CheckIn.REQUIRED),
            required_fields=table.words("required_fields", REQUIRED_FIELDS),
            kiosk_fields=table.words("kiosk_fields", ()),
            field_reasons=tuple(map(read_field_reason, table.tables("field_reasons"))),
            languages=languages,
            holidays=table.text("holidays", ""),
            bookable_from=table.day("bookable_from"),
            lead_min=table.whole("lead_min", 0),
            walk_in_share=table.whole("walk_in_share", 0),
            admission_notice=table.texts("admission_notice", {}),
            come_early_min=table.whole("come_early_min", 10),
            max_open_bookings=table.whole("max_open_bookings", 3),
            max_daily_bookings=table.whole("max_daily_bookings", 2),
            email=table.text("email", ""),
            challenge=table.choice("challenge", Challenge.OFF),
            challenge_above=table.whole("challenge_above", 30),
            confirm_by_mail=table.flag("confirm_by_mail"),
            confirm_within_min=table.whole("confirm_within_min", 60),
            reminder_default=table.whole("reminder_default", USUAL_MIN),
            sms=table.flag("sms"),
            erase_days=table.whole("erase_days", 2),
            staff_alarm=table.flag("staff_alarm", default=True),
            show_hit_rate=table.flag("show_hit_rate"),
            interpreter_languages=table.words("interpreter_languages", ()),
            interpreter_days=table.whole("interpreter_days", 5),
            open_figures=table.flag("open_figures"),
        )
        table.finish()
        self._site_of.update((counter.id, site_id) for counter in site.counters)
        return site

    def _kiosk(self, table: Table, only_area: str | None) -> Kiosk:
        kiosk = Kiosk(
            id=table.text("id"),
            name=table.text("name", "") or table.text("id", ""),
            area_id=table.text("area", only_area),
            printer=table.text("printer", "preview"),
            languages=table.words("languages", self._languages),
            screen_width_mm=table.whole("screen_width_mm", 0),
        )
        table.finish()
        return kiosk

    def _opening(self, table: Table, site_index: int) -> tuple[OpeningHours, ...]:
        found = [
            (stretch, (*table.path, key))
            for key in table.data
            for stretch in stretches(table, key, table.text(key), key)
        ]
        found.sort(key=lambda one: one[0])
        for index, (_, path) in enumerate(found):
            self.places["sites", site_index, "opening", index] = [(table.source, path)]
        return tuple(OpeningHours(*stretch) for stretch, _ in found)

    def _clerk(self, table: Table, index: int) -> Clerk:
        user = table.text("user")
        site_ids = table.words("sites", tuple(self._areas))
        clerk = Clerk(
            id=table.text("id", _slug(user)),
            name=table.text("name"),
            user=user,
            service_ids=self._skills(table),
            site_ids=site_ids,
            roster=self._roster(table, index, site_ids),
            absences=tuple(map(read_absence, table.tables("absences"))),
        )
        table.finish()
        return clerk

    def _skills(self, table: Table) -> tuple[str, ...]:
        """Return the services named one by one or by department; naming none means all."""
        by_department = self._services.of_departments(table, "departments")
        if "services" not in table and "departments" not in table:
            table.value("services")
            return (EVERY_SKILL,)
        every = {EVERY_SKILL: EVERY_SKILL}
        return tuple(dict.fromkeys([*by_department, *self._services.ids(table, "services", every)]))

    def _roster(self, table: Table, index: int, site_ids: tuple[str, ...]) -> tuple[RosterEntry, ...]:
        only_site = site_ids[0] if len(site_ids) == 1 else None
        found = read_roster(table, only_site, self._site_of)
        for inner, (_, path) in enumerate(found):
            self.places["clerks", index, "roster", inner] = [(table.source, path)]
        return tuple(entry for entry, _ in found)


def _first_area(table: Table) -> tuple[str, str]:
    """Return a site's id and its first area, unchecked: services are read before sites are."""
    raw = table.value("areas")
    first = raw[0] if isinstance(raw, list) and raw else None
    return str(table.value("id") or ""), str(first.get("id", "")) if isinstance(first, dict) else ""


def _area(table: Table) -> Area:
    limit = table.whole("limit") if "limit" in table else None
    area = Area(table.text("id"), table.texts("name"), table.texts("hint", {}), limit)
    table.value("limit")
    table.finish()
    return area


def _room(table: Table, site_id: str, only_area: str | None) -> Room:
    name = table.text("name")
    room = Room(
        id=table.text("id", f"{site_id}-room-{_slug(name)}"),
        name=name,
        area_id=table.text("area", only_area),
        floor=table.text("floor", ""),
        step_free=table.flag("step_free"),
    )
    table.finish()
    return room


def _counter(table: Table, site_id: str, rooms: tuple[Room, ...]) -> Counter:
    """A room may be named by its id or by what stands on its door."""
    by_name = {room.name: room.id for room in rooms}
    counter_id, room = table.text("id"), table.text("room")
    name = table.text("name", counter_id.removeprefix(f"{site_id}-"))
    table.finish()
    return Counter(counter_id, name, by_name.get(room, room))


def _slug(name: str) -> str:
    plain = name.casefold().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"})
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
