"""The one writer: batches, idempotency, outages, and that nobody sees half a batch."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from queue_server.domain import events as e
from queue_server.domain.errors import (
    CounterBusy,
    DiskFull,
    NobodyWaiting,
    NotFound,
    RequestIdReused,
    StorageUnavailable,
)
from queue_server.domain.ticket import Origin
from queue_server.live.batches import Moved
from queue_server.live.inbox import Command, Errand, RequestKey
from queue_server.live.sequencer import Sequencer
from queue_server.services import counter, site_view
from queue_server.services.ports import Answer, Unit
from tests.adapters.test_store import differences, in_the_log
from tests.town_hall import CARD, Hand, taking, the_town


class Road:
    """A sequencer over a town, and what it told after each commit."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.moved: list[Moved] = []
        self.on_commit: Callable[[Moved], None] = self.moved.append
        self.foretold: list[Moved] = []
        self.on_foretelling: Callable[[Moved], None] = self.foretold.append
        self.sequencer = Sequencer(hand.store, lambda: hand.now, site_view.view, self._tell, self._foretell)

    def _tell(self, moved: Moved) -> None:
        self.on_commit(moved)

    def _foretell(self, moved: Moved) -> None:
        self.on_foretelling(moved)

    async def do(
        self,
        work: Callable[[Unit], Answer],
        request_id: str | None = None,
        body: str = "",
        site: str = "hall",
    ) -> Answer:
        key = RequestKey("session", request_id, body) if request_id else None
        return await self.sequencer.do(site, work, key)

    async def together(self, *works: Callable[[Unit], Answer]) -> list[Any]:
        """Put commands into one batch; return answers and what was raised."""
        return await self.in_one_batch(*(self.do(work) for work in works))

    async def in_one_batch(self, *asked: Awaitable[Any]) -> list[Any]:
        """Let what is asked for lie in the inbox before the writer looks."""
        gate = asyncio.Event()
        loop = asyncio.get_running_loop()
        entered = asyncio.Event()

        def hold() -> None:
            loop.call_soon_threadsafe(entered.set)
            asyncio.run_coroutine_threadsafe(gate.wait(), loop).result()

        holding = asyncio.ensure_future(self.sequencer.errand(hold))
        await entered.wait()
        answers = [asyncio.ensure_future(one) for one in asked]
        await asyncio.sleep(0)
        gate.set()
        await holding
        return await asyncio.gather(*answers, return_exceptions=True)


@asynccontextmanager
async def running(hand: Hand) -> AsyncIterator[Road]:
    road = Road(hand)
    road.sequencer.start()
    try:
        yield road
    finally:
        await road.sequencer.stop()


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Road]:
    hand = Hand(database, the_town())
    hand.open()
    async with running(hand) as started:
        yield started
    hand.store.close()
    assert not differences(hand)


def call(unit: Unit) -> Answer:
    return counter.call(unit, "c1", "anna")


def writes_then_refuses(unit: Unit) -> Answer:
    taking(unit, needs=["deaf"])
    raise CounterBusy(number=1)


def binds_then_refuses(unit: Unit) -> Answer:
    unit.bind("c2", "bernd", "s", frozenset())
    raise CounterBusy(number=1)


def is_a_fault(unit: Unit) -> Answer:
    taking(unit)
    raise ZeroDivisionError


def breaks_a_wall(unit: Unit) -> Answer:
    """Press "next" behind the domain's back: the unique index refuses."""
    first, second = taking(unit)["id"], taking(unit)["id"]
    unit.record([e.TicketCalled(first, "c3"), e.TicketCalled(second, "c3")])
    return {}


def kills_the_thread(unit: Unit) -> Answer:
    raise SystemExit


async def test_a_batch_is_one_commit_and_one_telling(road: Road) -> None:
    answers = await road.together(*[taking] * 8)
    assert [a["id"] for a in answers] == list(range(2, 10))
    (moved,) = road.moved
    assert moved.sites == {"hall": 9}
    assert moved.pictures["hall"].waiting_count == 8


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (writes_then_refuses, CounterBusy),
        (binds_then_refuses, CounterBusy),
        (is_a_fault, ZeroDivisionError),
        (breaks_a_wall, sa.exc.IntegrityError),
        (lambda unit: unit.desk["c9"], KeyError),
    ],
)
async def test_a_bad_command_fails_alone(road: Road, bad: Callable[[Unit], Answer], why: type) -> None:
    answers = await road.together(taking, call, bad, taking, bad, taking)
    assert [type(a) for a in answers] == [dict, dict, why, dict, why, dict]
    assert len(road.moved) == 1
    assert in_the_log(road.hand) == [
        *("CounterOpened", "TicketTaken", "TicketCalled"),
        *("TicketTaken", "TicketTaken"),
    ]
    assert await road.sequencer.look("hall", lambda u: list(u.desk)) == ["c1"]


async def test_nothing_ends_the_writer(road: Road) -> None:
    answers = await road.together(taking, kills_the_thread)
    assert {type(a) for a in answers} == {StorageUnavailable}
    with pytest.raises(SystemExit):
        await road.sequencer.errand(lambda: kills_the_thread(None))  # type: ignore[arg-type]
    assert (await road.do(taking))["id"] == 2


async def test_a_command_for_no_site_fails_alone(road: Road) -> None:
    bad, good = await road.in_one_batch(road.do(taking, site="nowhere"), road.do(taking))
    assert isinstance(bad, NotFound)
    assert good["id"] == 2


async def test_sites_of_one_batch_move_together_and_count_apart(road: Road) -> None:
    def card(unit: Unit) -> Answer:
        return taking(unit, CARD, kiosk_id=None)

    there, here = await road.in_one_batch(road.do(card, site="annex"), road.do(card))
    assert (there["id"], here["id"]) == (1, 2)
    assert [moved.sites for moved in road.moved] == [{"annex": 1, "hall": 2}]


# -- the same press twice ------------------------------------------------------------------------------


async def test_the_same_press_gets_the_first_answer(road: Road) -> None:
    """Failure 2: a double tap is one number."""
    first = await road.do(taking, "press")
    assert await road.do(taking, "press") == first
    assert await road.do(taking, "another press") != first
    assert in_the_log(road.hand).count("TicketTaken") == 2


async def test_two_taps_in_one_batch_are_one_number(road: Road) -> None:
    """Failure 2."""
    first, second, other = await road.in_one_batch(
        road.do(taking, "press"), road.do(taking, "press"), road.do(taking, "press", body="other")
    )
    assert first == second
    assert isinstance(other, RequestIdReused)


async def test_two_taps_are_one_number_also_when_their_batch_is_done_again(road: Road) -> None:
    """Failure 2."""
    first, bad, second = await road.in_one_batch(
        road.do(taking, "press"), road.do(is_a_fault), road.do(taking, "press")
    )
    assert first == second
    assert isinstance(bad, ZeroDivisionError)
    assert in_the_log(road.hand).count("TicketTaken") == 1


async def test_a_press_may_not_come_back_as_another_command(road: Road) -> None:
    await road.do(taking, "press", body="a pass")
    with pytest.raises(RequestIdReused):
        await road.do(taking, "press", body="a card")


async def test_presses_of_two_devices_are_two(road: Road) -> None:
    ours = await road.sequencer.do("hall", taking, RequestKey("kiosk 1", "press", ""))
    theirs = await road.sequencer.do("hall", taking, RequestKey("kiosk 2", "press", ""))
    assert ours != theirs


async def test_a_refusal_is_not_kept(road: Road) -> None:
    """A stored "nobody waiting" would answer a press that has somebody to call."""
    with pytest.raises(NobodyWaiting):
        await road.do(call, "press")
    await road.do(taking)
    assert (await road.do(call, "press"))["ticket"] == 2


async def test_the_answer_survives_a_restart(road: Road) -> None:
    """Failure 2: the kiosk asks again after the power cut and gets the same number."""
    first = await road.do(taking, "press")
    again = Hand(road.hand.database)
    async with running(again) as restarted:
        assert await restarted.do(taking, "press") == first
    again.store.close()


# -- who waits, who looks ------------------------------------------------------------------------------


async def test_screens_are_told_before_the_answer_and_may_draw_before_that(road: Road) -> None:
    told: list[str] = []
    road.on_foretelling = lambda moved: told.append("to draw")
    road.on_commit = lambda moved: told.append("screens")
    asked = asyncio.ensure_future(road.do(taking))
    asked.add_done_callback(lambda _: told.append("answer"))
    await asked
    assert told == ["to draw", "screens", "answer"]


async def test_what_is_foretold_is_told_when_it_is_kept(road: Road) -> None:
    await road.together(taking, is_a_fault, taking)
    (moved,) = road.moved
    assert road.foretold[-1].pictures["hall"] is moved.pictures["hall"]


async def test_a_screen_that_throws_keeps_no_answer_back(road: Road) -> None:
    """The answer was lost with it, and the clerk's page waited for ever."""

    def throws(moved: Moved) -> None:
        raise ZeroDivisionError

    road.on_commit = road.on_foretelling = throws
    assert (await road.do(taking))["id"] == 2


async def test_who_has_gone_is_not_answered_and_what_was_done_stays(road: Road) -> None:
    gone = asyncio.ensure_future(road.do(taking))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await road.do(taking))["id"] == 3
    assert gone.cancelled()


async def test_nobody_sees_half_a_batch(road: Road) -> None:
    def look(unit: Unit) -> tuple[int, int]:
        return unit.hall.seq, len(unit.hall.tickets)

    seen = await road.in_one_batch(
        road.sequencer.look("hall", look),
        road.do(taking),
        road.sequencer.look("hall", look),
        road.do(is_a_fault),
        road.do(taking),
        road.sequencer.look("hall", look),
    )
    looks = [seen[0], seen[2], seen[5]]
    assert set(looks) <= {(1, 0), (3, 2)}


async def test_several_sites_are_looked_at_in_one_go_and_in_their_order(road: Road) -> None:
    def look(units: Sequence[Unit]) -> list[tuple[str, int]]:
        return [(unit.site.id, unit.hall.seq) for unit in units]

    assert await road.sequencer.look_around(["annex", "hall"], look) == [("annex", 0), ("hall", 1)]
    with pytest.raises(NotFound):
        await road.sequencer.look_around(["hall", "nowhere"], look)


async def test_what_was_seen_is_given_again_until_something_changes(road: Road) -> None:
    looks = 0

    def look(units: Sequence[Unit]) -> int:
        nonlocal looks
        looks += 1
        return units[0].hall.seq

    def refuses(_unit: Unit) -> Answer:
        raise NobodyWaiting

    async def ask(about: str = "the log") -> int:
        return await road.sequencer.look_again(about, ["hall"], look)

    assert [await ask(), await ask(), looks] == [1, 1, 1]
    assert [await ask("the log, a minute later"), looks] == [1, 2]
    await road.do(taking)
    assert [await ask(), await ask(), looks] == [2, 2, 3]
    with pytest.raises(NobodyWaiting):
        await road.do(refuses)
    assert [await ask(), looks] == [2, 3], "a refusal changes nothing"
    await road.sequencer.errand(lambda: None)
    assert [await ask(), looks] == [2, 4], "an errand may have read the set-up anew"


async def test_who_asks_the_same_at_once_shares_one_look_and_who_leaves_spoils_nothing(road: Road) -> None:
    looks = 0

    def look(units: Sequence[Unit]) -> int:
        nonlocal looks
        looks += 1
        return units[0].hall.seq

    asked = [asyncio.ensure_future(road.sequencer.look_again("log", ["hall"], look)) for _ in range(9)]
    await asyncio.sleep(0)
    asked[0].cancel()
    assert (await asyncio.gather(*asked, return_exceptions=True))[1:] == [1] * 8
    assert looks == 1


async def test_a_look_that_failed_is_asked_again(road: Road) -> None:
    with pytest.raises(NotFound):
        await road.sequencer.look_again("log", ["nowhere"], len)
    assert await road.sequencer.look_again("log", ["hall"], len) == 1


async def test_what_was_seen_before_a_commit_is_not_given_after_it(road: Road) -> None:
    """The look came back to the event loop together with a commit that it had not seen."""
    loop, committed = asyncio.get_running_loop(), threading.Event()
    inbox = road.sequencer._inbox
    command = Command("hall", taking, None, loop.create_future())
    errand = Errand(committed.set, loop.create_future())

    def look(units: Sequence[Unit]) -> int:
        if not command.done.done():
            inbox.put(command)
            inbox.put(errand)
        return units[0].hall.seq

    first = asyncio.ensure_future(road.sequencer.look_again("the log", ["hall"], look))
    await asyncio.sleep(0)
    assert committed.wait(10)  # the event loop has heard of nothing yet
    assert await first == 1
    await command.done
    assert await road.sequencer.look_again("the log", ["hall"], look) == 2


async def test_a_look_changes_nothing(road: Road) -> None:
    with pytest.raises(RuntimeError):
        await road.sequencer.look("hall", taking)
    assert in_the_log(road.hand) == ["CounterOpened"]


async def test_a_bound_counter_is_told_though_the_log_did_not_move(road: Road) -> None:
    """Another clerk took over and the colleagues' pages still showed the first."""
    await road.do(lambda u: counter.open_counter(u, "c1", "anna", "second browser"))
    assert [moved.sites for moved in road.moved] == [{"hall": 1}]


async def test_stopping_answers_everything_first(database: Database) -> None:
    hand = Hand(database, the_town())
    road = Road(hand)
    road.sequencer.start()
    asked = [asyncio.ensure_future(road.do(partial(taking, origin=Origin.DESK))) for _ in range(100)]
    await asyncio.sleep(0)
    await road.sequencer.stop()
    answers = await asyncio.gather(*asked)
    assert len({a["number"] for a in answers}) == 100
    with pytest.raises(StorageUnavailable):
        await road.do(taking)
    hand.store.close()


# -- outages -------------------------------------------------------------------------------------------


async def test_a_full_disk_is_said_and_loses_nothing_acknowledged(empty_sqlite: Any, tmp_path: Any) -> None:
    """COMMIT or a write before it fails: all of the batch 507, nothing half, works again afterwards."""
    path = tmp_path / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    limit = _limit_pages(database)
    hand = Hand(database, the_town())
    acknowledged: list[int] = []
    async with running(hand) as road:
        await road.do(lambda u: counter.open_counter(u, "c1", "anna", "s"))
        limit(True)
        refused = 0
        for _ in range(300):
            answers = await road.together(*[taking] * 5)
            kinds = {type(a) for a in answers}
            assert kinds in ({dict}, {DiskFull})
            acknowledged += [a["id"] for a in answers if isinstance(a, dict)]
            refused += kinds == {DiskFull}
            if refused == 3:
                break
        assert refused == 3
        moved = len(road.moved)
        assert await road.sequencer.look("hall", lambda u: list(u.hall.tickets)) == acknowledged
        limit(False)
        acknowledged.append((await road.do(taking, "press"))["id"])
        assert len(road.moved) == moved + 1
        assert await road.sequencer.look("hall", lambda u: list(u.hall.tickets)) == acknowledged
    assert not differences(hand)
    in_the_log(hand)
    hand.store.close()
    database.dispose()


def _limit_pages(database: Database) -> Callable[[bool], None]:
    """Return what makes the file full, or lets it grow again, from the next transaction on."""
    full = False

    @sa.event.listens_for(database.writer, "begin")
    def _begin(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages if full else 1_000_000}")

    def limit(is_full: bool) -> None:
        nonlocal full
        full = is_full

    return limit


@pytest.mark.parametrize("where", ["before", "after"])
async def test_a_commit_that_fails_is_answered_503(road: Road, where: str) -> None:
    """Nothing was kept when it failed before; when the word got lost after it, the repeat gets the number."""
    broken = True

    @sa.event.listens_for(road.hand.database.writer, "commit")
    def _commit(connection: sa.Connection) -> None:
        if broken:
            if where == "after":
                connection.connection.commit()
            raise sa.exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))

    answers = await road.in_one_batch(*(road.do(taking, f"press {n}") for n in range(4)))
    assert {type(a) for a in answers} == {StorageUnavailable}
    assert not road.moved
    broken = False
    again = await road.in_one_batch(*(road.do(taking, f"press {n}") for n in range(4)))
    assert [a["id"] for a in again] == [2, 3, 4, 5]
    assert in_the_log(road.hand) == ["CounterOpened", *["TicketTaken"] * 4]


async def test_a_database_that_is_gone_and_comes_back(road: Road) -> None:
    gone = True

    @sa.event.listens_for(road.hand.database.writer, "begin")
    def _begin(connection: sa.Connection) -> None:
        if gone:
            raise sa.exc.OperationalError("BEGIN", {}, Exception("server closed the connection"))

    answers = await road.together(taking, taking)
    assert {type(a) for a in answers} == {StorageUnavailable}
    with pytest.raises(StorageUnavailable):
        await road.do(taking)
    gone = False
    assert (await road.do(taking))["id"] == 2


async def test_an_outage_in_a_batch_that_is_done_again_ends_the_others_too(road: Road) -> None:
    """Each would wait for the lock by itself: 64 times five seconds."""
    tries = 0

    def is_out(unit: Unit) -> Answer:
        nonlocal tries
        tries += 1
        raise sa.exc.OperationalError("INSERT", {}, Exception("locked"))

    def after(unit: Unit) -> Answer:
        nonlocal tries
        tries += 1
        if tries < 2:
            raise ZeroDivisionError
        return taking(unit)

    answers = await road.together(taking, after, is_out, is_out)
    assert [type(a) for a in answers] == [dict, dict, StorageUnavailable, StorageUnavailable]
    assert tries == 3


async def test_another_writer_is_waited_for(database: Database) -> None:
    """The command line beside a running server."""
    hand = Hand(database, the_town())
    async with running(hand) as road:
        with database.writer.begin() as other:
            other.execute(sa.text("UPDATE site_stream SET organisation_id = organisation_id"))
            asked = asyncio.ensure_future(road.do(taking))
            await asyncio.sleep(0.05)
            assert not asked.done()
        assert (await asked)["id"] == 1
    hand.store.close()


async def test_a_double_tap_that_reaches_two_processes_is_one_number(
    hall_on_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure 2: the second process read the answers before the first had committed, then waited for it.

    Only PostgreSQL lets two of them begin; on SQLite the second waits before it reads.
    """
    database = Database(hall_on_postgres)
    hand = Hand(database, the_town())
    other = Hand(database)
    recall = hand.store.recall
    async with running(other) as there, running(hand) as here:
        loop = asyncio.get_running_loop()
        answers: list[Answer] = []

        def reads_too_early(keys: Any) -> None:
            recall(keys)
            if not answers:
                theirs = asyncio.run_coroutine_threadsafe(there.do(taking, "press"), loop)
                answers.append(theirs.result())

        monkeypatch.setattr(hand.store, "recall", reads_too_early)
        answers.append(await here.do(taking, "press"))
    assert answers[0] == answers[1]
    assert in_the_log(hand) == ["TicketTaken"]
    hand.store.close()
    other.store.close()
    _empty(database)


def _empty(database: Database) -> None:
    names = ", ".join(f'"{table.name}"' for table in schema.metadata.sorted_tables)
    database.write(lambda conn: conn.execute(sa.text(f"TRUNCATE {names} CASCADE")))
    database.dispose()
