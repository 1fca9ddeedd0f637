"""What the clerk is told of a call, case by case. Times are seconds after the call; no clock, no socket."""

from dataclasses import dataclass, field

import pytest

from queue_server.live.confirmation import KEPT_S, CallWatch, Confirmations

Word = tuple[float, str, str, int]
"""(when, display, what it says, sound begins in ms)"""


@dataclass
class Case:
    """A call at 0, the words that follow, and what the clerk reads at `at`."""

    at: float
    sound: str
    reason: str = ""
    says: list[Word] = field(default_factory=list)
    displays: str = "a"
    connected: str | None = None
    fetch_mode: bool = False
    starts_in_ms: int | None = None


SHOWN: Word = (0.1, "a", "shown", 0)
QUEUED: Word = (0.2, "a", "queued", 6000)
CASES = {
    "nothing said yet": Case(1.9, "waiting"),
    "not shown within two seconds": Case(2.1, "waiting", "not_shown"),
    "received is not shown": Case(2.1, "waiting", "not_shown", [(0.1, "a", "received", 0)]),
    "shown, sound not announced yet": Case(2.1, "waiting", "", [SHOWN]),
    "shown, sound never announced": Case(4.1, "late", "not_sounded", [SHOWN]),
    "announced": Case(1.2, "queued", "", [SHOWN, QUEUED], starts_in_ms=5000),
    "announced, a long time ago": Case(8.1, "queued", "", [SHOWN, QUEUED], starts_in_ms=0),
    "announced and not begun two seconds after": Case(8.3, "late", "not_sounded", [SHOWN, QUEUED]),
    "announced anew, because an earlier one took longer": Case(
        9.0, "queued", "", [SHOWN, QUEUED, (6.0, "a", "queued", 4000)], starts_in_ms=1000
    ),
    "begun": Case(6.3, "started", "", [SHOWN, QUEUED, (6.2, "a", "started", 0)]),
    "begun after it was late": Case(9.5, "started", "", [SHOWN, QUEUED, (9.4, "a", "started", 0)]),
    "what was heard stays heard": Case(
        60, "started", "", [SHOWN, (1, "a", "started", 0), (2, "a", "queued", 0), (3, "a", "blocked", 0)]
    ),
    "blocked": Case(0.5, "blocked", "not_sounded", [SHOWN, (0.4, "a", "blocked", 0)]),
    "blocked and not even shown": Case(2.1, "blocked", "not_shown", [(0.4, "a", "blocked", 0)]),
    "failed": Case(0.5, "failed", "not_sounded", [SHOWN, (0.4, "a", "failed", 0)]),
    "unblocked in time": Case(
        3, "queued", "", [SHOWN, (0.4, "a", "blocked", 0), (2, "a", "queued", 2000)], starts_in_ms=1000
    ),
    "begun though it was never shown": Case(2.5, "started", "not_shown", [(1, "a", "started", 0)]),
    "two displays, one is enough to be heard": Case(
        5, "started", "", [SHOWN, (0.4, "b", "blocked", 0), (1, "a", "started", 0)], "ab"
    ),
    "one blocked, the other has said nothing yet": Case(
        0.5, "waiting", "", [SHOWN, (0.4, "b", "blocked", 0)], "ab"
    ),
    "one blocked, the other never says a word": Case(
        4.1, "late", "not_sounded", [SHOWN, (0.4, "b", "blocked", 0)], "ab"
    ),
    "both blocked": Case(
        0.5, "blocked", "not_sounded", [SHOWN, (0.4, "a", "blocked", 0), (0.4, "b", "blocked", 0)], "ab"
    ),
    "one failed, one blocked": Case(
        0.5, "blocked", "not_sounded", [SHOWN, (0.4, "a", "failed", 0), (0.4, "b", "blocked", 0)], "ab"
    ),
    "one late, the other still to come": Case(
        8.5, "queued", "", [SHOWN, QUEUED, (0.2, "b", "queued", 9000)], "ab", starts_in_ms=700
    ),
    "no display is there": Case(0, "none", "no_display", connected=""),
    "no display is assigned": Case(0, "none", "no_display", displays=""),
    "a display that was away comes and shows it": Case(
        1.5, "waiting", "", [(1.2, "a", "shown", 0)], connected=""
    ),
    "a display that was away comes and is silent": Case(
        4.1, "late", "not_sounded", [(1.2, "a", "shown", 0)], connected=""
    ),
    "a display that is not asked": Case(2.1, "waiting", "not_shown", [(0.1, "z", "shown", 0)]),
    "the site fetches": Case(0, "none", "fetch_mode", fetch_mode=True),
    "the site fetches, whatever a display says": Case(
        3, "none", "fetch_mode", [SHOWN, (1, "a", "started", 0)], fetch_mode=True
    ),
}


def a_watch(
    displays: str = "a", connected: str | None = None, *, fetch_mode: bool = False, seq: int = 7
) -> CallWatch:
    return CallWatch(
        seq=seq,
        site_id="hall",
        ticket_id=seq - 1,
        counter_id="c1",
        began_at=0.0,
        fetch_mode=fetch_mode,
        assigned=frozenset(displays),
        connected=frozenset(displays if connected is None else connected),
    )


@pytest.mark.parametrize("name", CASES)
def test_the_clerk_reads(name: str) -> None:
    """Failure 22: blocked, silent or absent sound never looks healthy."""
    case = CASES[name]
    watch = a_watch(case.displays, case.connected, fetch_mode=case.fetch_mode)
    for at, display, kind, starts_in_ms in case.says:
        watch.report(display, kind, at, starts_in_ms)  # type: ignore[arg-type]
    status = watch.status(case.at)
    assert (status["sound"], status["reason"], status["fetch"]) == (
        case.sound,
        case.reason,
        bool(case.reason),
    )
    if case.starts_in_ms is not None:
        assert status["starts_in_ms"] == pytest.approx(case.starts_in_ms, abs=201)


@pytest.mark.parametrize("name", CASES)
def test_between_the_looks_nothing_changes_by_itself(name: str) -> None:
    """The clerk's page is told at `next_look_at`: at no other time may the status move without a word."""
    case = CASES[name]
    watch = a_watch(case.displays, case.connected, fetch_mode=case.fetch_mode)
    now = 0.0
    words = sorted(case.says)
    for at, display, kind, starts_in_ms in [*words, (100.0, "", "end", 0)]:
        while (look := watch.next_look_at(now)) is not None and look < at:
            assert _steady(watch, now, look), (now, look)
            now = look + 0.02
        assert _steady(watch, now, at)
        now = at
        watch.report(display, kind, at, starts_in_ms)  # type: ignore[arg-type]


def _steady(watch: CallWatch, start: float, end: float) -> bool:
    first, last = watch.status(start), watch.status(end - 0.001 if end > start else end)
    return {**first, "starts_in_ms": 0} == {**last, "starts_in_ms": 0}


def test_a_word_that_changes_nothing_is_no_news() -> None:
    watch = a_watch()
    assert watch.report("a", "shown", 0.1)
    assert not watch.report("a", "shown", 0.1)
    assert not watch.report("a", "received", 0.1)
    assert not watch.report("elsewhere", "shown", 0.1)


class TestConfirmations:
    def setup_method(self) -> None:
        self.now = 0.0
        self.confirmations = Confirmations(lambda: self.now)

    def test_the_newest_call_of_a_ticket_counts(self) -> None:
        first, again = a_watch(seq=7), a_watch(seq=9)
        again.ticket_id = first.ticket_id
        self.confirmations.begin(first)
        self.confirmations.begin(again)
        assert self.confirmations.statuses("hall")[6]["seq"] == 9
        assert self.confirmations.statuses("annex") == {}

    def test_a_call_is_settled_when_only_a_word_could_change_it(self) -> None:
        watch = a_watch()
        self.confirmations.begin(watch)
        watch.report("a", "queued", 0.0, 30_000)
        self.now = 5.0
        assert self.confirmations.due_to_settle("hall") == []
        self.now = 32.1
        assert self.confirmations.due_to_settle("hall") == [watch]
        watch.settled = True
        assert self.confirmations.due_to_settle("hall") == []

    def test_what_is_settled_is_forgotten_and_what_is_not_is_kept(self) -> None:
        settled, kept = a_watch(seq=7), a_watch(seq=9)
        self.confirmations.begin(settled)
        self.confirmations.begin(kept)
        settled.settled = True
        self.now = KEPT_S + 1
        self.confirmations.begin(a_watch(seq=11))
        assert self.confirmations.get("hall", 7) is None
        assert self.confirmations.get("hall", 9) is kept
        assert set(self.confirmations.statuses("hall")) == {8, 10}
