"""What must be how large, and how many calls share the screen: without a document."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Module = Callable[[str, str], Awaitable[Any]]


@pytest.fixture
def sizes(module: Module) -> Callable[[str], Awaitable[Any]]:
    return lambda body: module("/static/display/sizes.js", body)


async def test_a_number_has_35_mm_for_each_metre_and_other_type_12(sizes: Any) -> None:
    found = await sizes("""
        const screen = {width: 1920, height: 1080, capitals: 0.7};
        return [m.leastSizes({distanceM: 8, inches: 55, ...screen}), m.pixelMm(55, 1920, 1080)];
    """)
    assert found[0]["number"] * found[1] == pytest.approx(280)
    assert found[0]["text"] * 0.7 * found[1] == pytest.approx(96)


async def test_without_a_distance_type_is_as_it_was(sizes: Any) -> None:
    least = await sizes("return m.leastSizes({distanceM: 0, inches: 55, width: 1920, height: 1080});")
    assert least == {"number": pytest.approx(86.4), "text": 0}


async def test_grids_hold_every_call_and_leave_no_hole(sizes: Any) -> None:
    for count in range(1, 13):
        for grid in await sizes(f"return m.grids({count}, 900, 800);"):
            assert grid["columns"] * grid["rows"] == count - 1 + grid["firstSpan"]
            assert 1 <= grid["firstSpan"] <= grid["columns"]


async def test_calls_stand_in_columns_on_a_wide_screen_and_in_rows_on_an_upright_one(sizes: Any) -> None:
    assert await sizes("return [m.grids(3, 1900, 900)[0].columns, m.grids(3, 900, 1900)[0].columns];") == [
        3,
        1,
    ]


async def test_all_at_once_comes_before_the_head_and_the_head_before_pages(sizes: Any) -> None:
    tried = await sizes("""
        const tried = [];
        const grids = (count) => [{columns: count, rows: 1, firstSpan: 1}];
        const way = m.arrange(2, grids, (chrome, grid, count) => tried.push(`${count} ${chrome}`) < 0);
        return [tried, way.perPage, way.reads];
    """)
    chromes = ["full", "head", "bare", "plain"]
    assert tried == [[*(f"2 {one}" for one in chromes), *(f"1 {one}" for one in chromes)], 1, False]
