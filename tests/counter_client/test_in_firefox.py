"""The clerk's page in the other engine: the very tests of `test_page`, in Firefox.

By day those in which engines differ: keys, what is stored, width. All of them with --long; the road by key is
walked in `tests/e2e/test_firefox.py`, and there the socket brings what a colleague does, with --long too.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import cast

import pytest
from playwright.async_api import Browser

from tests.counter_client import test_page

BY_DAY = (
    test_page.test_keys_can_be_switched_off_and_stay_off,
    test_page.test_keys_do_nothing_while_a_control_has_the_focus,
    test_page.test_all_fits_at_320_pixels,
)


@pytest.fixture
def browser(firefox: Browser) -> Browser:
    return firefox


Test = Callable[..., Awaitable[None]]


def marked_long(test: Test) -> Test:
    """Return another function: a mark on the test itself would count in the first engine too."""

    @pytest.mark.long
    @functools.wraps(test)
    async def in_firefox(**given: object) -> None:
        await test(**given)

    return cast("Test", in_firefox)


def taken_over() -> dict[str, Test]:
    tests = {name: each for name, each in vars(test_page).items() if name.startswith("test_")}
    # Playwright cannot read there what was sent.
    del tests[test_page.test_a_cut_connection_repeats_the_same_press.__name__]
    return {name: each if each in BY_DAY else marked_long(each) for name, each in tests.items()}


globals().update(taken_over())
