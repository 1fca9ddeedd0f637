"""The style guide as it is served: how it stands is asked for by links, its states are the product's rules.

That no component is missing is asked in `tests/architecture/test_styleguide.py`.
"""

import pytest

from queue_server.web.page_styleguide import PATH
from tests.web.running import Town

DEMO = pytest.mark.parametrize(
    "changes", [{"demo": True, "demo_password": "rathaus", "public_url": ""}], indirect=True
)


@DEMO
async def test_how_the_page_stands_is_asked_for_by_links(town: Town) -> None:
    answer = await town.ask(None, "GET", f"{PATH}/kiosk?scheme=dark&contrast=more&dir=rtl&motion=x")
    assert '<html lang="de" dir="rtl" data-theme="dark">' in answer.text
    assert 'data-contrast="high"' in answer.text
    assert "/styleguide/desk?scheme=dark&amp;contrast=more&amp;dir=rtl" in answer.text
    assert (await town.ask(None, "GET", f"{PATH}/nobody")).status_code == 404
    assert (await town.ask(None, "GET", f"{PATH}/states.css?face=nobody")).status_code == 404


@DEMO
async def test_the_states_are_the_rules_of_the_product(town: Town) -> None:
    answer = await town.ask(None, "GET", f"{PATH}/states.css?face=visitors&contrast=more")
    assert answer.headers["content-type"].startswith("text/css")
    assert ".button--primary.is-hover{" in answer.text
    assert ".day--free.is-hover{" in answer.text
    assert "prefers-contrast" not in answer.text
    plain = await town.ask(None, "GET", f"{PATH}/states.css")
    assert ".day--free" not in plain.text


async def test_outside_the_demo_there_is_no_guide(town: Town) -> None:
    assert (await town.ask(None, "GET", PATH)).status_code == 404
