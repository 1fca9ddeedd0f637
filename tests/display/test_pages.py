"""Which page of the calls is on, when they do not all fit."""

from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest

Module = Callable[[str, str], Awaitable[Any]]


@pytest.fixture
def pages(module: Module) -> Callable[[str], Awaitable[Any]]:
    setting = """
        const p = m.makePages({eachMs: 5000, unseenMs: 900});
        const turn = (seqs, now, {per = 2, speaking = null} = {}) => p.turn(seqs, per, speaking, now).shown;
    """
    return lambda body: module("/static/display/pages.js", setting + body)


async def test_what_fits_stands_on_one_page(pages: Any) -> None:
    assert await pages("return p.turn([2, 1], 2, null, 0);") == {"shown": [2, 1], "page": 0, "count": 1}


async def test_eight_calls_at_once_are_all_seen_within_four_seconds(pages: Any) -> None:
    """Failure 23: simultaneous calls, none is lost."""
    seen = await pages("""
        const seen = new Set();
        const all = [8, 7, 6, 5, 4, 3, 2, 1];
        for (let now = 0; now < 3700; now += 100) turn(all, now).forEach((one) => seen.add(one));
        return [...seen].sort();
    """)
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_new_call_is_seen_at_once_after_a_calm_while(pages: Any) -> None:
    shown = await pages("""
        turn([3, 2, 1], 0); turn([3, 2, 1], 1000); turn([3, 2, 1], 2500);
        return turn([4, 3, 2, 1], 2600);
    """)
    assert shown == [4, 3]


async def test_the_call_that_is_spoken_stands_on_the_screen(pages: Any) -> None:
    shown = await pages("""
        const all = [4, 3, 2, 1];
        turn(all, 0); turn(all, 1000);
        const while_spoken = [2000, 9000, 16000].map((now) => turn(all, now, {speaking: 4}));
        return while_spoken;
    """)
    assert shown == [[4, 3]] * 3


async def test_pages_turn_calmly_and_the_last_one_is_full(pages: Any) -> None:
    shown = await pages("""
        const all = [3, 2, 1], seen = [];
        for (let now = 0; now <= 16000; now += 100) {
          const page = turn(all, now).join();
          if (page !== seen.at(-1)?.[0]) seen.push([page, now]);
        }
        return seen;
    """)
    assert [page for page, _ in shown[:3]] == ["3,2", "2,1", "3,2"]
    turned = [at for _, at in shown]
    assert min(later - earlier for earlier, later in pairwise(turned)) >= 900
    assert turned[3] - turned[2] == 5000


async def test_nothing_changes_three_times_in_a_second(pages: Any) -> None:
    """Section 4: nothing flashes more than three times a second, in the worst burst either."""
    most = await pages("""
        const turns = [];
        let before = "";
        for (let now = 0; now < 20000; now += 50) {
          const all = Array.from({length: 8 + Math.floor(now / 400)}, (_, index) => 100 - index);
          const page = turn(all, now, {per: 1, speaking: all[(now / 50) % 8]}).join();
          if (page !== before) turns.push(now);
          before = page;
        }
        return Math.max(...turns.map((at) => turns.filter((one) => one >= at && one < at + 1000).length));
    """)
    assert most <= 3
