"""A rehearsal looks like a day in the hall, and leaves nothing: it ends with the first thing that is real."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from queue_server.domain.town import Site
from queue_server.live import rehearsal
from queue_server.protocol import PROBE_FROM
from queue_server.services import counter
from tests.live.hub_hall import Listener, LiveHall, until
from tests.town_hall import PASS


@pytest.fixture
async def closed_hall(live_hall: LiveHall) -> LiveHall:
    """Nobody works there."""
    room = live_hall.hub.rooms["hall"]
    for counter_id, clerk_id in (("c1", "anna"), ("c2", "bernd"), ("c3", "carla")):
        await live_hall.act(counter.close, counter_id, clerk_id)
    await until(lambda: room.view is not None and room.view.open_counter_count == 0)
    return live_hall


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "STEP_S", 0.005)


def begin(
    hall: LiveHall, *, minutes: int = 5, is_open: Any = lambda _site, _now: False, numbers: Any = None
) -> rehearsal.Refused:
    town, site = hall.hand.store.sites["hall"]
    given = numbers if numbers is not None else []
    return hall.hub.rehearsals.begin(
        town,
        site,
        lasts=timedelta(minutes=minutes),
        is_open=is_open,
        below=random.Random(7).randrange,
        taken=lambda number, before: given.append((before, number)),
    )


def run_of(hall: LiveHall) -> rehearsal.Rehearsal:
    run = hall.hub.rehearsals["hall"]
    assert run is not None
    return run


def calls(listener: Listener) -> list[dict[str, Any]]:
    probes = [frame["probe"] for frame in listener.frames if "probe" in frame]
    assert {probe["kind"] for probe in probes} <= {"rehearsal"}
    return [call for probe in probes for call in probe["frame"]["announce"]]


async def test_visitors_come_and_are_called_on_the_displays_they_wait_before(closed_hall: LiveHall) -> None:
    foyer, upstairs = closed_hall.display("d-foyer"), closed_hall.display("d-upstairs")
    numbers: list[tuple[int, int]] = []
    assert begin(closed_hall, numbers=numbers) == ""
    await until(lambda: run_of(closed_hall).called_count >= 12)
    heard = [*calls(foyer), *calls(upstairs)]
    assert {call["number"] for call in heard} <= {number for _, number in numbers}
    assert [before for before, _ in numbers] == list(range(len(numbers)))
    assert all(call["seq"] >= PROBE_FROM for call in heard)
    assert calls(foyer)
    assert {"call", "recall"} <= {call["kind"] for call in heard}
    assert len({call["seq"] for call in calls(foyer)}) == len(calls(foyer)), "each is announced once"
    closed_hall.hub.rehearsals.take_report("hall", "d-foyer", heard[0]["seq"], "shown")
    assert run_of(closed_hall).shown["d-foyer"] == 1
    closed_hall.hub.rehearsals.end("hall", "hand")
    assert foyer.last["epoch"] == "e1", "the real hall again"
    assert (foyer.last["board"]["calls"], foyer.heard) == ([], [])


async def test_nothing_of_it_is_kept(closed_hall: LiveHall) -> None:
    before = closed_hall.hub.rooms["hall"].view
    begin(closed_hall)
    await until(lambda: run_of(closed_hall).called_count >= 3)
    closed_hall.hub.rehearsals.end("hall", "hand")
    assert before is not None
    seq = await closed_hall.sequencer.look("hall", lambda unit: (unit.hall.seq, len(unit.hall.tickets)))
    assert seq == (before.seq, 0)


async def test_a_real_visitor_ends_it_at_once(closed_hall: LiveHall) -> None:
    foyer = closed_hall.display("d-foyer")
    begin(closed_hall)
    await until(lambda: run_of(closed_hall).called_count)
    await closed_hall.take(PASS, kiosk_id=None)
    assert run_of(closed_hall).ended == "hall"
    assert foyer.last["board"]["waiting_count"] == 1
    count = len(foyer.frames)
    assert begin(closed_hall) == "busy"
    assert len(foyer.frames) == count


async def test_it_ends_when_the_site_opens_and_when_its_time_is_over(closed_hall: LiveHall) -> None:
    opens: list[datetime] = []

    def is_open(_site: Site, _now: datetime) -> bool:
        return bool(opens)

    assert begin(closed_hall, is_open=is_open) == ""
    assert begin(closed_hall, is_open=is_open) == "runs"
    opens.append(closed_hall.hand.now)
    await until(lambda: run_of(closed_hall).ended == "open")
    assert begin(closed_hall, is_open=is_open) == "open"
    opens.clear()
    begin(closed_hall, minutes=1, is_open=is_open)
    closed_hall.hand.now += timedelta(minutes=2)
    await until(lambda: run_of(closed_hall).ended == "time")


async def test_no_test_of_a_display_interrupts_it(closed_hall: LiveHall) -> None:
    closed_hall.display("d-foyer")
    begin(closed_hall)
    test = closed_hall.hub.probes.begin_test("hall", "d-foyer", chime_only=True)
    assert test is not None
    assert test.refused == "rehearsal"


async def test_a_display_out_of_service_stays_out(closed_hall: LiveHall) -> None:
    foyer, upstairs = closed_hall.display("d-foyer"), closed_hall.display("d-upstairs")
    closed_hall.hub.set_out_of_service("hall", "d-foyer", out=True)
    begin(closed_hall)
    await until(lambda: any("probe" in frame for frame in upstairs.frames))
    assert not calls(foyer)
