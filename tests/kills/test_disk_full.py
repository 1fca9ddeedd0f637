"""A disk without room: new work is refused, everything is shown, nothing is lost, and it heals by itself."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from queue_server.adapters.backup import journal
from queue_server.adapters.backup.folder import written_whole
from queue_server.adapters.checking import check_database
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.speech.speech import SpeechError, SpeechRenderer
from tests.e2e.harness.server import Server
from tests.kills.hall import SITE, Folder, a_folder
from tests.kills.small_disk import SmallDisk, mounted, runs_elsewhere

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk | None]:
    """A small disk; None when the test ran in a namespace of its own already."""
    if runs_elsewhere(request):
        yield None
        return
    with mounted(tmp_path / "disk") as found:
        yield found


class Hall:
    """The real server on the small disk, and who works there."""

    def __init__(self, folder: Folder, server: Server) -> None:
        self.folder = folder
        self.http = httpx2.AsyncClient(base_url=server.url, timeout=10)
        self.told: dict[int, int] = {}
        self._presses = 0

    async def take(self) -> httpx2.Response:
        """Take a number, and remember what was acknowledged."""
        self._presses += 1
        body = {"request_id": f"press-{self._presses:08d}", "services": [{"id": "pass", "count": 1}]}
        answer = await self.ask(self.folder.integration, "POST", f"/api/v1/sites/{SITE}/tickets", body)
        if answer.status_code == 201:
            self.told[answer.json()["id"]] = answer.json()["number"]
        return answer

    async def ask(self, token: str, method: str, path: str, body: Any = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.http.request(method, path, headers=headers, json=body)

    async def readiness(self) -> tuple[int, str]:
        answer = await self.ask(self.folder.integration, "GET", "/readyz")
        return answer.status_code, answer.json()["database"]


async def test_a_full_disk_refuses_work_shows_everything_and_heals_by_itself(
    disk: SmallDisk | None, tmp_path: Path
) -> None:
    if disk is None:
        return
    folder = a_folder(disk.folder / "data")
    server = folder.server()
    server._log = tmp_path / "server.log"
    await server.start()
    hall = Hall(folder, server)
    live, clerk = server.url.replace("http", "ws") + "/live", folder.clerks[0]
    signed = {"Authorization": f"Bearer {folder.displays['display-a']}"}
    try:
        await hall.ask(clerk, "POST", "/api/v1/counters/counter-1/open", {"request_id": "open-the-counter"})
        for _ in range(5):
            assert (await hall.take()).status_code == 201
        async with connect(f"{live}/displays/display-a", additional_headers=signed) as display:
            assert json.loads(await display.recv())["board"]["waiting_count"] == 5
            disk.fill()
            await _nothing_new(hall)
            await _everything_shown(hall, clerk, live)
            await _is_said(hall, server)
            disk.free()
            assert await hall.readiness() == (200, "ok"), "nobody pressed anything in between"
            called = await hall.ask(
                clerk, "POST", "/api/v1/counters/counter-1/calls", {"request_id": "call-again-0001"}
            )
            assert called.status_code == 201
            while not (frame := json.loads(await display.recv())).get("announce"):
                pass  # beats, and what was taken on the way
            assert [call["number"] for call in frame["announce"]] == [called.json()["number"]]
        assert (await hall.take()).status_code == 201
        assert "can be written again" in server.log
    finally:
        server.kill()
        await hall.http.aclose()
    _everything_kept(folder, hall.told)


async def _nothing_new(hall: Hall) -> None:
    # The write-ahead log is used again from its start after a checkpoint: a few may still find room in it.
    while (await hall.readiness())[0] == 200:
        answers = [await hall.take() for _ in range(10)]
        assert {one.status_code for one in answers} <= {201, 507}
    for answer in (one for one in [*answers, await hall.take()] if one.status_code == 507):
        assert (answer.status_code, answer.json()["error"]["code"]) == (507, "disk_full")
        assert int(answer.headers["retry-after"]) >= 10
        assert "Speicherplatz" in answer.json()["error"]["message"]
    page = await hall.http.post("/sign-in", data={"user": "nobody", "password": "nothing"})
    assert page.headers["content-type"].startswith("text/html"), "people get a page, whatever is in it"


async def _everything_shown(hall: Hall, clerk: str, live: str) -> None:
    board = (await hall.http.get(f"/api/v1/sites/{SITE}/board")).json()
    assert board["waiting_count"] == len(hall.told)
    picture = (await hall.ask(clerk, "GET", "/api/v1/counters/counter-1")).json()
    assert [one["number"] for one in picture["waiting"]] == list(hall.told.values())
    signed = {"Authorization": f"Bearer {hall.folder.displays['display-b']}"}
    async with connect(f"{live}/displays/display-b", additional_headers=signed) as display:
        assert json.loads(await display.recv())["board"]["waiting_count"] == len(hall.told)


async def _is_said(hall: Hall, server: Server) -> None:
    assert (await hall.http.get("/healthz")).status_code == 200
    assert 0 < server.log.count("disk_full") < 10, "when it begins, not at each press"
    assert "Traceback" not in server.log


def _everything_kept(folder: Folder, told: dict[int, int]) -> None:
    database = folder.open()
    (found,) = check_database(database)
    rows = database.read(lambda conn: conn.exec_driver_sql("SELECT id, number FROM ticket").all())
    database.dispose()
    assert found.differences == ()
    assert {row[0]: row[1] for row in rows} == told


async def test_a_server_starts_on_a_full_disk_and_shows_what_is_there(
    disk: SmallDisk | None, tmp_path: Path
) -> None:
    """A power cut comes when the disk is full already."""
    if disk is None:
        return
    folder = a_folder(disk.folder / "data")
    server = folder.server()
    server._log = tmp_path / "server.log"
    await server.start()
    hall = Hall(folder, server)
    try:
        assert (await hall.take()).status_code == 201
        disk.fill()
        server.kill()
        await server.start()
        assert (await hall.http.get(f"/api/v1/sites/{SITE}/board")).json()["waiting_count"] == 1
        assert (await hall.take()).status_code in {201, 507}
        disk.free()
        assert (await hall.take()).status_code == 201
    finally:
        server.kill()
        await hall.http.aclose()


def test_what_lies_beside_the_database_fails_without_harm(disk: SmallDisk | None) -> None:
    """Messages, backups, the journal of who was erased, and spoken calls: nothing half stays."""
    if disk is None:
        return
    spool, backups, voice = Spool(disk.folder / "spool"), disk.folder / "backups", disk.folder / "speech"
    backups.mkdir()
    spool.put("one", b"first", NOON)
    lines = backups / journal.NAME
    journal.append(lines, [journal.Erased(SITE, "visitor_data", 1, NOON, NOON)])
    renderer = SpeechRenderer(voice)
    renderer.open()
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        spool.put("two", b"second" * 2000, NOON)
    with pytest.raises(OSError, match="No space left"), written_whole(backups / "a.backup") as file:
        file.write(b"x" * 100_000)
    if renderer.available:
        with pytest.raises(SpeechError):
            renderer.render("de", "Nummer vier, eins, sieben")
    assert [path.name for path in backups.iterdir()] == [journal.NAME]
    assert len(list(spool.folder.iterdir())) == 1
    assert not list(voice.iterdir())
    disk.free()
    spool.put("two", b"second" * 2000, NOON)
    assert len(journal.read(lines).entries) == 1
    if renderer.available:
        assert renderer.render("de", "Nummer vier, eins, sieben") is not None
        renderer.close()
