"""A display is tested by a call that is none: on that display only, and never in the way of a real one."""

from datetime import timedelta
from typing import Any

import pytest

from queue_server.domain.number_space import TEST_NUMBER
from queue_server.live import probes
from queue_server.protocol import PROBE_FROM, CallReport
from tests.live.hub_hall import Listener, LiveHall, until
from tests.live.test_hub import called
from tests.town_hall import PASS


def begin(hall: LiveHall, display: str = "d-foyer", *, chime_only: bool = False) -> probes.DisplayTest:
    test = hall.hub.probes.begin_test("hall", display, chime_only=chime_only)
    assert test is not None
    return test


def shown(listener: Listener) -> dict[str, Any]:
    probe: dict[str, Any] = listener.last["probe"]
    return probe


async def test_a_test_is_shown_on_its_display_alone_and_its_words_are_kept(live_hall: LiveHall) -> None:
    foyer, upstairs = live_hall.display("d-foyer"), live_hall.display("d-upstairs")
    before = len(upstairs.frames)
    test = begin(live_hall)
    frame = shown(foyer)["frame"]
    [call] = frame["announce"]
    assert (shown(foyer)["kind"], shown(foyer)["chime_only"]) == ("test", False)
    assert (call["seq"], call["number"], call["open"]) == (test.seq, TEST_NUMBER, True)
    assert frame["epoch"].startswith("probe-"), "a line that breaks resumes from the last real frame"
    assert test.seq >= PROBE_FROM
    assert len(upstairs.frames) == before
    for kind in ("received", "shown", "started"):
        live_hall.hub.probes.take_report(
            "d-foyer", CallReport(call=test.seq, kind=kind, detail="spoken" if kind == "started" else "")
        )
    live_hall.hub.probes.take_report("d-foyer", CallReport(call=test.seq - 1, kind="failed"))
    assert test.said == {"received": "", "shown": "", "started": "spoken"}
    assert live_hall.hub.confirmations.get("hall", test.seq) is None


async def test_a_real_call_ends_a_test_at_once_and_is_announced(live_hall: LiveHall) -> None:
    foyer = live_hall.display("d-foyer")
    begin(live_hall)
    seq = await called(live_hall)
    assert foyer.heard == [seq]
    assert foyer.last["seq"] == seq


async def test_what_else_changes_in_the_hall_is_shown_after_the_test(
    live_hall: LiveHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "CHIME_LASTS", timedelta(seconds=1))
    foyer = live_hall.display("d-foyer")
    begin(live_hall, chime_only=True)
    taken = await live_hall.take(PASS, kiosk_id=None)
    assert "probe" in foyer.last, taken
    await until(lambda: "board" in foyer.last)
    assert foyer.last["board"]["waiting_count"] == 1
    assert foyer.heard == []


async def test_no_test_begins_where_nobody_is_or_a_call_is_spoken(live_hall: LiveHall) -> None:
    assert begin(live_hall).refused == "gone"
    foyer = live_hall.display("d-foyer")
    await called(live_hall)
    assert begin(live_hall).refused == "busy"
    assert "probe" not in foyer.last
    assert live_hall.hub.probes.begin_test("hall", "nowhere", chime_only=False) is None


async def test_sequence_numbers_of_tests_rise_also_within_a_millisecond(live_hall: LiveHall) -> None:
    live_hall.display("d-foyer")
    assert begin(live_hall).seq < begin(live_hall).seq
