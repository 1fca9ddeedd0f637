"""The postman tries until it is done, gives up in the end, and is stopped by nothing in between."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from queue_server.adapters.post.outbox import LEASE
from queue_server.live import postman
from queue_server.live.postman import MOST, MOST_TRIES, Outcome, Postman, State, Undeliverable, pause

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ADDRESS = "erika@muster.example"


@dataclass(frozen=True)
class Letter:
    id: int
    tries: int = 0


@dataclass
class Memory:
    """An outbox in memory; the real one stands in `tests/adapters/post/test_outbox.py`."""

    letters: list[Letter]
    outcomes: list[Outcome[Letter]] = field(default_factory=list)
    is_broken: bool = False

    async def is_due(self, now: datetime) -> bool:
        if self.is_broken:
            self.is_broken = False
            raise ConnectionError("no database")
        return bool(self.letters)

    async def claim(self, now: datetime, most: int) -> Sequence[Letter]:
        taken, self.letters = self.letters[:most], self.letters[most:]
        return [replace(one, tries=one.tries + 1) for one in taken]

    async def note(self, outcomes: Sequence[Outcome[Letter]]) -> None:
        self.outcomes += outcomes


async def sent(_letter: Letter) -> bool:
    return True


def states(outbox: Memory) -> dict[int, State]:
    return {outcome.letter.id: outcome.state for outcome in outbox.outcomes}


async def test_a_round_delivers_what_waits() -> None:
    outbox = Memory([Letter(1), Letter(2)])
    man = Postman(outbox, sent, lambda: NOW)
    assert await man.round() == 2
    assert states(outbox) == {1: State.SENT, 2: State.SENT}
    assert await man.round() == 0


async def test_one_bad_letter_keeps_no_other_waiting() -> None:
    """Failure 20."""

    async def deliver(letter: Letter) -> bool:
        if letter.id == 1:
            raise OSError(28, f"cannot write to {ADDRESS}")
        if letter.id == 2:
            raise Undeliverable("no_address")
        return letter.id != 3

    outbox = Memory([Letter(1), Letter(2), Letter(3), Letter(4)])
    await Postman(outbox, deliver, lambda: NOW, lambda: 0.5).round()
    assert states(outbox) == {1: State.WAITING, 2: State.FAILED, 3: State.CANCELLED, 4: State.SENT}
    first = outbox.outcomes[0]
    assert (first.due_at, first.error) == (NOW + timedelta(seconds=30), "OSError 28")


async def test_what_went_wrong_is_logged_without_anybodys_data(caplog: pytest.LogCaptureFixture) -> None:
    """Failure 27."""

    async def deliver(letter: Letter) -> bool:
        raise OSError(28, f"cannot write to {ADDRESS}")

    outbox = Memory([Letter(1), Letter(2, MOST_TRIES)])
    with caplog.at_level(logging.DEBUG):
        await Postman(outbox, deliver, lambda: NOW).round()
    assert "letter 1 waits after try 1 (OSError 28)" in caplog.text
    assert "letter 2 was given up" in caplog.text
    assert ADDRESS not in caplog.text + str(outbox.outcomes)


async def test_it_gives_up_after_two_days() -> None:
    async def deliver(letter: Letter) -> bool:
        raise ConnectionRefusedError(111, "refused")

    outbox = Memory([Letter(1, MOST_TRIES - 2), Letter(2, MOST_TRIES - 1)])
    await Postman(outbox, deliver, lambda: NOW).round()
    assert states(outbox) == {1: State.WAITING, 2: State.FAILED}
    tried_for = sum((pause(tries, 0.5) for tries in range(1, MOST_TRIES)), timedelta())
    assert timedelta(days=1.9) < tried_for < timedelta(days=2.1)


def test_the_pauses_double_up_to_an_hour_and_are_not_all_alike() -> None:
    middle = [pause(tries, 0.5).total_seconds() for tries in (1, 2, 3, 8, 9, 60)]
    assert middle == [30, 60, 120, 3600, 3600, 3600]
    assert pause(1, 0.0) == timedelta(seconds=22.5)
    assert pause(1, 1.0) == timedelta(seconds=37.5)


async def test_what_is_sent_is_noted_before_the_slowest_has_ended() -> None:
    """Failure 20: what a crash finds sent and not noted is sent twice."""
    slow = asyncio.Event()

    async def deliver(letter: Letter) -> bool:
        if letter.id == 1:
            await slow.wait()
        return True

    outbox = Memory([Letter(1), Letter(2), Letter(3)])
    round_ = asyncio.create_task(Postman(outbox, deliver, lambda: NOW).round())
    while not outbox.outcomes:
        await asyncio.sleep(0)
    assert states(outbox) == {2: State.SENT, 3: State.SENT}
    slow.set()
    assert await round_ == 3
    assert states(outbox)[1] is State.SENT


async def test_a_stopped_round_leaves_nothing_running() -> None:
    ended = []

    async def deliver(letter: Letter) -> bool:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(letter.id)
        return True

    man = Postman(Memory([Letter(1), Letter(2)]), deliver, lambda: NOW)
    man.start()
    for _ in range(5):
        await asyncio.sleep(0)
    await man.stop()
    assert sorted(ended) == [1, 2]


async def test_a_database_that_is_away_breaks_no_delivery_off() -> None:
    outbox, slow, sent_ids = Memory([Letter(1), Letter(2)]), asyncio.Event(), []

    async def deliver(letter: Letter) -> bool:
        if letter.id == 2:
            await slow.wait()
        sent_ids.append(letter.id)
        return True

    async def away(outcomes: Sequence[Outcome[Letter]]) -> None:
        slow.set()
        raise ConnectionError("no database")

    outbox.note = away  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await Postman(outbox, deliver, lambda: NOW).round()
    assert sent_ids == [1, 2]


async def test_a_hanging_server_costs_one_letter_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postman, "TIMEOUT_S", 0.01)

    async def deliver(letter: Letter) -> bool:
        if letter.id == 1:
            await asyncio.Event().wait()
        return True

    outbox = Memory([Letter(1), Letter(2)])
    await Postman(outbox, deliver, lambda: NOW).round()
    assert states(outbox) == {1: State.WAITING, 2: State.SENT}
    assert outbox.outcomes[-1].error == "TimeoutError"


async def test_a_slow_server_gets_each_letter_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 20: the wait for a turn is no part of a delivery, else what was taken is broken off."""
    monkeypatch.setattr(postman, "TIMEOUT_S", 0.2)
    taken = []

    async def deliver(letter: Letter) -> bool:
        taken.append(letter.id)
        await asyncio.sleep(0.06)
        return True

    outbox = Memory([Letter(n) for n in range(5)])
    await Postman(outbox, deliver, lambda: NOW, at_once=1).round()
    assert states(outbox) == dict.fromkeys(range(5), State.SENT)
    assert taken == [0, 1, 2, 3, 4]


async def test_a_letter_without_a_turn_is_given_back_before_its_lease_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postman, "PATIENCE_S", 0.01)
    taken = []

    async def deliver(letter: Letter) -> bool:
        taken.append(letter.id)
        await asyncio.sleep(0.02)
        return True

    outbox = Memory([Letter(1), Letter(2)])
    await Postman(outbox, deliver, lambda: NOW, at_once=1).round()
    assert taken == [1]
    assert outbox.outcomes[-1] == Outcome(Letter(2, tries=1), State.WAITING), (
        "due as before, nothing is wrong"
    )
    assert timedelta(seconds=80 + postman.TIMEOUT_S) < LEASE


async def test_it_goes_on_after_the_database_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 20: the task survives, and takes rounds at once while there is more than one."""
    monkeypatch.setattr(postman, "LOOK_EVERY_S", 0.001)
    outbox = Memory([Letter(n) for n in range(2 * MOST + 1)], is_broken=True)
    done = asyncio.Event()

    async def deliver(letter: Letter) -> bool:
        if letter.id == 2 * MOST:
            done.set()
        return True

    man = Postman(outbox, deliver, lambda: NOW)
    man.start()
    await asyncio.wait_for(done.wait(), 5)
    while len(outbox.outcomes) <= 2 * MOST:
        await asyncio.sleep(0)
    await man.stop()
    assert not outbox.is_broken
    assert set(states(outbox).values()) == {State.SENT}


async def test_it_stops_in_the_middle_of_a_delivery() -> None:
    begun = asyncio.Event()

    async def deliver(letter: Letter) -> bool:
        begun.set()
        await asyncio.Event().wait()
        return True

    outbox = Memory([Letter(1)])
    man = Postman(outbox, deliver, lambda: NOW)
    man.start()
    await asyncio.wait_for(begun.wait(), 5)
    await man.stop()
    assert outbox.outcomes == [], "its lease runs out and another takes it"
