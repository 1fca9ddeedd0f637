"""Public pictures: what a board, a phone and a kiosk are told, and that they cannot be told more."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from queue_server.domain.ticket import Origin
from queue_server.domain.town import Display
from queue_server.protocol import Board
from queue_server.services import counter, reception, screens, site_view
from queue_server.services.ports import Unit
from tests.town_hall import CAR, CARD, Hand


def board(hand: Hand, display: Display | None = None) -> Board:
    def draw(unit: Unit) -> Board:
        seen = site_view.view(unit)
        return screens.board(seen, unit.site, screens.shown_calls(seen, display), unit.now, 1)

    return hand.look(draw)


def likeness(hand: Hand, display: Display) -> object:
    seen = hand.look(site_view.view)
    return screens.likeness(seen, screens.shown_calls(seen, display), 1)


def test_the_public_modules_cannot_reach_visitors_data() -> None:
    """Failure 27: nothing on the road of displays, phones and kiosks loads the table of visitors' data."""
    roads = "screens", "site_view", "access_hours", "concerns", "reception"
    imports = "; ".join(
        [f"import queue_server.services.{name}" for name in roads]
        + [f"import queue_server.live.{name}" for name in ("displays", "phones", "kiosks")]
    )
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys; {imports}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "queue_server.services.screens" in loaded
    assert not [name for name in loaded if name.startswith(("queue_server.adapters", "sqlmodel"))]


def test_the_code_of_public_pictures_asks_for_no_need() -> None:
    """Failure 27: their unit has no such question (mypy holds that); nor does the text."""
    trees = [ast.parse(Path(str(module.__file__)).read_text()) for module in (screens, site_view)]
    asked = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not asked & {"needs", "clerk_id", "session_ref", "town"}


def test_a_board_holds_numbers_and_rooms(hand: Hand) -> None:
    taken = hand.take()
    hand.call()
    hand.later(seconds=3)
    told = board(hand)
    (call,) = told["calls"]
    assert call == {
        "seq": 3,
        "key": taken["key"],
        "number": taken["number"],
        "room": "1",
        "room_id": "r1",
        "counter_id": "c1",
        "area_id": "foyer",
        "floor": "",
        "kind": "call",
        "open": True,
        "age_ms": 3000,
    }
    assert (told["waiting_count"], told["open_counter_count"], told["issuing"]) == (0, 1, True)


def test_a_board_of_many_calls_stays_about_two_kilobytes(hand: Hand) -> None:
    for _ in range(60):
        hand.take(CARD, origin=Origin.DESK)
        hand.call(finish_current=True)
    assert len(json.dumps(board(hand))) < 3200


def test_only_ages_differ_between_two_looks(hand: Hand) -> None:
    hand.take()
    hand.call()
    display = Display("d", "D", ("foyer",))
    before = likeness(hand, display)
    hand.later(seconds=30)
    assert likeness(hand, display) == before
    hand.act(counter.start)
    assert likeness(hand, display) != before


def test_every_open_call_is_on_the_board_however_many_came_after(hand: Hand) -> None:
    hand.open("c2", "bernd")
    kept = hand.take(CARD)
    hand.call("c2", "bernd")
    for _ in range(60):
        hand.take(origin=Origin.DESK)
        hand.call(finish_current=True)
    calls = board(hand)["calls"]
    assert kept["number"] in [c["number"] for c in calls if c["open"]]


@pytest.mark.parametrize(
    ("areas", "services", "shown"),
    [
        (("foyer",), (), True),
        (("upstairs",), (), False),
        (("upstairs", "foyer"), (), True),
        ((), (), True),
        (("foyer",), (CARD,), True),
        (("foyer",), (CAR,), False),
        (("upstairs",), (CARD,), False),
    ],
)
def test_a_display_shows_the_calls_of_its_areas_and_services(
    hand: Hand, areas: tuple[str, ...], services: tuple[str, ...], shown: bool
) -> None:
    hand.take(CARD)
    hand.call()
    assert bool(board(hand, Display("d", "D", areas, services))["calls"]) is shown


def test_phones_get_the_order_ranges_and_keys(hand: Hand) -> None:
    first, second, third = hand.take(CARD), hand.take(), hand.take(CAR)
    hand.do(lambda u: reception.go_away(u, u.hall.tickets[third["id"]]))
    queue = hand.look(screens.public_queue)
    assert [(e["key"], e["number"], e["ahead"]) for e in queue["waiting"]] == [
        (first["key"], first["number"], 0),
        (second["key"], second["number"], 1),
    ]
    assert queue["away"] == [third["key"]]
    hand.call()
    hand.act(counter.start)
    queue = hand.look(screens.public_queue)
    assert (queue["serving"], queue["called"]) == ([first["key"]], [])
    hand.act(counter.finish)
    assert first["key"] not in str(hand.look(screens.public_queue))


def test_a_call_tells_its_language_to_displays_of_a_site_that_wants_it_and_to_nobody_else(hand: Hand) -> None:
    """Failure 27: which language somebody chose is told where the town decided so, and never to phones."""
    hand.take()
    hand.call()

    def in_plain_words(unit: Unit) -> site_view.Call:
        (ticket,) = unit.hall.tickets.values()
        ticket.language = "de-x-leicht"
        return site_view.calls(unit.hall, replace(unit.site, announce_own_language=True))[0]

    assert "language" not in board(hand)["calls"][0]

    call = hand.look(in_plain_words)
    assert screens.summons(call, hand.now).get("language") == "de", (
        "that it is plain German is nobody's business"
    )
    assert "language" not in screens.entry(call, hand.now)
    assert "language" not in hand.look(screens.public_queue)["called"][0]


def test_a_phone_of_whom_nobody_can_serve_gets_no_range(hand: Hand) -> None:
    hand.act(counter.close)
    hand.take()
    (entry,) = hand.look(screens.public_queue)["waiting"]
    assert (entry["ahead"], entry["from_min"], entry["to_min"]) == (0, -1, -1)


def test_a_kiosk_knows_the_wait_and_whether_numbers_are_given(hand: Hand) -> None:
    for _ in range(3):
        hand.take()
    picture = hand.look(lambda u: screens.kiosk(u, "kiosk", "ready", 7))
    assert (picture["giving"], picture["reason"], picture["waiting_count"]) == (True, "", 3)
    assert picture["wait"] is not None
    hand.act(counter.close)
    assert hand.look(lambda u: screens.kiosk(u, "kiosk", "ready", 7))["wait"] is None
