"""The demo with its town in another time zone: `python demo_elsewhere.py ZONE demo …`, for `Server`.

The demo's clerks work from seven to ten at night, and nothing is booked on public holidays: a test that
needs a time of today would fail at night and on Christmas Day. The clock stays the real one; the town
lies where it is noon now, and keeps no public holidays; one day of next week is closed, as pictures show.
A program of its own: tests import nothing of it.
"""

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from queue_server import cli
from queue_server.adapters.town.file import sample_town
from queue_server.commands import demo_town
from queue_server.domain.town import Closure, Town


def town_in(zone: str) -> Town:
    town = sample_town()
    reason = {"de": "Betriebsausflug", "en": "Staff outing"}
    outing = Closure(datetime.now(ZoneInfo(zone)).date() + timedelta(days=5), reason)
    sites = [replace(site, time_zone=zone, holidays="", closures=(outing,)) for site in town.sites]
    return replace(town, sites=tuple(sites))


if __name__ == "__main__":
    zone = sys.argv.pop(1)
    demo_town.sample_town = lambda: town_in(zone)  # type: ignore[attr-defined]
    sys.exit(cli.main())
