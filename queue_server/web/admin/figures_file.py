"""The file of a period's figures: one number a line, with stable ids and the names of the town beside them.

Small numbers are left out in each. What must not be passed on all the same says so in its name and its first
line. What must not live here: which may (`domain.figures.open_data`), and reading figures.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from queue_server.domain.figures.period import Period
from queue_server.domain.town import Site, Town, in_language
from queue_server.web.booking_dates import weekdays

HEAD: Final = ("from", "to", "site", "site_name", "table", "key", "name", "measure", "value")
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def file_of(rows: Rows, period: Period, town: Town, sites: Sequence[Site], label: str) -> bytes:
    """Return the file as spreadsheets open it; `label` is its first line where it is not empty."""
    language = town.languages[0]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    if label:
        writer.writerow((label,))
    writer.writerow(HEAD)
    of = (period.first.isoformat(), period.last.isoformat(), " ".join(one.id for one in sites))
    names = _names(town, language)
    site_name = _guarded(", ".join(in_language(one.name, language) for one in sites))
    for table, found in rows.items():
        for row in found:
            name = _guarded(names.get((table, row["key"]), ""))
            for measure, value in row.items():
                if measure != "key":
                    told = "" if value is None else value
                    writer.writerow((*of, site_name, table, row["key"], name, measure, told))
    return text.getvalue().encode("utf-8-sig")


def _names(town: Town, language: str) -> dict[tuple[str, str], str]:
    """Return what people call the keys of each table; a service that is no more has none."""
    named = {("by_service", one.id): in_language(one.name, language) for one in town.services}
    named |= {("by_weekday", str(n)): long for n, (_, long) in enumerate(weekdays(language), 1)}
    return named | {("by_hour", f"{n:02}"): f"{n:02}:00–{n + 1:02}:00" for n in range(24)}


def _guarded(name: str) -> str:
    """Return a name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(_FORMULAS) else name


def name_of_file(period: Period, sites: Sequence[Site], *, is_internal: bool) -> str:
    """Return its name: `aufruf-figures-rathaus-2026-02-01-2026-02-28.csv`, or `aufruf-internal-figures-…`."""
    where = f"-{sites[0].id}" if len(sites) == 1 else ""
    what = "internal-figures" if is_internal else "figures"
    return f"aufruf-{what}{where}-{period.first.isoformat()}-{period.last.isoformat()}.csv"
