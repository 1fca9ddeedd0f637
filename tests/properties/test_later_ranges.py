"""Ranges that pages showed are judged as a second, naive count judges them."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.entry import Entry
from queue_server.domain.later_ranges import Told, later_outcomes_of
from tests.domain.builders import at

GONE = ("TicketWentAway", "TicketCancelled", "TicketExpired")
Found = tuple[int, int, int, float]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["show", "show", "show", "call", "undo", "back", "join", *GONE]),
        st.integers(0, 2),
        st.sampled_from([(0, 3), (5, 10), (15, 30)]),
    ),
    max_size=40,
)


def a_day(steps: list[tuple[int, str, int, tuple[int, int]]]) -> tuple[list[Entry], list[Told], list[Any]]:
    """Return entries, what was shown, and both as they came: three visits, in states that a hall allows."""
    entries = [Entry(n, at("09:00"), "TicketTaken", {"concern": [["passport", 1]]}) for n in (1, 2, 3)]
    told: list[Told] = []
    both: list[Any] = []
    waits = dict.fromkeys((1, 2, 3), True)
    now = at("09:01")
    for gone_min, what, visit, minutes in steps:
        now += timedelta(minutes=gone_min, seconds=7)
        ticket = visit + 1
        if what == "show":
            if waits[ticket]:
                told.append(Told(now, ticket, *minutes))
                both.append(told[-1])
            continue
        if what == "back":
            waits[ticket] = True
            continue
        kind = {"call": "TicketCalled", "undo": "CallUndone", "join": "TicketJoined"}.get(what, what)
        if waits[ticket] is (what == "undo"):
            continue
        if what == "undo" and not _was_just_called(both, ticket):
            continue
        waits[ticket] = what == "undo"
        entries.append(Entry(len(entries) + 1, now, kind, {"ticket": ticket}))
        both.append(entries[-1])
    return entries, told, both


def _was_just_called(both: list[Any], ticket: int) -> bool:
    mine = [one for one in both if _ticket(one) == ticket]
    return bool(mine) and isinstance(mine[-1], Entry) and mine[-1].kind == "TicketCalled"


def _ticket(one: Told | Entry) -> int:
    return one.ticket if isinstance(one, Told) else int(one.payload["ticket"])


def naively(both: list[Any]) -> list[Found]:
    """Ask of each range by itself what came next for its visit, calls that were taken back left out."""
    found = []
    for visit in (1, 2, 3):
        mine = [one for one in both if _ticket(one) == visit]
        kinds = [one.kind if isinstance(one, Entry) else "" for one in mine]
        undone = {n for n, kind in enumerate(kinds) if "CallUndone" in (kind, *kinds[n + 1 : n + 2])}
        stands = [one for n, one in enumerate(mine) if kinds[n] == "" or n not in undone]
        for n, one in enumerate(stands):
            before = stands[n - 1] if n else None
            if not isinstance(one, Told) or (isinstance(before, Told) and before[2:] == one[2:]):
                continue
            end = next((later for later in stands[n:] if isinstance(later, Entry)), None)
            if end is None or end.kind == "TicketJoined":
                continue
            waited = (end.at - one.at).total_seconds() / 60
            if end.kind == "TicketCalled" or waited > one.to_min:
                found.append((visit, one.from_min, one.to_min, waited))
    return found


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(STEPS)
def test_what_was_shown_is_judged_as_a_naive_count_judges_it(
    steps: list[tuple[int, str, int, tuple[int, int]]],
) -> None:
    entries, told, both = a_day(steps)
    found = later_outcomes_of(entries, told)
    mine = [(one.ticket or 0, one.from_min, one.to_min, one.waited_min) for one in found]
    assert sorted(mine) == sorted(naively(both))
