"""The desk asks a visitor to choose another time: a form, a letter with the reason, and the way to move."""

import pytest

from queue_server.domain.person import Person
from queue_server.live import postman
from tests.web.running import Town
from tests.web.test_mailing import PERSON, PUBLIC, book, deliver, letters, text
from tests.web.test_page_desk import Desk, words

REASON = "Frau <Meier> ist krank."


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


@PUBLIC
async def test_the_visitor_is_asked_with_the_reason_and_led_to_other_times(town: Town) -> None:
    """Failure 14: what the desk typed is text in the letter. Failure 4: the link leads to a page of times."""
    made = await book(town)
    await deliver(town)
    desk, path = Desk(town), f"/appointments/{made['reference']}"
    assert "Um andere Zeit bitten" in words(await desk.get(path))
    for _ in range(2):  # a double press
        done = await desk.post(path, act="must_move", answer=REASON, request_id="press-1")
        assert done.status_code == 303
    assert "geht hinaus" in words(await desk.get(path, done="must_move"))
    await deliver(town)
    [asked] = [one for one in letters(town) if str(one["Subject"]).startswith("Bitte neu wählen: Ihr Termin")]
    told = text(asked).replace("\r\n", "\n")
    manage = town.house.manage_url(made["reference"], made["secret_version"])
    assert f"Andere Zeit wählen:\n{manage}/move" in told
    assert f"Nachricht des Rathauses: {REASON}" in told
    html = asked.get_body(("html",))
    assert html is not None
    assert "Frau &lt;Meier&gt; ist krank." in html.get_content()
    page = await town.client.get(manage.removeprefix("https://termin.musterstadt.example"))
    assert "Frau &lt;Meier&gt; ist krank." in page.text, "who opens the link reads it there, too"
    assert str(made["number"]) not in told, "who comes with it comes in vain"


async def test_who_left_no_address_is_to_be_phoned(town: Town) -> None:
    made = await book(town, Person(name=PERSON.name, phone="0371 488-0"))
    assert "Um andere Zeit bitten" not in words(await Desk(town).see(made["reference"]))
