"""`aufruf init` changes how visitors are let in, beside a running server: who had booked before is told."""

from dataclasses import replace

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.town.store import load_towns
from queue_server.commands import applying
from queue_server.live import postman
from tests.web.running import Town
from tests.web.test_mailing import book, deliver, letters, text


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman, "LOOK_EVERY_S", 3600)


async def test_the_letter_says_what_the_server_has_not_seen_yet(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The postman may be there before the server has looked for a new set-up."""
    monkeypatch.setattr(applying, "now", town.clock)
    await book(town)
    await deliver(town)
    database = Database(town.house.settings.database_url)
    stored = database.read(load_towns)
    sites = [
        replace(site, admission_notice={"de": "Bitte klingeln Sie am Seiteneingang."})
        for site in stored["musterstadt"].sites
    ]
    wanted = replace(stored["musterstadt"], sites=tuple(sites))
    assert database.write(lambda conn: applying.save(conn, stored["musterstadt"], wanted)) == len(sites)
    database.dispose()
    await deliver(town)
    [told] = [one for one in letters(town) if str(one["Subject"]).startswith("Wichtig: So kommen Sie")]
    assert "Bitte beachten Sie: Bitte klingeln Sie am Seiteneingang." in text(told)
