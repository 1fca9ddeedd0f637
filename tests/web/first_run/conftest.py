"""A server that began without a town, and who holds its link."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters import first_run
from queue_server.settings import Settings
from queue_server.web.first_draft import Draft
from queue_server.web.first_run.desk import Desk
from queue_server.web.first_run.steps import filled_in
from tests.web.forms import Visitor
from tests.web.running import Town, running

PASSWORD = "korrekt pferd batterie"
TYPED: dict[str, dict[str, Any]] = {
    "account": {"user": "anna", "password": PASSWORD},
    "town": {"name": "Neustadt", "state": "SN"},
    "hours": {},
    "rooms": {},
    "services": {},
    "people": {"person": "Petra Müller"},
}
"""The least that somebody has to type, step by step."""
_HASH = "$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$ZmFrZQ"
"""Of no password: hashing one takes a quarter of a second."""


@dataclass
class NewServer:
    """The server with the secret that its start printed."""

    town: Town
    secret: str

    @property
    def link(self) -> str:
        return f"/first-run/{self.secret}"

    async def visitor(self) -> Visitor:
        return await Visitor(self.town).open(self.link)

    async def at(self, step: str) -> Visitor:
        """Return somebody who has done all steps before this one; only `walk` takes the time for each."""
        draft = self.town.house.first_run.draft = Draft(password_hash=_HASH, password_of="anna")
        desk = Desk(draft, self.town.house.first_run.beginning, "de")
        for one, typed in TYPED.items():
            if one == step:
                break
            fields = {name: [value] for name, value in typed.items() if name != "password"}
            draft.typed[one] = {**desk.fields(one), **fields}
            draft.typed[one] = {**draft.typed[one], **filled_in(desk, one)}
            draft.done.add(one)
        visitor = await self.visitor()
        assert visitor.page.url.path.endswith(step)
        return visitor

    async def walk(self) -> Visitor:
        """Return somebody who has typed the least at every step."""
        visitor = await self.visitor()
        for typed in TYPED.values():
            await visitor.press("act", "next", **typed)
        return visitor


@pytest.fixture
def empty_settings(empty_sqlite: Path, tmp_path: Path) -> Settings:
    data = tmp_path / "new"
    data.mkdir()
    shutil.copy(empty_sqlite, data / "aufruf.sqlite3")
    return Settings(data=data, rate_limits=False, speech=False, first_run=True)


@pytest.fixture
async def new_server(empty_settings: Settings) -> AsyncIterator[NewServer]:
    async with running(empty_settings, {}) as town:
        now = town.clock()
        secret = await town.house.write(lambda conn: first_run.open_link(conn, now))
        town.client.headers["accept-language"] = "de"
        yield NewServer(town, secret)
