"""Many at once through the one writer: the last time goes once, whatever they press; on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.store import Store
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import HoldExpired, SlotTaken
from queue_server.domain.person import Person
from queue_server.live.sequencer import Sequencer
from queue_server.services import booking, booking_clock
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker, holding
from tests.town_hall import CAR, at, booking_town

Work = Callable[[Unit], Answer]
NOBODY = Person("N", phone="0999")


class Rush:
    """One writer, or two as two processes have them, over one town."""

    def __init__(self, hand: Booker, writers: int) -> None:
        self.hand = hand
        stores = [hand.store, *(Store(hand.database) for _ in range(writers - 1))]
        self.stores = stores
        self.writers = [
            Sequencer(store, lambda: hand.now, lambda unit: None, lambda moved: None) for store in stores
        ]

    async def together(self, works: list[Work]) -> list[Any]:
        turns = (self.writers[n % len(self.writers)].do("hall", work) for n, work in enumerate(works))
        return await asyncio.gather(*turns, return_exceptions=True)


@pytest.fixture(params=[1, 2], ids=["one-process", "two-processes"])
async def rush(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Rush]:
    rush = Rush(Booker(database, booking_town()), request.param)
    for writer in rush.writers:
        writer.start()
    yield rush
    for writer in rush.writers:
        await writer.stop()
    for store in rush.stores:
        store.close()
    assert rush.hand.differences() == []


def asked_by(client: str, clock: str = "13:00", **more: Any) -> Work:
    return lambda unit: holding(unit, at(clock, TOMORROW), CAR, client=client, **more)


def of_kind(answers: list[Any], kind: type) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, kind)]


async def test_200_want_the_last_time_and_one_gets_it(rush: Rush) -> None:
    """Failure 3. In the afternoon Carla alone does cars."""
    answers = await rush.together([asked_by(f"visitor-{n}") for n in range(200)])
    assert len(of_kind(answers, dict)) == 1
    assert len(of_kind(answers, SlotTaken)) == 199
    assert rush.hand.cells() == 4


async def test_overlapping_times_go_once_too(rush: Rush) -> None:
    """Failure 3: 20 minutes from 13:00, 13:05, 13:10 … have cells in common."""
    clocks = [f"13:{minute:02}" for minute in range(0, 60, 5)]
    answers = await rush.together([asked_by(f"v-{c}-{n}", c) for n in range(8) for c in clocks])
    held = sorted(answer["starts_at"] for answer in of_kind(answers, dict))
    assert rush.hand.cells() == 4 * len(held)
    assert 1 <= len(held) <= 4


async def test_confirming_many_times_books_once(rush: Rush) -> None:
    """Failure 2."""
    (held,) = await rush.together([asked_by("erika")])
    press = partial(booking.confirm, appointment_id=held["id"], client="erika", person=ERIKA, language="de")
    answers = await rush.together([press] * 50)
    assert len({answer["number"] for answer in answers}) == 1
    stored = rush.hand.stored(held)
    assert stored["state"] is AppointmentState.BOOKED


async def test_expiry_races_with_confirming_and_one_of_them_wins(rush: Rush) -> None:
    """Failure 16: at the very second the hold is over for everybody, timer or not; before it for nobody."""
    held = await rush.together([asked_by("a"), asked_by("b", "13:20")])
    rush.hand.later(minutes=10)

    def confirm(client: str, id_: int) -> Work:
        return lambda unit: booking.confirm(unit, id_, client, NOBODY, "de")

    def tick(unit: Unit) -> Answer:
        booking_clock.run(unit)
        return {}

    answers = await rush.together(
        [confirm("a", held[0]["id"]), tick, confirm("b", held[1]["id"]), asked_by("c"), tick]
    )
    assert [type(answer) for answer in answers] == [HoldExpired, dict, HoldExpired, dict, dict]
    assert rush.hand.cells() == 4


async def test_eight_want_to_move_to_one_time_and_one_does(rush: Rush) -> None:
    """Failure 3, when moving."""
    clocks = [f"{hour}:{minute:02}" for hour in (14, 15, 16) for minute in (0, 20, 40)][:8]
    held = await rush.together([asked_by(c, c) for c in clocks])
    confirms: list[Work] = [
        partial(
            booking.confirm,
            appointment_id=one["id"],
            client=c,
            person=NOBODY,
            language="de",
        )
        for one, c in zip(held, clocks, strict=True)
    ]
    booked = await rush.together(confirms)
    wanted = await rush.together([asked_by(b["reference"], replaces=b["reference"]) for b in booked])
    (hold,) = of_kind(wanted, dict)
    mover = booked[wanted.index(hold)]["reference"]
    moves = [
        partial(booking.move, reference=b["reference"], hold_id=hold["id"], client=mover) for b in booked
    ]
    moved = of_kind(await rush.together(list(moves)), dict)
    assert [one["reference"] for one in moved] == [mover]
    assert rush.hand.cells() == 4 * len(clocks)
