"""What visitors tell us stays where it belongs: not in logs, feeds, metrics, or addresses."""

import logging

import pytest

from tests.web.running import PASSWORD, Town

NEED, CONCERN = "sign_language", "id-docs-family"
FEEDS = [
    (None, "/api/v1/sites/rathaus/board"),
    (None, "/api/v1/sites/rathaus/queue"),
    ("kiosk", "/api/v1/sites/rathaus/queue"),
    ("display", "/api/v1/sites/rathaus/board"),
    (None, "/metrics"),
    (None, "/readyz"),
    ("integration", "/readyz"),
]


async def test_public_feeds_hold_no_concern_and_no_need(each_town: Town) -> None:
    """Failure 27."""
    await each_town.open()
    for _ in range(2):
        await each_town.take(CONCERN, who="anna", needs=[NEED, "priority"])
    await each_town.call()
    for who, path in FEEDS:
        answer = await each_town.ask(who, "GET", path)
        assert answer.status_code == 200
        assert CONCERN not in answer.text, path
        assert NEED not in answer.text, path
        assert "Anna" not in answer.text, path
        assert "anna" not in answer.text, path


@pytest.mark.parametrize(
    "path",
    ["/live/displays/rathaus-eg", "/live/kiosks/rathaus-kiosk", "/live/sites/rathaus"],
)
async def test_live_feeds_hold_no_concern_and_no_need(served_town: Town, path: str) -> None:
    """Failure 27."""
    who = {"displays": "display", "kiosks": "kiosk"}.get(path.split("/")[2])
    await served_town.open()
    await served_town.take(CONCERN, needs=[NEED])
    await served_town.call()
    async with served_town.socket(who, path) as listening:
        frame = str(await listening.recv())
    assert CONCERN not in frame
    assert NEED not in frame


async def test_the_log_of_a_whole_visit_holds_nothing_of_it(
    served_town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure 27: also when something breaks in the middle, for then the traceback goes to the log."""
    caplog.handler.addFilter(is_the_products)
    with caplog.at_level(logging.INFO):
        await served_town.client.post("/api/v1/sessions", json={"user": "anna", "password": PASSWORD})
        await served_town.client.post("/api/v1/sessions", json={"user": "anna", "password": "geheim-falsch"})
        await served_town.open()
        ticket = await served_town.take(CONCERN, needs=[NEED])
        await served_town.client.get(ticket["status_url"])
        await served_town.client.post(ticket["status_url"], data={"act": "away"})
        await served_town.client.get("/api/v1/sites/rathaus/tickets/%00")
        async with served_town.socket("anna", "/live/counters/rathaus-1") as desk:
            await desk.recv()
            await desk.send(f'{{"{NEED}": 1}}')
        await break_the_storage(served_town, monkeypatch)
    secrets = [*served_town.tokens.values(), PASSWORD, "geheim-falsch", ticket["status_url"][3:]]
    for word in [NEED, CONCERN, *secrets]:
        assert word not in caplog.text, word


def is_the_products(record: logging.LogRecord) -> bool:
    """Leave out what `aufruf serve` never writes: uvicorn below a warning, and the tests' own clients."""
    theirs = record.name.startswith(("websockets", "asyncio", "httpx2", "httpcore2", "uvicorn"))
    return not theirs or record.levelno >= logging.WARNING


async def break_the_storage(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the table of needs be gone when somebody tells one."""
    await town.house.write(
        lambda conn: conn.exec_driver_sql("ALTER TABLE visitor_data RENAME TO visitor_gone")
    )
    body = {"request_id": "x", "services": [{"id": CONCERN}], "needs": [NEED]}
    answer = await town.ask("kiosk", "POST", "/api/v1/sites/rathaus/tickets", body)
    assert answer.status_code in {500, 503}
    assert NEED not in answer.text
