"""Many at once across two sites: each booking is at one of them, once; both databases, one writer or two."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.store import Store
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import HoldExpired, Refusal, SlotTaken, StorageUnavailable
from queue_server.live.sequencer import Sequencer
from queue_server.services import booking, booking_clock
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import Booker, holding
from tests.services.test_moving_sites import two_sites
from tests.town_hall import CARD, at

DAY = "2026-03-04"
SITES = ("hall", "annex")
Turn = tuple[str, str | None, Callable[..., Answer]]
"""(site, the site beside it, what to do)."""


class Crossing:
    """One writer, or two as two processes have them, over two sites."""

    def __init__(self, hand: Booker, writers: int) -> None:
        self.hand = hand
        self.stores = [hand.store, *(Store(hand.database) for _ in range(writers - 1))]
        self.writers = [
            Sequencer(store, lambda: hand.now, lambda unit: None, lambda moved: None) for store in self.stores
        ]

    async def together(self, turns: list[Turn]) -> list[Any]:
        return await asyncio.gather(
            *(self._turn(self.writers[n % len(self.writers)], *turn) for n, turn in enumerate(turns)),
            return_exceptions=True,
        )

    async def _turn(
        self, writer: Sequencer, site: str, beside: str | None, work: Callable[..., Answer]
    ) -> Answer:
        return await (writer.do(site, work) if beside is None else writer.do_at_two(site, beside, work))

    def booked(self) -> list[tuple[str, str]]:
        """Return (reference, site) of all that is booked."""
        rows = self.hand.rows(APPOINTMENT)
        return sorted((r["reference"], r["site_id"]) for r in rows if r["state"] is AppointmentState.BOOKED)


@pytest.fixture(params=[1, 2], ids=["one-process", "two-processes"])
async def crossing(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Crossing]:
    crossing = Crossing(Booker(database, two_sites()), request.param)
    for writer in crossing.writers:
        writer.start()
    yield crossing
    for writer in crossing.writers:
        await writer.stop()
    for store in crossing.stores:
        store.close()
    assert crossing.hand.differences() == []


def wants(booked: Answer, clock: str, to: str) -> Turn:
    reference = booked["reference"]
    return to, None, lambda u: holding(u, at(clock, DAY), CARD, client=reference, replaces=reference)


def brings(booked: Answer, held: Answer, to: str) -> Turn:
    reference, of = booked["reference"], SITES[to == "hall"]
    return to, of, lambda u, other: booking.bring(u, other, reference, held["id"], reference)


def book(crossing: Crossing, *clocks: str, site: str = "hall") -> list[Answer]:
    return [crossing.hand.book(c, CARD, site_id=site, client=f"{site}{c}") for c in clocks]


async def test_of_many_who_want_one_time_elsewhere_one_gets_it(crossing: Crossing) -> None:
    """Failure 3. Olga is alone in the annex."""
    booked = book(crossing, *(f"08:{n:02}" for n in range(0, 60, 5)))
    answers = await crossing.together([wants(one, "09:00", "annex") for one in booked])
    assert sum(isinstance(one, dict) for one in answers) == 1
    assert sum(isinstance(one, SlotTaken) for one in answers) == len(booked) - 1


async def test_pressed_many_times_it_moves_once(crossing: Crossing) -> None:
    """Failure 2."""
    (booked,) = book(crossing, "08:00")
    (held,) = await crossing.together([wants(booked, "09:00", "annex")])
    answers = await crossing.together([brings(booked, held, "annex")] * 50)
    assert len({answer["number"] for answer in answers}) == 1
    assert crossing.booked() == [(booked["reference"], "annex")]


async def test_those_who_change_places_do_not_wait_for_each_other(crossing: Crossing) -> None:
    """From here to there and from there to here, in one breath: locks are taken in one order."""
    here = book(crossing, *(f"08:{n:02}" for n in range(0, 60, 10)))
    there = book(crossing, *(f"08:{n:02}" for n in range(0, 60, 10)), site="annex")
    held = await crossing.together(
        [wants(one, f"09:{n}0", "annex") for n, one in enumerate(here)]
        + [wants(one, f"10:{n}0", "hall") for n, one in enumerate(there)]
    )
    pairs = [(one, hold, "annex") for one, hold in zip(here, held, strict=False)]
    pairs += [(one, hold, "hall") for one, hold in zip(there, held[len(here) :], strict=True)]
    answers = await crossing.together([brings(*pair) for pair in pairs[::2] + pairs[1::2]])
    assert [one for one in answers if not isinstance(one, dict)] == []
    wanted = [(one["reference"], "annex") for one in here] + [(one["reference"], "hall") for one in there]
    assert crossing.booked() == sorted(wanted)
    assert crossing.hand.cells() == len(wanted)


async def test_expiry_and_cancelling_race_with_the_move(crossing: Crossing) -> None:
    """Failure 16: whoever is first, the booking is at one site or cancelled, and nothing is left over."""
    late, given_up = book(crossing, "08:00", "08:30")
    held = await crossing.together([wants(late, "09:00", "annex"), wants(given_up, "09:30", "annex")])

    def tick(unit: Unit) -> Answer:
        booking_clock.run(unit)
        return {}

    def cancel(unit: Unit) -> Answer:
        return booking.cancel(unit, given_up["reference"], "visitor")

    one, other = await crossing.together([("hall", None, cancel), brings(given_up, held[1], "annex")])
    assert isinstance(one, Refusal) != isinstance(other, Refusal)
    crossing.hand.later(minutes=10)
    answers = await crossing.together([brings(late, held[0], "annex"), ("annex", None, tick)])
    assert isinstance(answers[0], HoldExpired)
    assert (late["reference"], "hall") in crossing.booked()
    assert crossing.hand.cells() == len(crossing.booked())


async def test_a_failed_commit_moves_nobody(crossing: Crossing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle of a batch that changes both sites."""
    booked = book(crossing, "08:00", "08:30", "09:00")
    held = await crossing.together([wants(b, f"10:{n}0", "annex") for n, b in enumerate(booked)])
    turns = [brings(one, hold, "annex") for one, hold in zip(booked, held, strict=True)]
    with monkeypatch.context() as broken:
        for store in crossing.stores:
            broken.setattr(store, "commit", _fails)
            broken.setattr(store, "is_outage", lambda error: isinstance(error, OSError))
        answers = await crossing.together(turns)
    assert all(isinstance(one, StorageUnavailable) for one in answers)
    assert {site for _, site in crossing.booked()} == {"hall"}
    assert all(isinstance(one, dict) for one in await crossing.together(turns))
    assert {site for _, site in crossing.booked()} == {"annex"}


async def test_a_command_that_breaks_takes_no_move_with_it(crossing: Crossing) -> None:
    """The batch is rolled back at both sites and done again one by one."""
    (booked,) = book(crossing, "08:00")
    (held,) = await crossing.together([wants(booked, "09:00", "annex")])

    def breaks(unit: Unit, other: Unit) -> Answer:
        booking.cancel(unit, booked["reference"], "visitor")
        raise ZeroDivisionError

    answers = await crossing.together([brings(booked, held, "annex"), ("hall", "annex", breaks)])
    assert isinstance(answers[0], dict)
    assert not isinstance(answers[1], dict)
    assert crossing.booked() == [(booked["reference"], "annex")]


def _fails() -> None:
    raise OSError("disk full")
