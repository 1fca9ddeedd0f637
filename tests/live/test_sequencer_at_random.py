"""Any commands in any batches: log, rows and memory tell one story, also after rollbacks and restarts.

One state for each ticket, leases distinct, the sequence without gaps; a restarted process and a second
one beside it see the same hall.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.adapters.database import Database
from queue_server.adapters.store import Store
from queue_server.domain.errors import Refusal, StorageUnavailable
from queue_server.domain.hall import Hall
from queue_server.domain.ticket import AT_COUNTER, Origin, TicketState
from queue_server.live.inbox import RequestKey
from queue_server.live.sequencer import Sequencer
from queue_server.services import counter, reception, site_view
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from tests.adapters.test_store import differences, in_the_log
from tests.domain.pictures import picture
from tests.town_hall import CAR, CARD, PASS, SOMEBODY, Hand, taking, the_town

CLERKS = {"c1": "anna", "c2": "bernd", "c3": "carla"}
SERVICES = [(PASS,), (CARD,), (CAR,), (PASS, CARD)]
Step = tuple[str, int, int]
"""(what, which counter or concern, which ticket)"""
Act = Callable[[Unit], Answer]


def _nth(unit: Unit, n: int) -> int:
    ids = sorted(unit.hall.tickets, reverse=True)
    return ids[n % len(ids)] if ids else 0


def _ticket_act(act: Callable[..., Answer]) -> Callable[[str, int, int], Act]:
    return lambda _at, _which, n: lambda u: act(u, u.hall.tickets[_nth(u, n)]) if u.hall.tickets else {}


def _at_counter(act: Callable[..., Answer]) -> Callable[[str, int, int], Act]:
    return lambda at, _which, _n: lambda u: act(u, at, CLERKS[at])


def _fault(_at: str, _which: int, _n: int) -> Act:
    def work(unit: Unit) -> Answer:
        taking(unit, CARD, origin=Origin.DESK, needs=["deaf"])
        raise ZeroDivisionError

    return work


def _transfer(at: str, which: int, n: int) -> Act:
    other = list(CLERKS)[n % 3]

    def work(unit: Unit) -> Answer:
        if which % 2:
            return counter.transfer(unit, at, CLERKS[at], to_counter=other)
        pairs = [(service, 1) for service in SERVICES[which % 4]]
        choice = choose(unit.town, unit.site, pairs, walk_in=False)
        return counter.transfer(unit, at, CLERKS[at], choice=choice)

    return work


ACTS: dict[str, Callable[[str, int, int], Act]] = {
    "take": lambda at, which, n: (
        lambda u: taking(
            u, *SERVICES[which % 4], origin=Origin.DESK, needs=["priority", "deaf"] if n % 3 == 0 else ()
        )
    ),
    "next": lambda at, which, n: lambda u: counter.call(u, at, CLERKS[at]),
    "done, next": lambda at, which, n: lambda u: counter.call(u, at, CLERKS[at], finish_current=True),
    "chosen": lambda at, which, n: lambda u: counter.call(u, at, CLERKS[at], ticket_id=_nth(u, n)),
    "open": lambda at, which, n: lambda u: counter.open_counter(u, at, CLERKS[at], "s"),
    "join": lambda at, which, n: lambda u: counter.join(u, at, CLERKS[at], _nth(u, n)),
    "resume": lambda at, which, n: lambda u: counter.start(u, at, CLERKS[at], _nth(u, n)),
    "transfer": _transfer,
    "away": _ticket_act(reception.go_away),
    "back": _ticket_act(reception.come_back),
    "cancel": _ticket_act(reception.cancel),
    "fault": _fault,
    "stop": lambda at, which, n: lambda u: counter.switch_issuing(u, SOMEBODY, issuing=bool(n % 2)),
    "mode": lambda at, which, n: lambda u: counter.switch_call_mode(u, SOMEBODY, "fetch" if n % 2 else None),
    **{
        name: _at_counter(act)
        for name, act in {
            "pause": counter.pause,
            "close": counter.close,
            "recall": counter.recall,
            "start": counter.start,
            "finish": counter.finish,
            "no-show": counter.mark_no_show,
            "put back": counter.put_back,
            "park": counter.park,
            "undo": counter.undo,
        }.items()
    },
}
OFTEN = ["take"] * 6 + ["next", "done, next", "start", "chosen"] * 2
MARKS = ["look", "restart", "wait", "other process", "new day"]
STEPS = st.tuples(st.sampled_from([*ACTS, *OFTEN, *MARKS]), st.integers(0, 11), st.integers(0, 20))


class Walk:
    """Walks through commands, in batches between two marks, and checks at every mark."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.press = count()
        self.batch: list[Act] = []
        self.sequencer = self._new_sequencer()

    def _new_sequencer(self) -> Sequencer:
        sequencer = Sequencer(self.hand.store, lambda: self.hand.now, site_view.view, lambda moved: None)
        sequencer.start()
        return sequencer

    async def go(self, steps: Sequence[Step]) -> None:
        for what, which, n in steps:
            if what in ACTS:
                self.batch.append(ACTS[what](list(CLERKS)[which % 3], which, n))
            else:
                await self.flush()
                await self.mark(what, n)
        await self.flush()
        await self.check()
        await self.sequencer.stop()

    async def flush(self) -> None:
        asked = [
            self.sequencer.do("hall", act, RequestKey("walk", str(next(self.press)), ""))
            for act in self.batch
        ]
        self.batch.clear()
        for outcome in await asyncio.gather(*asked, return_exceptions=True):
            assert not isinstance(outcome, StorageUnavailable)
            assert isinstance(outcome, dict | Refusal | ZeroDivisionError), outcome

    async def mark(self, what: str, n: int) -> None:
        if what == "restart":
            await self.sequencer.stop()
            before = deepcopy(picture(self.hand.hall))
            self.hand.restart()
            assert picture(self.hand.hall) == before
            self.sequencer = self._new_sequencer()
        elif what == "other process":
            other = Hand(self.hand.database, now=self.hand.now)
            other.take(CARD, origin=Origin.DESK)
            other.store.close()
            await self.sequencer.do("hall", lambda unit: {})
        elif what == "wait":
            self.hand.later(minutes=n)
        elif what == "new day" and n < 4:
            self.hand.later(days=1)
            await self.sequencer.do("hall", lambda unit: {})
        await self.check()

    async def check(self) -> None:
        lived = await self.sequencer.look("hall", lambda unit: deepcopy(picture(unit.hall)))
        assert not differences(self.hand)
        in_the_log(self.hand)  # gapless
        fresh = Store(self.hand.database)
        unit = fresh.view("hall", self.hand.now)
        assert picture(unit.hall) == lived
        needs = await self.sequencer.look("hall", lambda u: dict(u.memory.needs))  # type: ignore[attr-defined]
        assert unit.memory.needs == needs
        _sound(unit.hall)


def _sound(hall: Hall) -> None:
    """One state for each ticket, one visit at a counter, one holder of a number."""
    by_state = [t.id for state in TicketState for t in hall.in_state(state)]
    assert sorted(by_state) == sorted(hall.tickets)
    open_numbers = [t.number for t in hall.tickets.values() if t.is_open]
    assert len(open_numbers) == len(set(open_numbers))
    leaders = [t for t in hall.tickets.values() if t.state in AT_COUNTER and t.joined_to is None]
    assert {t.counter_id: t.id for t in leaders} == {
        c.id: c.ticket_id for c in hall.counters.values() if c.ticket_id is not None
    }
    assert len({t.counter_id for t in leaders}) == len(leaders)


def _opened(database: Database) -> Hand:
    hand = Hand(database, the_town())
    for at, clerk in CLERKS.items():
        hand.open(at, clerk)
    return hand


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, min_size=5, max_size=60))
def test_log_rows_and_memory_are_one(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    path = tmp_path_factory.mktemp("walk") / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    hand = _opened(database)

    async def go() -> None:
        await Walk(hand).go(steps)

    asyncio.run(go())
    hand.store.close()
    database.dispose()
    path.unlink()


def _seeded_steps(seed: int, length: int) -> list[Step]:
    dice = random.Random(seed)
    kinds = [*ACTS, *OFTEN, *MARKS]
    return [(dice.choice(kinds), dice.randrange(12), dice.randrange(21)) for _ in range(length)]


@pytest.mark.parametrize("seed", range(3))
async def test_a_long_walk_on_each_database(database: Database, seed: int) -> None:
    hand = _opened(database)
    await Walk(hand).go(_seeded_steps(seed, 250))
    hand.store.close()


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(100, 140))
async def test_forty_longer_walks_on_each_database(database: Database, seed: int) -> None:
    hand: Any = _opened(database)
    await Walk(hand).go(_seeded_steps(seed, 1000))
    hand.store.close()
