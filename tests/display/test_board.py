"""From frames to the picture, without a document."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Module = Callable[[str, str], Awaitable[Any]]

SETTING = """
const call = (seq, more = {}) => ({seq, key: `t${seq}`, open: true, age_ms: 0, ...more});
const frame = (calls, announce = [], epoch = "e") => ({epoch, seq: 99, board: {calls}, announce});
const b = m.makeBoard({minOnScreenMs: 30000, lastCount: 3});
const seqs = (view) => [view.newest?.seq ?? null, view.others.map((c) => c.seq), view.last.map((c) => c.seq)];
"""


@pytest.fixture
def board(module: Module) -> Callable[[str], Awaitable[Any]]:
    return lambda body: module("/static/display/board.js", SETTING + body)


async def test_the_newest_call_is_large_and_the_others_stand_beside_it(board: Any) -> None:
    assert await board("b.update(frame([call(3), call(5), call(4)]), 0); return seqs(b.view(0));") == [
        5,
        [4, 3],
        [],
    ]


async def test_a_call_stays_its_time_even_when_it_is_no_longer_open(board: Any) -> None:
    """Failure 23: each at least n seconds on screen."""
    views = await board("""
        const calls = [call(5, {open: false, age_ms: 50000})];
        b.update(frame(calls, calls), 1000);
        return [seqs(b.view(30999)), seqs(b.view(31000))];
    """)
    assert views == [[5, [], []], [None, [], [5]]]


async def test_a_reload_counts_the_age_and_not_the_reload(board: Any) -> None:
    """Failure 6: display reload: same picture."""
    view = await board("b.update(frame([call(5, {open: false, age_ms: 40000})]), 0); return seqs(b.view(0));")
    assert view == [None, [], [5]]


async def test_a_withdrawn_call_goes_at_once(board: Any) -> None:
    view = await board(
        "b.update(frame([call(5), call(4)]), 0); b.update(frame([call(4)]), 1); return seqs(b.view(1));"
    )
    assert view == [4, [], []]


async def test_an_open_call_stays_however_long_it_takes(board: Any) -> None:
    assert await board("b.update(frame([call(5)]), 0); return seqs(b.view(9e6));") == [5, [], []]


async def test_a_recall_stands_once(board: Any) -> None:
    view = await board("""
        b.update(frame([call(6, {key: "x"}), call(5, {key: "x", open: false})]), 0);
        return seqs(b.view(0));
    """)
    assert view == [6, [], []]


async def test_only_unknown_calls_are_fresh_and_oldest_first(board: Any) -> None:
    fresh = await board("""
        const first = b.update(frame([call(5), call(4)]), 0);
        const second = b.update(frame([call(6), call(5), call(4)]), 1);
        const other = b.update(frame([call(6)], [], "f"), 2);
        return [first, second, other].map((calls) => calls.map((c) => c.seq));
    """)
    assert fresh == [[4, 5], [6], [6]]


async def test_the_last_ones_are_few(board: Any) -> None:
    view = await board("""
        b.update(frame([9, 8, 7, 6].map((seq) => call(seq, {open: false, age_ms: 1e6}))), 0);
        return seqs(b.view(0));
    """)
    assert view == [None, [], [9, 8, 7]]
