"""Accounts in a browser, at phone size."""

from typing import Any

import pytest

from tests.web.askers import PEOPLE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_status import NARROW

pytestmark = pytest.mark.timeout(120)


async def test_what_does_not_go_with_a_role_is_put_away(served_town: Town, browser: Any) -> None:
    who = await let_in(served_town, PEOPLE["administrator"], "alma")
    name, _, value = who["cookie"].partition("=")
    address = f"http://{served_town.address}"
    context = await browser.new_context(viewport=NARROW, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}/admin/accounts/new")
    await page.get_by_label("Rolle").select_option("auditor")
    await page.get_by_label("Person am Schalter").wait_for(state="hidden")
    await page.get_by_label("Rolle").select_option("clerk")
    await page.get_by_label("Person am Schalter").wait_for(state="visible")
    await context.close()
