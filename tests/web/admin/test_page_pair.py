"""An administrator types the code that a device shows."""

import re

from tests.web.forms import Visitor
from tests.web.running import PASSWORD, Town
from tests.web.test_all_acts_are_noted import lines


async def administrator(town: Town) -> Visitor:
    await town.client.post("/api/v1/sessions", json={"user": "admin", "password": PASSWORD})
    town.client.headers["accept-language"] = "de"
    return await Visitor(town).open("/admin/pair")


async def code(town: Town) -> str:
    """Open the pairing page in another browser."""
    answer = await town.client.get("/pair", headers={"cookie": "", "user-agent": "Firefox/140.0 Windows"})
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", answer.text)
    assert found
    return found[0]


async def test_the_device_becomes_what_was_chosen(town: Town) -> None:
    shown = await code(town)
    visitor = await administrator(town)
    assert "Firefox, Windows" in visitor.words
    form = await town.client.post(
        "/admin/pair",
        data={"csrf": visitor.value("csrf"), "code": shown.lower(), "device": "display:rathaus-eg"},
        follow_redirects=True,
    )
    assert "geht von selbst weiter" in form.text
    [line] = await lines(town)
    assert (line["act"], line["actor"], line["ref"]) == ("device_paired", "admin", "rathaus-eg")
    assert (await town.client.get("/pair")).headers["location"] == "/display/rathaus-eg"


async def test_a_code_that_nobody_shows_and_a_foreign_device_are_refused(town: Town) -> None:
    shown = await code(town)
    visitor = await administrator(town)
    for typed, device in (("AAAA-BBBB", "display:rathaus-eg"), (shown, "kiosk:nachbarhaus-kiosk")):
        body = {"csrf": visitor.value("csrf"), "code": typed, "device": device}
        answer = await town.client.post("/admin/pair", data=body)
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.text
    assert await lines(town) == []
