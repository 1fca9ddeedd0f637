"""Whatever the hall: the quick forecast calls whom a plain simulation calls, ranges are ordered."""

import random
from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain import visiting
from queue_server.domain.errors import Refusal
from queue_server.domain.forecast.drawing import Drawing, Habits, Shuffles
from queue_server.domain.forecast.playing import play
from queue_server.domain.forecast.ranges import forecast, told
from queue_server.domain.forecast.scene import Scene
from queue_server.domain.service_times import Configured
from tests.bench.forecast import play_plainly
from tests.domain.builders import CAR, CARD, PASS, a_hall
from tests.domain.test_forecast import booked, seen


def shuffles() -> Shuffles:
    return Shuffles(random.Random(5).random, 6)


HALLS = st.sampled_from(
    [
        {"c1": [PASS, CARD, CAR]},
        {"c1": [PASS], "c2": [CAR]},
        {"c1": [PASS, CARD], "c2": [CAR, PASS], "c3": [CARD]},
        {f"c{n}": [PASS, CARD, CAR][n % 2 :] for n in range(6)},
    ]
)
COMERS = st.lists(
    st.tuples(
        st.sampled_from([(PASS,), (CARD,), (CAR,), (PASS, CAR)]),
        st.integers(1, 40),
        st.sampled_from(["walk_in", "priority", "early", "late", "away", "booked", "served"]),
    ),
    max_size=14,
)


def a_scene(hall: dict[str, list[str]], comers: list[tuple[tuple[str, ...], int, str]]) -> Scene:
    day = a_hall(hall)
    expected = []
    for n, (services, minutes, how) in enumerate(comers):
        if how == "booked":
            expected.append(booked(day, 3 * n - 10, services[0], minutes=minutes))
            continue
        appointed = {"early": f"09:{20 + n}", "late": "08:30"}.get(how)
        ticket = day.take(*services, minutes=minutes, appointed=appointed, priority=how == "priority")
        if how == "away":
            day.record(visiting.go_away(ticket))
        if how == "served":
            with suppress(Refusal):
                day.serve(f"c{n % len(hall) + 1}")
        day.later(minutes=minutes / 7)
    return seen(day, expected, giving=True)


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(HALLS, COMERS)
def test_the_same_draws_call_everybody_at_the_same_time(
    hall: dict[str, list[str]], comers: list[tuple[tuple[str, ...], int, str]]
) -> None:
    drawn = Drawing(a_scene(hall, comers), Configured(), Habits(), shuffles()).drawn()
    for one in drawn.courses:
        ours = play(one.future, one.free, one.lasts)
        plainly = play_plainly(one.future, one.free, one.lasts)
        assert ours[drawn.first :] == plainly[drawn.first :]


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(HALLS, COMERS, st.floats(0, 200), st.floats(1, 3))
def test_every_range_is_ordered_and_never_narrower_than_what_was_found(
    hall: dict[str, list[str]],
    comers: list[tuple[tuple[str, ...], int, str]],
    gone: float,
    widened: float,
) -> None:
    scene = a_scene(hall, comers)
    found = forecast(scene, Configured(), Habits(), shuffles())
    assert set(found.tickets) == {one.ticket_id for one in scene.waiting}
    outlooks = [*found.tickets.values(), *(one for known in found.guests.values() for _, one in known)]
    for outlook in outlooks:
        assert 0 <= outlook.low <= outlook.middle <= outlook.high
        from_min, to_min = told(outlook, gone, widened)
        assert 0 <= from_min < to_min
        assert from_min <= max(0, outlook.low - gone)
        assert outlook.high - gone <= to_min


@settings(max_examples=15, deadline=None, database=None, derandomize=True)
@given(HALLS, COMERS)
def test_who_would_be_due_later_is_never_told_a_shorter_wait(
    hall: dict[str, list[str]], comers: list[tuple[tuple[str, ...], int, str]]
) -> None:
    scene = a_scene(hall, comers)
    found = forecast(scene, Configured(), Habits(), shuffles())
    for service in (PASS, CARD, CAR):
        asked = [
            found.of_newcomer(frozenset({service}), scene.at + timedelta(minutes=n)) for n in range(0, 80, 5)
        ]
        lows = [round(one.low, 6) for one in asked if one]
        assert lows == sorted(lows)
