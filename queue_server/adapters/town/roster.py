"""When a site is closed and when clerks work, as a town file says it: stretches, closures, rosters, absences.

What must not live here: how days and hours are written (`town_hours`), and whether they make sense together
(`domain.town_values`).
"""

from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Final

from queue_server.adapters.town.source import ShapeCode
from queue_server.adapters.town.table import Table
from queue_server.adapters.town.toml_positions import Path
from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import Absence, Closure, RosterEntry
from queue_server.domain.town_problem import nearest
from queue_server.domain.written_hours import DAYS, parse_clock, parse_days, parse_hours

_DAYS_EXAMPLES: Final = (*DAYS, "mon-fri")
_HOURS_EXAMPLE: Final = "08:00-12:30, 13:30-16:00"
_CLOCK_EXAMPLE: Final = "11:00"


def read_roster(
    table: Table, only_site: str | None, site_of: Mapping[str, str]
) -> list[tuple[RosterEntry, Path]]:
    """Return a clerk's weekly hours in the order of the week, each with its place in the file.

    `site_of` tells the site of each counter; `only_site` is meant where neither is named.
    """
    found: list[tuple[RosterEntry, Path]] = []
    for entry in table.tables("roster"):
        counter_id = entry.text("counter", "") or None
        site_id = entry.text("site", site_of.get(counter_id or "", only_site))
        valid = entry.day("valid_from"), entry.day("valid_until")
        hours = stretches(entry, "hours", entry.text("hours"), entry.text("days"))
        found += [(RosterEntry(*stretch, site_id, counter_id, *valid), entry.path) for stretch in hours]
        entry.finish()
    found.sort(key=lambda one: (one[0].weekday, one[0].works_from))
    return found


def read_absence(table: Table) -> Absence:
    """Return the days on which a clerk is away; one without `last` is a single day."""
    first = table.day("first", required=True) or date.min
    absence = Absence(first, table.day("last") or first, _clock(table, "since"))
    table.finish()
    return absence


def read_closure(table: Table) -> Closure:
    """Return a day on which a site is closed."""
    closure = Closure(table.day("on", required=True) or date.min, table.texts("reason", {}))
    table.finish()
    return closure


def read_field_reason(table: Table) -> FieldReason:
    """Return why a site asks for one field."""
    found = FieldReason(table.text("field"), table.texts("reason"))
    table.finish()
    return found


def read_admission_time(table: Table) -> AdmissionTime:
    """Return who is let in at some times; `on` is a single day."""
    days, hours = table.text("days", ""), table.text("hours", "")
    told = stretches(table, "hours", hours, days or DAYS[0])
    spans = dict.fromkeys((begins, ends) for _, begins, ends in told)
    on = table.day("on")
    if "admits" not in table:
        table.text("admits")  # reports that it is missing: one cannot guess it
    found = AdmissionTime(
        admits=table.choice("admits", Admission.BOTH),
        weekdays=(parse_days(days) or ()) if days else (),
        hours=tuple(Stretch(*span) for span in spans),
        first=on or table.day("first"),
        last=on or table.day("last"),
        site_id=table.text("site", "") or None,
    )
    table.finish()
    return found


def _clock(table: Table, key: str) -> time | None:
    """Return a time of the day, written as hours are; None when there is none that can be read."""
    text = table.text(key, "")
    found = parse_clock(text)
    if text and found is None:
        table.wrong((key,), ShapeCode.BAD_TIME, found=text, expected=_CLOCK_EXAMPLE)
    return found


def stretches(table: Table, key: str, hours: str, days: str) -> Iterator[tuple[int, time, time]]:
    """Yield (weekday, begin, end); report what cannot be read. What is empty is reported already."""
    weekdays, spans = parse_days(days), parse_hours(hours)
    if weekdays is None and days:
        table.wrong(
            (key if key == days else "days",),
            ShapeCode.BAD_DAYS,
            found=days,
            expected=", ".join(_DAYS_EXAMPLES),
            suggestion=nearest(days, _DAYS_EXAMPLES),
            of_key=key == days,
        )
    if spans is None and hours:
        table.wrong((key,), ShapeCode.BAD_HOURS, found=hours, expected=_HOURS_EXAMPLE)
    for day in weekdays or ():
        for begins, ends in spans or ():
            yield day, begins, ends
