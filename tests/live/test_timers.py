"""What happens without a press: found in the rows at each tick, so that a restart loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.answer_rows import ANSWER, AnswerRows
from queue_server.adapters.rows.base import read_log
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.domain import events as e
from queue_server.domain.ticket import TicketState
from queue_server.live import timers as timers_module
from queue_server.live.inbox import RequestKey
from queue_server.live.timers import Timers
from queue_server.services import counter
from queue_server.services.ports import Answer, Unit
from tests.live.hub_hall import LiveHall, live, until
from tests.town_hall import CARD, Hand, at, taking, the_town


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers_module, "TICK_S", 0.01)
    monkeypatch.setattr(timers_module, "REFRESH_S", 0.05)
    monkeypatch.setattr(timers_module, "TIDY_S", 0.05)


class Ticking:
    """A live hall whose timers run."""

    def __init__(self, hall: LiveHall) -> None:
        self.hall = hall
        self.renewed = 0
        self.renewal_fails = False
        self.timers = Timers(hall.sequencer, hall.hub, lambda: ["hall", "annex"], self._renew, self._tidy)

    async def _renew(self) -> None:
        self.renewed += 1
        if self.renewal_fails:
            raise RuntimeError

    async def _tidy(self) -> None:
        now = self.hall.hand.now
        await self.hall.sequencer.errand(
            lambda: self.hall.hand.database.write(lambda conn: AnswerRows.forget(conn, now))
        )

    def state_of(self, ticket: dict[str, object]) -> TicketState:
        return self.hall.hand.hall.tickets[int(str(ticket["id"]))].state

    def log(self) -> list[e.Event]:
        recorded = self.hall.hand.database.read(lambda conn: read_log(conn, "hall", 0))
        return [one.event for one in recorded]

    async def some_ticks(self) -> None:
        before = self.renewed
        await until(lambda: self.renewed >= before + 3)


@pytest.fixture
async def ticking(file_database: Database) -> AsyncIterator[Ticking]:
    hand = Hand(file_database, the_town(way_min=2))
    hand.open("c1", "anna")
    hand.open("c2", "bernd")
    async with live(hand) as hall:
        ticking = Ticking(hall)
        ticking.timers.start()
        yield ticking
        await ticking.timers.stop()
    hand.store.close()


async def test_service_starts_by_itself_after_the_way_time(ticking: Ticking) -> None:
    taken = await ticking.hall.take()
    await ticking.hall.call()
    await ticking.some_ticks()
    assert ticking.state_of(taken) is TicketState.CALLED
    ticking.hall.hand.later(minutes=2)
    await until(lambda: ticking.log()[-1] == e.ServiceStarted(taken["id"], by="timer"))


async def test_the_way_time_counts_from_the_last_call(ticking: Ticking) -> None:
    taken = await ticking.hall.take()
    await ticking.hall.call()
    ticking.hall.hand.later(seconds=100)
    await ticking.hall.act(counter.recall)
    ticking.hall.hand.later(seconds=100)
    await ticking.some_ticks()
    assert ticking.state_of(taken) is TicketState.CALLED


async def test_a_restart_forgets_no_deadline(ticking: Ticking) -> None:
    taken = await ticking.hall.take()
    await ticking.hall.call()
    await ticking.timers.stop()
    ticking.hall.hand.restart()
    ticking.hall.hand.later(minutes=2)
    ticking.hall.sequencer._batches.storage = ticking.hall.hand.store
    ticking.timers.start()
    await until(lambda: ticking.state_of(taken) is TicketState.SERVING)


async def test_who_waits_for_a_paused_counter_is_released_ten_minutes_past_the_due_time(
    ticking: Ticking,
) -> None:
    taken = await ticking.hall.take(CARD)
    await ticking.hall.call()
    await ticking.hall.do(lambda u: counter.transfer(u, "c1", "anna", to_counter="c2"))
    await ticking.hall.act(counter.pause, "c2", "bernd")
    ticking.hall.hand.later(minutes=18)
    await ticking.some_ticks()
    assert ticking.hall.hand.hall.tickets[taken["id"]].bound_counter_id == "c2"
    ticking.hall.hand.later(minutes=1)
    await until(lambda: ticking.hall.hand.hall.tickets[taken["id"]].bound_counter_id is None)


async def test_midnight_comes_without_a_press(ticking: Ticking) -> None:
    """Failure 7: nobody touches anything, and still the needs are erased and the counters close."""
    await ticking.hall.take(needs=["deaf"])
    ticking.hall.hand.now = at("23:00")
    count = sa.select(sa.func.count()).select_from(VISITOR)
    await until(lambda: ticking.hall.hand.database.read(lambda c: c.execute(count).scalar()) == 0)
    assert ticking.log()[-1] == e.CounterClosed("c2")
    assert await ticking.hall.sequencer.look("hall", lambda u: u.hall.business_day.day) == 4
    assert ticking.hall.display().last["board"]["waiting_count"] == 0


async def test_the_outcome_of_a_call_is_kept_once(ticking: Ticking) -> None:
    ticking.hall.display()
    await ticking.hall.take()
    seq = (await ticking.hall.call())["seq"]
    ticking.hall.say("d-foyer", seq, "shown")
    ticking.hall.say("d-foyer", seq, "queued", 9000)
    ticking.hall.monotonic += 8
    await ticking.some_ticks()
    assert not [event for event in ticking.log() if isinstance(event, e.CallSettled)]
    ticking.hall.say("d-foyer", seq, "started")
    await until(lambda: isinstance(ticking.log()[-1], e.CallSettled))
    await ticking.some_ticks()
    assert [event for event in ticking.log() if isinstance(event, e.CallSettled)] == [
        e.CallSettled(seq, assigned_count=1, shown_count=1, sound="started", fetch=False)
    ]


async def test_where_the_visitors_are_fetched_no_screen_failed(ticking: Ticking) -> None:
    """Else the figures would count the call among those that were not shown or not heard."""
    ticking.hall.display()
    await ticking.hall.sequencer.do("hall", _fetching)
    await ticking.hall.take()
    seq = (await ticking.hall.call())["seq"]
    ticking.hall.monotonic += 60
    await until(lambda: isinstance(ticking.log()[-1], e.CallSettled))
    assert ticking.log()[-1] == e.CallSettled(seq, 1, 0, e.FETCHED, fetch=True)


def _fetching(unit: Unit) -> Answer:
    unit.record([e.CallModeSwitched("fetch")])
    return {}


async def test_the_outcomes_of_many_calls_are_one_command(
    ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one they were as many commits as calls, and a busy second has dozens of both."""
    await ticking.hall.take()
    await ticking.hall.take()
    seqs = [(await ticking.hall.call("c1", "anna"))["seq"], (await ticking.hall.call("c2", "bernd"))["seq"]]
    commands: list[str] = []
    do = ticking.hall.sequencer.do

    async def count(site_id: str, work: Any, request: Any = None) -> Any:
        commands.append(site_id)
        return await do(site_id, work, request)

    monkeypatch.setattr(ticking.hall.sequencer, "do", count)
    ticking.hall.monotonic += 60
    await until(lambda: isinstance(ticking.log()[-1], e.CallSettled))
    settled = [event for event in ticking.log() if isinstance(event, e.CallSettled)]
    assert [event.call for event in settled] == seqs
    assert commands == ["hall"]


async def test_the_board_grows_older_without_a_press(ticking: Ticking) -> None:
    """The wait on the board was that of the last press, however long ago."""
    display = ticking.hall.display()
    await ticking.hall.take()
    await ticking.hall.take()
    await ticking.hall.call()
    await ticking.hall.act(counter.start)
    count = len(display.frames)
    before = display.last["board"]["wait"]
    ticking.hall.hand.later(minutes=9)
    await until(lambda: len(display.frames) > count)
    assert display.last["board"]["wait"] != before


async def test_answers_are_forgotten_after_48_hours(ticking: Ticking) -> None:
    await ticking.hall.sequencer.do("hall", taking, RequestKey("kiosk", "press", "hash"))
    count = sa.select(sa.func.count()).select_from(ANSWER)
    await ticking.some_ticks()
    assert ticking.hall.hand.database.read(lambda c: c.execute(count).scalar()) == 1
    ticking.hall.hand.now += timedelta(hours=48, seconds=1)
    await until(lambda: ticking.hall.hand.database.read(lambda c: c.execute(count).scalar()) == 0)


async def test_a_fault_in_one_errand_stops_no_other(
    ticking: Ticking, caplog: pytest.LogCaptureFixture
) -> None:
    ticking.renewal_fails = True
    taken = await ticking.hall.take()
    await ticking.hall.call()
    await ticking.some_ticks()
    ticking.hall.hand.later(minutes=2)
    await until(lambda: ticking.state_of(taken) is TicketState.SERVING)
    assert "the set-up could not be read" in caplog.text


async def test_stopping_ends_the_loop(ticking: Ticking) -> None:
    await ticking.timers.stop()
    before = ticking.renewed
    await asyncio.sleep(0.05)
    assert ticking.renewed == before
