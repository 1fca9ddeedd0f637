"""A past that really was: some weeks of visits, each press of them made, and then learned from.

The town's clock is set back, and two counters serve day by day what `CONCERNS` says. What must not live here:
what a page shows of it; that stands in the tests.
"""

import random
from datetime import datetime, timedelta
from functools import partial
from math import log
from typing import Final

from queue_server.adapters import served_visits
from queue_server.domain.person import Person
from queue_server.services import booking, offer
from queue_server.services.ports import Answer, Unit
from queue_server.web.learning import Learning
from tests.web.running import START, Town

DAYS: Final = 8
COUNTERS: Final = (("rathaus-1", "anna"), ("rathaus-2", "bernd"))
CONCERNS: Final = (("passport", 30), ("id-card", 13)) * 2
"""The concerns of one round at each counter, and the middle of how long they take; set up is 15."""
RARE: Final = ("criminal-record", 6)
"""Asked for once a day: too rare to tell anything of."""
SIGMA: Final = 0.4


async def live_through(town: Town, days: int = DAYS, until: datetime = START) -> None:
    """Let visits of so many weekdays before `until` take place; then it is `until`.

    On the last day passports were booked as well, and to two of these appointments nobody came.
    """
    dice = random.Random(11)
    past = [day for n in range(1, 3 * days) if (day := until - timedelta(days=n)).weekday() < 5][:days]
    for day in reversed(past):
        town.clock.now = day
        for counter, who in COUNTERS:
            await town.open(counter, who)
        if day == past[0]:
            await _booked(town, dice, day)
        for service, middle in (*CONCERNS, RARE):
            for _ in COUNTERS:
                await town.take(service)
            town.clock.forward(minutes=3)
            await _serve_at_both(town, dice, middle)
    town.clock.now = until


async def learn(town: Town) -> None:
    """Work out how long visits took, as the server does once a day."""
    await Learning(town.house, served_visits).turn()


async def _booked(town: Town, dice: random.Random, day: datetime) -> None:
    """Book two passports for each quarter of an hour; serve those who come."""
    for quarter in range(1, 4):
        for _ in COUNTERS:
            work = partial(_book, starts_at=day + timedelta(minutes=15 * quarter), comes=quarter < 3)
            await town.house.sequencer.do("rathaus", work)
    for _ in range(2):
        town.clock.now = max(town.clock.now, day + timedelta(minutes=15))
        await _serve_at_both(town, dice, CONCERNS[0][1])


def _book(unit: Unit, starts_at: datetime, *, comes: bool) -> Answer:
    choice = offer.choose_bookable(unit.town, unit.site, [(CONCERNS[0][0], 1)])
    held = booking.hold(unit, choice, starts_at, channel="desk", client="desk")
    booked = booking.confirm(unit, held["id"], "desk", Person(), "de")
    return booking.check_in(unit, booked["reference"]) if comes else booked


async def _serve_at_both(town: Town, dice: random.Random, middle: float) -> None:
    """Serve two visitors at once, one at each counter."""
    for counter, who in COUNTERS:
        await town.call(counter, who)
        await town.do(who, f"counters/{counter}/start")
    lasting = sorted((dice.lognormvariate(log(middle), SIGMA), one) for one in COUNTERS)
    gone = 0.0
    for minutes, (counter, who) in lasting:
        town.clock.forward(minutes=minutes - gone)
        gone = minutes
        await town.do(who, f"counters/{counter}/finish")
