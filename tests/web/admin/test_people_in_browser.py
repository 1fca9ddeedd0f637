"""Accounts, tokens, services and clerks in a browser: at phone size, clean for axe."""

from typing import Any

import pytest

from tests.e2e.harness.axe import axe
from tests.web.askers import PEOPLE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_status import NARROW, photograph

pytestmark = pytest.mark.timeout(120)
PAGES = (
    *("accounts?state=active", "accounts/new", "tokens", "setup/service/_catalogue?q=ausweis"),
    *("setup/service/id-card", "setup/clerk/anna"),
)


async def test_pages_of_people_and_services_fit_a_phone_and_are_accessible(
    served_town: Town, browser: Any
) -> None:
    """Failure 26. What does not go with a role is put away."""
    who = await let_in(served_town, PEOPLE["administrator"], "alma")
    name, _, value = who["cookie"].partition("=")
    address = f"http://{served_town.address}"
    context = await browser.new_context(viewport=NARROW, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    for path in PAGES:
        await page.goto(f"{address}/admin/{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
        assert not await axe(page), path
        await photograph(page, f"admin-people-{path.replace('/', '-').partition('?')[0]}")
    await page.goto(f"{address}/admin/accounts/new")
    await page.get_by_label("Rolle").select_option("auditor")
    await page.get_by_label("Person am Schalter").wait_for(state="hidden")
    await page.get_by_label("Rolle").select_option("clerk")
    await page.get_by_label("Person am Schalter").wait_for(state="visible")
    await context.close()
