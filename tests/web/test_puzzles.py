"""When a puzzle is asked for, and that each is taken once, in time, at its own site."""

from datetime import UTC, datetime, timedelta

import pytest

from queue_server.domain.errors import PuzzleRequired
from queue_server.domain.town import Challenge, Site
from queue_server.web.puzzles import Puzzles
from tests.domain.test_puzzle import solved
from tests.domain.town_builders import a_site

SITE = a_site("hall", challenge=Challenge.ON)


class Door:
    """Puzzles with a clock that is moved, and a visitor who solves what is asked; small ones."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("queue_server.web.puzzles.PARTS", 2)
        monkeypatch.setattr("queue_server.web.puzzles.BITS", 3)
        monkeypatch.setattr(
            "queue_server.web.puzzles.is_solved", lambda puzzle, answers: solved(puzzle, 2, 3) == answers
        )
        self.now = datetime(2026, 3, 3, 9, tzinfo=UTC)
        self.puzzles = Puzzles(b"key", lambda: self.now)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def asked(self, site: Site = SITE, solution: str = "") -> str:
        """Return the puzzle that is asked for; "" for none."""
        try:
            self.puzzles.require(site, solution)
        except PuzzleRequired as required:
            return str(required.params["puzzle"])
        return ""

    def solution(self, site: Site = SITE) -> str:
        puzzle = self.asked(site)
        return f"{puzzle}:{solved(puzzle, 2, 3)}"


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


def test_nobody_is_asked_where_it_is_off(door: Door) -> None:
    assert not door.asked(a_site("hall"))


def test_who_solved_it_passes_once(door: Door) -> None:
    solution = door.solution()
    assert door.asked(solution="") != ""
    assert door.asked(solution=solution) == ""
    assert door.asked(solution=solution) != "", "taken twice"


def test_a_puzzle_runs_out(door: Door) -> None:
    solution = door.solution()
    door.later(599)
    assert not door.asked(solution=solution)
    solution = door.solution()
    door.later(600)
    assert door.asked(solution=solution)


def test_a_puzzle_of_another_site_or_server_is_worth_nothing(door: Door) -> None:
    assert door.asked(solution=door.solution(a_site("annex", challenge=Challenge.ON)))
    foreign = Puzzles(b"another key", lambda: door.now).issue(SITE)
    assert door.asked(solution=f"{foreign}:{solved(foreign, 2, 3)}")


@pytest.mark.parametrize("solution", [":", "x", "é:1,2", "AAAA:1,2", "A" * 32 + ":1,2", "=:="])
def test_what_is_no_puzzle_is_answered_with_one(door: Door, solution: str) -> None:
    assert door.asked(solution=solution)


def test_one_text_is_one_puzzle(door: Door) -> None:
    """Base64 has many spellings of one value: each would be another that was not taken yet."""
    solution = door.solution()
    puzzle, _, answers = solution.partition(":")
    assert not door.asked(solution=solution)
    for spelt in (puzzle + "=", puzzle + "\n", puzzle.replace("A", "A "), puzzle.rstrip("=")):
        assert door.asked(solution=f"{spelt}:{answers}")


def test_above_a_number_of_holds_a_minute_it_switches_itself_on_and_off(door: Door) -> None:
    site = a_site("hall", challenge=Challenge.ABOVE, challenge_above=3)
    assert [bool(door.asked(site)) for _ in range(5)] == [False, False, False, True, True]
    other = a_site("annex", challenge=Challenge.ABOVE, challenge_above=3)
    assert not door.asked(other)
    door.later(60)
    assert not door.asked(site)


def test_it_stays_on_as_long_as_an_attack_goes_on(door: Door) -> None:
    site = a_site("hall", challenge=Challenge.ABOVE, challenge_above=3)
    asked = []
    for _ in range(300):  # for three minutes
        asked.append(bool(door.asked(site)))
        door.later(0.6)
    assert asked == [False] * 3 + [True] * 297
    assert len(door.puzzles._asked["hall"]) == 4


def test_what_is_remembered_has_a_bound(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queue_server.web.puzzles.MOST_USED", 2)
    for _ in range(4):
        assert not door.asked(solution=door.solution())
    assert len(door.puzzles._used) == 2
