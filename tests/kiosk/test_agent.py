"""The agent with a real journal, against a TCP peer that speaks ESC/POS status."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.agent import Agent
from kiosk.journal import Entry, Given, Journal
from kiosk.target import target_from
from kiosk.transport import Limits, printer_at

from .escpos_peer import Peer, a_printer
from .slips import a_job

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUICK = Limits(connect_s=1, answer_s=0.3, send_s=1, confirm_s=0.6, probe_s=0.1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def an_agent(journal: Journal, address: str) -> Agent:
    target = target_from(address)
    return Agent(printer_at(target, Path("unused"), QUICK), journal, target, now=lambda: NOON)


def job(name: str = "a", attempt: int = 1, **slip: Any) -> dict[str, Any]:
    return {"id": name, "attempt": attempt, "slip": a_job(**slip)}


async def test_job_is_printed_and_reported(journal: Journal) -> None:
    async with a_printer() as peer:
        report = await an_agent(journal, peer.address).handle(job())
    assert report == {"job": "a", "attempt": 1, "state": "printed", "code": None, "detail": ""}
    assert len(peer.slips) == 1


async def test_job_told_twice_is_printed_once(journal: Journal) -> None:
    """Failure 2 at the printer: the answer got lost, the server offers the job again."""
    async with a_printer() as peer:
        agent = an_agent(journal, peer.address)
        first = await agent.handle(job())
        assert await agent.handle(job()) == first
        assert (await agent.handle(job(attempt=2)))["code"] == "already_sent"
    assert len(peer.slips) == 1


async def test_same_job_twice_at_the_same_time_is_printed_once(journal: Journal) -> None:
    async with a_printer() as peer:
        agent = an_agent(journal, peer.address)
        reports = await asyncio.gather(*(agent.handle(job()) for _ in range(5)))
    assert [report["state"] for report in reports] == ["printed"] * 5
    assert len(peer.slips) == 1


async def test_jobs_wait_for_each_other(journal: Journal) -> None:
    async with a_printer("slow") as peer:
        agent = an_agent(journal, peer.address)
        printing = [asyncio.create_task(agent.handle(job(name))) for name in "abc"]
        await asyncio.sleep(0)
        assert await agent.status() == {"state": "busy", "code": None}
        assert [(await task)["job"] for task in printing] == ["a", "b", "c"]
    assert len(peer.slips) == 3


async def test_refused_job_may_come_again(journal: Journal) -> None:
    """Failure 5: no paper, then a new roll: the same number, once."""
    async with a_printer("paper_out") as peer:
        agent = an_agent(journal, peer.address)
        assert (await agent.handle(job()))["code"] == "paper_out"
        peer.mood = "good"
        assert (await agent.handle(job(attempt=2)))["state"] == "printed"
        late = await agent.handle({**job(), "attempt": 0})
        assert (late["state"], late["code"]) == ("refused", "stale_attempt")
    assert len(peer.slips) == 1


async def test_half_printed_slip_comes_again_only_with_its_mark(journal: Journal) -> None:
    """Failure 5: half cut: nothing prints it again by itself, a person's reprint carries the mark."""
    async with a_printer("cuts_half_way") as peer:
        agent = an_agent(journal, peer.address)
        assert (await agent.handle(job()))["state"] == "unknown"
        peer.mood = "good"
        again = await agent.handle(job(attempt=2))
        assert (again["state"], again["code"]) == ("unknown", "connection_lost")
        assert len(peer.slips) == 1
        assert (await agent.handle(job(attempt=3, mark="Nachdruck")))["state"] == "printed"
        assert (await agent.handle(job(attempt=3, mark="Nachdruck")))["state"] == "printed"
    assert len(peer.slips) == 2


async def test_slip_that_was_being_sent_at_a_crash_is_unknown(journal: Journal) -> None:
    """Failure 5: the agent died between the first byte and the word "printed"."""
    journal.write(Entry("a", 1, "sending"), NOON)
    journal.write(Entry("b", 1, "received"), NOON)
    async with a_printer() as peer:
        agent = an_agent(journal, peer.address)
        unknown = {"job": "a", "attempt": 1, "state": "unknown", "code": "agent_stopped", "detail": ""}
        assert await agent.start() == [unknown]
        assert await agent.handle(job("a")) == unknown
        assert peer.slips == []
        assert (await agent.handle(job("b")))["state"] == "printed"
        assert [report["job"] for report in agent.reports()] == ["a", "b"]


async def _until_bytes_arrive(peer: Peer) -> None:
    async with asyncio.timeout(60):
        while not peer.slips:
            await asyncio.sleep(0.005)


KILLED = """
import asyncio, sys
from pathlib import Path
from kiosk.agent import Agent
from kiosk.journal import Journal
from kiosk.target import target_from
from kiosk.transport import printer_at
target = target_from(sys.argv[1])
agent = Agent(printer_at(target, Path(".")), Journal(sys.argv[2]), target)
asyncio.run(agent.handle({"id": "a", "attempt": 1, "slip": {"number": "417"}}))
"""


async def test_agent_killed_in_the_middle_of_a_slip_does_not_print_it_again(tmp_path: Path) -> None:
    """Failure 5: a real process, killed without a warning after its first byte was sent."""
    path = tmp_path / "journal.sqlite"
    async with a_printer("never_confirms") as peer:
        command = (sys.executable, "-c", KILLED, peer.address, str(path))
        process = await asyncio.create_subprocess_exec(*command)
        await _until_bytes_arrive(peer)
        process.kill()
        await process.wait()
        with closing(Journal(path)) as journal:
            agent = an_agent(journal, peer.address)
            assert [(report["job"], report["state"]) for report in await agent.start()] == [("a", "unknown")]
            assert (await agent.handle(job("a", attempt=2)))["state"] == "unknown"
    assert len(peer.slips) == 1


async def test_agent_stopped_in_the_middle_of_a_slip_does_not_print_it_again(journal: Journal) -> None:
    async with a_printer("never_confirms") as peer:
        agent = an_agent(journal, peer.address)
        printing = asyncio.create_task(agent.handle(job()))
        await _until_bytes_arrive(peer)
        printing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await printing
        assert (await agent.handle(job()))["state"] == "unknown"
    assert len(peer.slips) == 1


async def test_broken_slip_is_refused_with_its_field(journal: Journal) -> None:
    async with a_printer() as peer:
        report = await an_agent(journal, peer.address).handle({"id": "a", "attempt": 1, "slip": {}})
    assert (report["state"], report["code"]) == ("refused", "slip_invalid")
    assert report["detail"].startswith("number: ")
    assert peer.connections == 0


@pytest.mark.parametrize("words", [None, [], "x", {}, {"id": 1, "attempt": 1}, {"id": "a", "attempt": True}])
async def test_what_is_no_job_is_refused(journal: Journal, words: object) -> None:
    report = await an_agent(journal, "tcp://127.0.0.1:9").handle(words)
    assert (report["state"], report["code"]) == ("refused", "job_invalid")


async def test_broken_repeat_does_not_overwrite_what_was_printed(journal: Journal) -> None:
    async with a_printer() as peer:
        agent = an_agent(journal, peer.address)
        await agent.handle(job())
        assert (await agent.handle({"id": "a", "attempt": 1, "slip": {}}))["state"] == "printed"
        assert journal.of("a") == [Entry("a", 1, "printed")]


async def test_printer_profile_that_does_not_exist_refuses(journal: Journal) -> None:
    report = await an_agent(journal, "tcp://127.0.0.1:9?profile=none-such").handle(job())
    assert (report["state"], report["code"]) == ("refused", "slip_unprintable")


async def test_idle_printer_is_asked(journal: Journal) -> None:
    async with a_printer("cover_open") as peer:
        agent = an_agent(journal, peer.address)
        assert await agent.status() == {"state": "trouble", "code": "cover_open", "detail": ""}
        peer.mood = "paper_low"
        assert await agent.status() == {"state": "ready", "code": "paper_low"}
        peer.mood = "good"
        assert await agent.status() == {"state": "ready", "code": None}


async def test_numbers_of_another_epoch_are_told_with_their_age(journal: Journal) -> None:
    async with a_printer("paper_out") as peer:
        agent = an_agent(journal, peer.address)
        await agent.handle({**job(), "epoch": "e1", "ticket_id": 7})
        await agent.handle({**job("b"), "epoch": "e1"})
        await agent.handle({**job("c", number="A7"), "epoch": "e1", "ticket_id": 8})
    assert agent.given_before("e1") == []
    told = {"epoch": "e1", "ticket_id": 7, "number": 417, "age_s": 0}
    assert agent.given_before("e2") == [told], "although no paper came out: it was read on the screen"
    journal.give(Given("e1", 9, 302), NOON - timedelta(hours=3))
    journal.give(Given("e1", 10, 303), NOON - timedelta(hours=25))
    assert [(one["number"], one["age_s"]) for one in agent.given_before("e2")] == [(302, 10_800), (417, 0)]
