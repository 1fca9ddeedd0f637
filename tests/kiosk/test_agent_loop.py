"""The agent on its line: a real server, a real agent process, and a TCP peer that speaks ESC/POS status."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from kiosk.agent import Agent
from kiosk.agent_loop import LONGEST_DELAY_S, AgentLoop, back_off, socket_address
from kiosk.journal import Journal
from kiosk.preview import interpret
from kiosk.target import target_from
from kiosk.transport import printer_at

from .escpos_peer import a_printer
from .hall import Hall, until
from .slips import a_job


async def test_number_taken_at_the_kiosk_comes_out_of_the_printer(bare_hall: Hall, tmp_path: Path) -> None:
    async with a_printer() as printer, bare_hall.page() as page:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        await page.printer("ready")
        ticket = await bare_hall.take("a")
        word = await page.slip("printed")
        assert word == {**word, "ticket": ticket["id"], "number": ticket["number"], "attempt": 1, "code": ""}
        assert len(printer.slips) == 1
        text = interpret(printer.slips[0], 80).text
    assert "Personalausweis beantragen" in text
    assert "Erdgeschoss" in text
    assert bare_hall.slips() == [(ticket["id"], 1, "printed", "")]


async def test_repeated_request_prints_one_slip(bare_hall: Hall, tmp_path: Path) -> None:
    """Failure 2: a double tap on "take a number": one number, one slip."""
    async with a_printer() as printer, bare_hall.page() as page:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        await page.printer("ready")
        tickets = await asyncio.gather(*(bare_hall.take("same") for _ in range(5)))
        await page.slip("printed")
        assert len({ticket["number"] for ticket in tickets}) == 1
        await bare_hall.take("other")
        await page.slip("printed")
    assert len(printer.slips) == 2


async def test_paper_out_is_told_and_the_reprint_has_the_same_number_and_a_mark(
    bare_hall: Hall, tmp_path: Path
) -> None:
    """Failure 5: printer out of paper: the same number is reprinted, never a second one, staff are told."""
    async with a_printer("paper_out") as printer, bare_hall.page() as page:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        await page.printer("paper_out")
        ticket = await bare_hall.take("a")
        assert (await page.slip("refused"))["code"] == "paper_out"
        assert printer.slips == []
        printer.mood = "good"
        assert (await bare_hall.reprint(ticket["id"]))["number"] == ticket["number"]
        word = await page.slip("printed")
        assert (word["number"], word["attempt"]) == (ticket["number"], 2)
        first = len(printer.slips[0])
        await bare_hall.reprint(ticket["id"])
        await page.slip("printed")
        assert len(printer.slips) == 2
        assert abs(len(printer.slips[1]) - first) < 50, "both carry the mark"
    assert await bare_hall.waiting() == [ticket["number"]]


async def test_staff_are_told_of_the_printer(bare_hall: Hall, tmp_path: Path) -> None:
    """Failure 5: staff are told."""
    cookie = await bare_hall.staff("anna")
    await bare_hall.post("/counters/rathaus-1/open", {}, cookie=cookie, device=False)
    address = f"ws{bare_hall.server.url[4:]}/live/counters/rathaus-1"
    async with a_printer("cover_open") as printer:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        headers = {"Cookie": cookie, "Origin": bare_hall.server.url}
        async with asyncio.timeout(15), connect(address, additional_headers=headers, proxy=None) as counter:
            notices: list[dict[str, str]] = []
            while not any(notice.get("detail") == "cover_open" for notice in notices):
                notices = json.loads(await counter.recv()).get("counter", {}).get("notices", notices)


async def test_agent_killed_in_the_middle_of_a_slip_does_not_print_it_again(
    bare_hall: Hall, tmp_path: Path
) -> None:
    """Failure 5: half printed and nobody knows: a person decides, never the machine."""
    async with a_printer("never_confirms") as printer, bare_hall.page() as page:
        agent = bare_hall.start_agent(printer.address, tmp_path / "agent")
        await page.printer("ready")
        ticket = await bare_hall.take("a")
        await until(lambda: bool(printer.slips))
        agent.kill()
        agent.wait()
        printer.mood = "good"
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        assert (await page.slip("unknown"))["code"] == "agent_stopped"
        await bare_hall.take("b")
        await page.slip("printed")
        assert len(printer.slips) == 2
    assert bare_hall.slips()[0] == (ticket["id"], 1, "unknown", "agent_stopped")


async def test_slip_that_waits_for_an_agent_is_printed_when_it_comes(bare_hall: Hall, tmp_path: Path) -> None:
    ticket = await bare_hall.take("a")
    async with a_printer() as printer, bare_hall.page() as page:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        assert (await page.slip("printed"))["ticket"] == ticket["id"]
    assert len(printer.slips) == 1


async def test_number_that_was_given_back_is_not_printed(bare_hall: Hall, tmp_path: Path) -> None:
    given_back, kept = await bare_hall.take("a"), await bare_hall.take("b")
    await bare_hall.post(f"/sites/rathaus/tickets/{given_back['id']}", {"act": "cancel"})
    async with a_printer() as printer, bare_hall.page() as page:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        assert (await page.slip("printed"))["ticket"] == kept["id"]
    assert len(printer.slips) == 1
    assert bare_hall.slips()[0][2:] == ("refused", "too_late")


async def test_server_killed_while_a_slip_is_printed_learns_of_it_afterwards(
    bare_hall: Hall, tmp_path: Path
) -> None:
    """Failure 30: an update during opening hours loses no slip and prints none twice."""
    async with a_printer("slow") as printer:
        async with bare_hall.page() as page:
            bare_hall.start_agent(printer.address, tmp_path / "agent")
            await page.printer("ready")
            ticket = await bare_hall.take("a")
            await until(lambda: bool(printer.slips))
        bare_hall.server.kill()
        await bare_hall.server.start()
        await until(lambda: bare_hall.slips() == [(ticket["id"], 1, "printed", "")])
    assert len(printer.slips) == 1


async def test_the_demo_prints_on_paper_and_goes_on_after_a_restart(hall: Hall) -> None:
    async with hall.page() as page:
        await page.printer("ready")
        await hall.take("a")
        await page.slip("printed")
    pids = hall.demo_agents()
    hall.server.kill()
    await until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in pids), within_s=5)
    await hall.server.start()
    async with hall.page() as page:
        await page.printer("ready")
        await hall.take("b")
        await page.slip("printed")
    assert len(list(hall.paper.glob("slip-*.png"))) == 2


async def test_agent_ends_within_a_second(bare_hall: Hall, tmp_path: Path) -> None:
    async with a_printer("never_confirms") as printer, bare_hall.page() as page:
        agent = bare_hall.start_agent(printer.address, tmp_path / "agent")
        await page.printer("ready")
        await bare_hall.take("a")
        await until(lambda: bool(printer.slips))
        begun = time.monotonic()
        agent.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(agent.wait, 5) == 0
        assert time.monotonic() - begun < 1.5  # a second, and the machine's own
        with closing(Journal(tmp_path / "agent" / "journal.sqlite")) as journal:
            assert [entry.state for entry in journal.settled()] == ["unknown"]


async def test_second_agent_on_the_same_folder_is_refused(bare_hall: Hall, tmp_path: Path) -> None:
    async with a_printer() as printer, bare_hall.page() as page:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        await page.printer("ready")
        second = bare_hall.start_agent(printer.address, tmp_path / "agent")
        assert await asyncio.to_thread(second.wait, 15) == 2
    assert "another agent uses" in (tmp_path / "agent" / "log").read_text()


async def test_wrong_token_is_said_and_not_hammered(bare_hall: Hall, tmp_path: Path) -> None:
    log = tmp_path / "agent" / "log"
    agent = bare_hall.start_agent("preview:", tmp_path / "agent", token="aufruf_kiosk_wrong")
    await until(lambda: log.exists() and "refuses this agent (401)" in log.read_text())
    assert agent.poll() is None
    assert "aufruf_kiosk_wrong" not in log.read_text()


# -- the line alone, against a peer that breaks it ---------------------------------------------------


@asynccontextmanager
async def a_line(
    tmp_path: Path, talk: Callable[[ServerConnection], Awaitable[None]]
) -> AsyncIterator[AgentLoop]:
    async def serve_one(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await talk(socket)

    target = target_from("preview:")
    async with serve(serve_one, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with closing(Journal(tmp_path / "journal.sqlite")) as journal:
            agent = Agent(printer_at(target, tmp_path / "paper"), journal, target)
            address = socket_address(f"http://127.0.0.1:{port}/", "k")
            loop = AgentLoop(address, "token", agent)
            running = asyncio.create_task(loop.run())
            yield loop
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_report_is_said_again_until_the_server_has_surely_read_it(tmp_path: Path) -> None:
    heard: list[list[dict[str, Any]]] = []
    settled = asyncio.Event()

    async def talk(socket: ServerConnection) -> None:
        said: list[dict[str, Any]] = []
        heard.append(said)
        job = {"id": "e-rathaus-1", "ticket_id": 1, "attempt": 1, "slip": a_job()}
        await socket.send(json.dumps({"epoch": "e", "seq": 1, "jobs": [job]}))
        async for text in socket:
            message = json.loads(text)
            if "print" in message:
                said.append(message["print"])
                if len(heard) == 1:
                    socket.transport.abort()
                    return
                if len(heard) == 2 and len(said) == 1:
                    await socket.ping()
                    await asyncio.sleep(0.1)
                    socket.transport.abort()
                    settled.set()
                    return

    async with a_line(tmp_path, talk), asyncio.timeout(15):
        await settled.wait()
        while len(heard) < 3:
            await asyncio.sleep(0.02)
    assert [report["state"] for report in heard[0] + heard[1][:1]] == ["printed", "printed"]
    assert len(list((tmp_path / "paper").glob("*.png"))) == 1, "offered on each line, printed once"


async def test_a_restored_server_is_told_once_which_numbers_are_on_paper(tmp_path: Path) -> None:
    lines = 0
    heard: list[tuple[int, dict[str, Any]]] = []
    ended = asyncio.Event()

    async def talk(socket: ServerConnection) -> None:
        nonlocal lines
        lines += 1
        jobs = [{"id": "e1-rathaus-7", "ticket_id": 7, "attempt": 1, "slip": a_job()}] if lines == 1 else []
        await socket.send(json.dumps({"epoch": "e1" if lines == 1 else "e2", "seq": 1, "jobs": jobs}))
        waited_for = {1: "print", 2: "given", 3: "printer"}[min(lines, 3)]
        async for text in socket:
            message = json.loads(text)
            heard.extend((lines, one) for one in message.get("given", ()))
            if waited_for in message:
                break
        await (await socket.ping())  # what the agent had to say before is said
        if lines == 3:
            ended.set()

    async with a_line(tmp_path, talk), asyncio.timeout(15):
        await ended.wait()
    assert [(line, one["epoch"], one["ticket_id"], one["number"]) for line, one in heard] == [
        (2, "e1", 7, 417)
    ]


async def test_silent_server_is_left_and_asked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.agent_loop.SILENT_S", 0.2)
    lines = 0
    again = asyncio.Event()

    async def talk(socket: ServerConnection) -> None:
        nonlocal lines
        lines += 1
        if lines == 2:
            again.set()
        await socket.wait_closed()

    async with a_line(tmp_path, talk), asyncio.timeout(10):
        await again.wait()


@pytest.mark.parametrize("nonsense", ["{", "[]", '"x"', '{"jobs": 7}', '{"jobs": [null, 3]}', "[" * 5000])
async def test_nonsense_from_the_server_does_not_end_the_agent(tmp_path: Path, nonsense: str) -> None:
    printed = asyncio.Event()

    async def talk(socket: ServerConnection) -> None:
        await socket.send(nonsense)
        await socket.send(json.dumps({"jobs": [{"id": "a", "attempt": 1, "slip": a_job()}]}))
        async for text in socket:
            report = json.loads(text).get("print", {})
            if report.get("job") == "a":
                assert report["state"] == "printed"
                printed.set()

    async with a_line(tmp_path, talk), asyncio.timeout(10):
        await printed.wait()


async def test_waiting_grows_and_is_spread() -> None:
    assert [back_off(n, lambda: 1) for n in range(6)] == pytest.approx([0.4, 0.8, 1.6, 3.2, 6.4, 8.0])
    assert back_off(3, lambda: 0) == pytest.approx(1.6)
    assert back_off(10_000, lambda: 1) == LONGEST_DELAY_S


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("http://127.0.0.1:8000/", "ws://127.0.0.1:8000/live/kiosks/eg?agent=1"),
        ("https://town.example", "wss://town.example/live/kiosks/eg?agent=1"),
        ("https://town.example/aufruf/", "wss://town.example/aufruf/live/kiosks/eg?agent=1"),
    ],
)
async def test_address_of_the_socket(server: str, address: str) -> None:
    assert socket_address(server, "eg") == address


@pytest.mark.parametrize("server", ["", "town.example", "ftp://town.example", "http://"])
async def test_what_is_no_address_is_refused(server: str) -> None:
    with pytest.raises(ValueError, match="no http"):
        socket_address(server, "eg")
