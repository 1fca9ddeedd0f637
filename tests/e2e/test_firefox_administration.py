"""The administrator's week in the other engine: the very tasks of `test_administrators_week`, in Firefox."""

import pytest
from playwright.async_api import Browser

from tests.e2e.test_administrators_week import TASKS, Week, week

__all__ = ["week"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture
def browser(firefox: Browser) -> Browser:
    return firefox


async def test_a_week_of_an_administrator(week: Week) -> None:
    for task in TASKS:
        await task(week)
