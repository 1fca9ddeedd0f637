"""Slips on their way to a TCP peer that speaks ESC/POS status, in every mood of a printer."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from kiosk.printing import render
from kiosk.slip import slip_from
from kiosk.status import Condition
from kiosk.target import target_from
from kiosk.transport import Limits, Outcome, printer_at
from kiosk.wires import ThreadWire

from .escpos_peer import Mood, a_printer
from .slips import a_job

QUICK = Limits(connect_s=1, answer_s=0.3, send_s=1, confirm_s=0.8, probe_s=0.1)
SLIP = render(slip_from(a_job()))


async def deliver(address: str, data: bytes = SLIP, limits: Limits = QUICK) -> Outcome:
    return await printer_at(target_from(address), Path("unused"), limits).deliver(data, "job", 80)


async def test_good_printer_confirms_every_byte_of_the_slip() -> None:
    async with a_printer() as peer:
        assert await deliver(peer.address) == Outcome("printed")
    assert peer.slips == [SLIP]


async def test_two_tickets_in_a_row_are_both_printed() -> None:
    async with a_printer() as peer:
        assert [await deliver(peer.address) for _ in range(2)] == [Outcome("printed")] * 2
    assert peer.slips == [SLIP, SLIP]


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("paper_out", "paper_out"),
        ("cover_open", "cover_open"),
        ("cutter_jam", "printer_error"),
        ("offline", "printer_offline"),
        ("silent", "printer_silent"),
        ("hangs_up", "printer_silent"),
        ("nonsense", "printer_nonsense"),
        ("speaks_smtp", "printer_nonsense"),
    ],
)
async def test_printer_that_cannot_print_gets_not_a_byte(mood: Mood, code: str) -> None:
    """Failure 5: no paper is noticed before the slip is sent, so that it may safely be sent again."""
    async with a_printer(mood) as peer:
        outcome = await deliver(peer.address)
        assert (outcome.state, outcome.code) == ("refused", code)
    assert peer.slips == []


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("cuts_half_way", "connection_lost"),
        ("never_confirms", "no_confirmation"),
        ("nonsense_afterwards", "printer_nonsense"),
        ("paper_ends", "paper_out"),
        ("paper_ends_with_slip", "paper_out"),
    ],
)
async def test_slip_that_may_lie_there_is_unknown(mood: Mood, code: str) -> None:
    """Failure 5: half cut, half printed: after the first byte nobody but a person prints it again."""
    async with a_printer(mood) as peer:
        outcome = await deliver(peer.address)
        assert (outcome.state, outcome.code) == ("unknown", code)
        assert peer.slips


async def test_printer_that_stops_reading_does_not_look_like_success() -> None:
    """Failure 5: the system's buffers take a slip that the printer never reads."""
    async with a_printer("stops_reading") as peer:
        outcome = await deliver(peer.address)
        assert (outcome.state, outcome.code) == ("unknown", "no_confirmation")
        large = await deliver(peer.address, b"x" * 30_000_000)
        assert (large.state, large.code) == ("unknown", "printer_not_reading")


async def test_paper_that_ends_is_told_long_before_the_limit() -> None:
    async with a_printer("paper_ends") as peer:
        began = time.monotonic()
        await deliver(peer.address, limits=Limits(probe_s=0.1))
        assert time.monotonic() - began < 5  # the limit of the confirmation is 30


async def test_slow_printer_gets_its_time() -> None:
    async with a_printer("slow") as peer:
        assert (await deliver(peer.address, limits=Limits(probe_s=0.05))).state == "printed"
    assert peer.slips == [SLIP]


async def test_status_nobody_asked_for_is_not_taken_for_an_answer() -> None:
    async with a_printer("chatty") as peer:
        assert await deliver(peer.address) == Outcome("printed")


async def test_nobody_there_is_unreachable() -> None:
    async with a_printer() as peer:
        address = peer.address
    assert (await deliver(address)).code == "printer_unreachable"
    assert (await deliver("tcp://no..such..host:9100")).code == "printer_unreachable"


async def test_printer_without_status_is_only_said_to_have_been_sent() -> None:
    async with a_printer("silent") as peer:
        assert await deliver(f"{peer.address}?status=none") == Outcome("sent")


async def test_every_step_has_its_limit() -> None:
    """Failure 5: no mood of a printer holds up the queue of slips."""
    moods: list[Mood] = ["silent", "never_confirms", "stops_reading", "hangs_up", "nonsense", "paper_ends"]
    for mood in moods:
        async with a_printer(mood) as peer:
            async with asyncio.timeout(QUICK.answer_s * 3 + QUICK.send_s + QUICK.confirm_s + 1):
                await deliver(peer.address)


@pytest.mark.parametrize(
    ("mood", "condition"),
    [
        ("good", Condition()),
        ("paper_low", Condition(None, paper_low=True)),
        ("paper_out", Condition("paper_out", paper_low=True)),
        ("cover_open", Condition("cover_open")),
        ("cutter_jam", Condition("printer_error", detail="cutter")),
    ],
)
async def test_idle_printer_tells_its_condition(mood: Mood, condition: Condition) -> None:
    async with a_printer(mood) as peer:
        assert await printer_at(target_from(peer.address), Path("unused"), QUICK).condition() == condition
    assert peer.slips == []


async def test_file_takes_slips_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "printer"
    assert [await deliver(f"file://{file}") for _ in range(2)] == [Outcome("sent")] * 2
    assert file.read_bytes() == SLIP + SLIP


async def test_device_that_takes_nothing_more_is_unknown(tmp_path: Path) -> None:
    pipe = tmp_path / "lp0"
    os.mkfifo(pipe)
    assert (await deliver(f"file://{pipe}")).code == "printer_unreachable"  # nobody reads it: not even opened
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        outcome = await deliver(f"file://{pipe}", SLIP * 20, Limits(send_s=0.2))
    finally:
        os.close(reader)
    assert (outcome.state, outcome.code) == ("unknown", "printer_not_reading")


async def test_preview_leaves_a_picture_and_the_bytes(tmp_path: Path) -> None:
    printer = printer_at(target_from("preview:"), tmp_path / "spool")
    assert await printer.deliver(SLIP, "7-1", 80) == Outcome("printed")
    assert (tmp_path / "spool" / "slip-7-1.bin").read_bytes() == SLIP
    with Image.open(tmp_path / "spool" / "slip-7-1.png") as picture:
        assert picture.width == 640


async def test_preview_without_room_refuses(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")
    outcome = await printer_at(target_from("preview:"), tmp_path / "spool").deliver(SLIP, "7", 80)
    assert (outcome.state, outcome.code) == ("refused", "printer_unreachable")


async def test_extra_that_is_missing_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "serial", None)
    outcome = await deliver("serial:///dev/ttyUSB0")
    assert outcome.code == "printer_unreachable"
    assert "print-usb" in outcome.detail


class LatePort:
    """A port whose answer comes only after its reader was given up."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)

    def read(self) -> bytes:
        time.sleep(0.1)
        return b"\x00" if not self.closed else b""

    def close(self) -> None:
        self.closed = True


async def test_byte_that_came_after_giving_up_is_not_lost() -> None:
    port = LatePort()
    wire = ThreadWire(port)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await wire.receive()
    assert await wire.receive() == b"\x00"
    await wire.send(b"x" * 3000)
    await wire.close()
    assert port.written == b"x" * 3000
    assert port.closed
