"""A town whose past is counted already: some months of made-up days, the same each time.

What must not live here: what a page shows of them; that stands in the tests.
"""

import random
from datetime import date, timedelta

from sqlalchemy.engine import Connection

from queue_server.adapters import day_figures
from queue_server.domain.figures.tally import Tally
from tests.web.running import Town

FIRST, LAST = date(2025, 3, 1), date(2026, 3, 9)


async def count_the_past(town: Town, first: date = FIRST, last: date = LAST) -> None:
    """Keep figures for each weekday from `first` to `last` of the site `rathaus`."""
    services = [one.id for one in town.house.town_and_site("rathaus")[0].services][:8]

    def keep(conn: Connection) -> None:
        dice = random.Random(7)
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            if day.weekday() < 5:
                day_figures.keep_day(conn, "rathaus", day, a_day(dice, services))

    await town.house.write(keep)


def a_day(dice: random.Random, services: list[str], visits: int = 60) -> Tally:
    tally = Tally()
    for _ in range(visits):
        service = dice.choices(services, range(len(services), 0, -1))[0]
        hour, booked = min(17, 7 + int(dice.triangular(0, 10, 3))), dice.random() < 0.5
        tally.count("visits", service, hour)
        tally.count("from_appointment" if booked else "from_kiosk", service, hour)
        tally.count("served" if dice.random() < 0.93 else "left", service, hour)
        tally.time("wait_booked" if booked else "wait_walk_in", service, hour, int(dice.expovariate(0.1)))
        tally.time("service", service, hour, dice.randrange(4, 25))
        if booked:
            tally.count("appointments", service, hour)
            tally.count("missed", service, hour, by=dice.random() < 0.1)
            tally.count("late", service, hour, by=dice.random() < 0.1)
        else:
            tally.count("told", service, hour)
            tally.count("told_held", service, hour, by=dice.random() < 0.6)
        if booked:
            tally.count("bookings", service, 20)
            tally.count("by_portal" if dice.random() < 0.8 else "by_desk", service, 20)
            tally.count("bookings_judged", service, 20)
            tally.count("bookings_outside", service, 20, by=dice.random() < 0.4)
    for service in services:
        tally.time("earliest", service, 0, dice.randrange(1, 30))
    tally.count("found_nothing", services[0], 12, by=3)
    for measure, n in {
        "calls": 100,
        "calls_fetched": 30,
        "calls_confirmed": 68,
        "open_s": 90_000,
        "busy_s": 63_000,
        "capacity_min": 600,
        "booked_min": 480,
    }.items():
        tally.count(measure, "", 0, by=n)
    return tally
