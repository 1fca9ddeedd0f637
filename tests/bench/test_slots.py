"""The bench of free times compares like with like: the same answers, and as full as it says."""

import pytest

from tests.bench.slots import BOOKED_SHARE, a_book, clerk_times, gaps_of, run, starts_of, stretches_of


@pytest.mark.parametrize("seed", [1, 2])
def test_bits_and_intervals_find_the_same_free_times(seed: int) -> None:
    book = a_book(seed)
    found = starts_of(book, *clerk_times(book))
    assert found == gaps_of(book, stretches_of(book))
    assert len(found) > 1000


def test_the_book_is_as_full_as_the_bench_says() -> None:
    _, clerks = clerk_times(a_book())
    work = sum(clerk.work.bit_count() for clerk in clerks)
    busy = sum((clerk.work & clerk.busy).bit_count() for clerk in clerks)
    assert busy / work == pytest.approx(BOOKED_SHARE, abs=0.02)
    assert not any(clerk.busy & ~clerk.work for clerk in clerks)


def test_the_bench_gives_two_rows_with_their_goal() -> None:
    rows = run(quick=True)
    assert [row.goal for row in rows] == ["≤ 5 ms"] * 2
    assert all(row.ratio.endswith("x as fast") for row in rows)
