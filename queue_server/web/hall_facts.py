"""What the running server knows of its hall, as facts for the doctor's rules.

What must not live here: what is wrong about them (`domain.doctor`). Clerks are counted, never named.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from queue_server.domain.availability import open_starts
from queue_server.domain.business_day import business_day
from queue_server.domain.doctor import devices, keeping, reaching
from queue_server.domain.doctor.devices import Display, Place, Printer, Screen
from queue_server.domain.doctor.findings import Finding
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import cell_of, stretch
from queue_server.domain.town import Kiosk, Site, spoken_at
from queue_server.live.rooms import DisplayChannel, SiteRoom
from queue_server.services.locales import from_right
from queue_server.web.condition import program_version
from queue_server.web.house import House

OK = "ok"
WAKING: Final = timedelta(minutes=10)
"""So long after opening screens may still be switched on: what was dark all night is no trouble yet."""


class MissedCalls:
    """Counts for each display the calls in a row that it never showed, though it was there."""

    def __init__(self) -> None:
        self._missed: Counter[str] = Counter()
        self._seen: dict[str, int] = {}

    def __getitem__(self, display_id: str) -> int:
        return self._missed[display_id]

    def look(self, house: House) -> None:
        """Count the calls whose outcome is known since the last look; the caller looks every minute or so."""
        for site_id in house.hub.rooms:
            for watch in house.hub.confirmations.settled(site_id, self._seen.get(site_id, 0)):
                self._seen[site_id] = watch.seq
                for id_ in () if watch.fetch_mode else watch.connected:
                    witness = watch.witnesses.get(id_)
                    self._missed[id_] = 0 if witness and witness.shown else self._missed[id_] + 1


def hall_findings(house: House, missed: MissedCalls) -> dict[str, list[Finding]]:
    """Return the findings of all checks that only this process can make."""
    now = house.clock()
    places = {id_: _place(house, room, now) for id_, room in house.hub.rooms.items()}
    awake = any(place.is_open for place in places.values())
    nowhere = not (house.settings.public_url or house.settings.demo)
    shown = tuple(_displays(house, places, missed))
    return {
        "server": [Finding("public_url_missing")] if nowhere else [],
        "displays": list(devices.displays(shown)),
        "screens": list(devices.screens(tuple(_screens(house, places)))),
        "printers": list(devices.printers(tuple(_printers(house, places)))),
        "calendars": list(reaching.calendars(tuple(_calendars(house, places)))),
        "privacy": list(keeping.privacy(_privacy(house))),
        "day_sheets": list(keeping.day_sheets(keeping.DaySheets(house.condition.day_sheet_trouble(), awake))),
        "planning": list(keeping.planning(_unfit(house))),
    }


def is_open(site: Site, now: datetime) -> bool:
    """Say whether the site is open now by its hours."""
    zone = ZoneInfo(site.time_zone)
    today, cell = business_day(now, zone), cell_of(now)
    span = span_of(today, today, zone)
    return bool(open_starts(site, span, zone) & stretch(span, cell, cell + 1))


def _place(house: House, room: SiteRoom, now: datetime) -> Place:
    found = house.directory.sites.get(room.site.id)
    at_work = room.view is not None and room.view.open_counter_count > 0
    is_awake = is_open(room.site, now) and is_open(room.site, now - WAKING)
    return Place(found[0].id if found else "", room.site.id, at_work or is_awake)


def _displays(house: House, places: dict[str, Place], missed: MissedCalls) -> Iterator[Display]:
    for site_id, room in house.hub.rooms.items():
        for id_, channel in room.displays.items():
            yield display_of(room, channel, places[site_id], missed[id_])


def display_of(room: SiteRoom, channel: DisplayChannel, place: Place, missed: int = 0) -> Display:
    """Return what is known of a display now. `missed`: its calls in a row that it never showed."""
    unlocked, output = _sound(channel)
    return Display(
        place,
        channel.display.id,
        connected=bool(channel.connections),
        unlocked=unlocked,
        output=output,
        missed=missed,
        out_of_service=channel.display.id in room.out_of_service,
        old_page=any(said.page not in {"", program_version()} for said in channel.said.values()),
    )


def _sound(channel: DisplayChannel) -> tuple[bool | None, bool | None]:
    """Return the worst that any of its browsers says; None as long as none has said anything."""
    said = list(channel.said.values())
    if not said:
        return None, None
    return all(one.unlocked for one in said), all(one.output for one in said)


def _printers(house: House, places: dict[str, Place]) -> Iterator[Printer]:
    for site_id, room in house.hub.rooms.items():
        for kiosk in room.site.kiosks:
            yield printer_of(house, room, kiosk, places[site_id])


def printer_of(house: House, room: SiteRoom, kiosk: Kiosk, place: Place) -> Printer:
    """Return what is known of a kiosk's printer now."""
    return Printer(
        place,
        kiosk.id,
        # The demo's kiosks print on the screen, as they should.
        "" if house.settings.demo else kiosk.printer,
        has_agent=bool(room.agents.get(kiosk.id)),
        word=room.printers.get(kiosk.id, ""),
        out_of_service=kiosk.id in room.kiosks_out,
    )


def _screens(house: House, places: dict[str, Place]) -> Iterator[Screen]:
    known = {
        "display": house.directory.displays,
        "kiosk": house.directory.kiosks,
        "counter": house.directory.counters,
    }
    for (kind, id_), insecure in house.condition.insecure.items():
        site_id = known[kind].get(id_, "")
        if insecure and site_id in places:
            yield Screen(places[site_id], kind, id_)


def _calendars(house: House, places: dict[str, Place]) -> Iterator[tuple[Place, int]]:
    broken = {id_ for id_, state in house.clerk_calendars.health().items() if state != OK}
    for site_id, place in places.items():
        clerks = house.directory.clerks_at.get(site_id, frozenset())
        yield place, len(broken & clerks)


def _privacy(house: House) -> keeping.Privacy:
    journaling = house.forgetting.journaling
    return keeping.Privacy(house.forgetting.findings, journaling.trouble if journaling else "")


def _unfit(house: House) -> Iterator[tuple[str, date]]:
    for organisation_id, plans in house.settlement.unfit.items():
        yield from ((organisation_id, one.starts) for one in plans)


def words_for_child(house: House, now: datetime) -> dict[str, Any]:
    """Return where the town lies, for the process that makes the thorough look."""
    settings, sites = house.settings, house.directory.sites
    languages = dict.fromkeys(one for _, site in sites.values() for one in spoken_at(site))
    return {
        "now": now.isoformat(),
        "data": str(settings.data),
        "database": settings.database,
        "backups": str(settings.backup_folder),
        "public_url": settings.public_url,
        "certificate": str(settings.certificate or ""),
        "speech": settings.speech,
        "demo": settings.demo,
        "quick": False,
        "sites": {id_: (town.id, site.time_zone) for id_, (town, site) in sites.items()},
        "languages": list(languages),
        "from_right": from_right(one for town, _ in sites.values() for one in town.languages),
    }
