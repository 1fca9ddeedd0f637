"""Every page in a town's own look: nothing that the tokens promise is lost where they meet."""

from typing import Any

import pytest

from queue_server.domain.look import Look
from tests.web.running import Town
from tests.web.test_every_page import DEMO, look_at_all
from tests.web.test_look import set_look

LOOKS = {
    "green": Look("#0b6b3a", "#01502a"),
    "yellow": Look("#776200", "#5d4c00"),
    "red": Look("#c8102e", "#a00020"),
}


@DEMO
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", LOOKS)
async def test_every_page_is_usable_in_the_look_of_its_town(
    served_town: Town, browser: Any, name: str
) -> None:
    await set_look(served_town, LOOKS[name])
    found = await look_at_all(served_town, browser, {"de": True})
    assert not found, "\n".join(found)
