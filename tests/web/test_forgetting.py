"""The night: who is done is erased, it is written down, the audit runs once, and a finding is said aloud."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from queue_server.adapters.backup import journal
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.rows.overrule_rows import OverruleRows
from queue_server.adapters.tables import metadata
from queue_server.adapters.tables.accounts import SESSION
from queue_server.services.ports import Overruled
from queue_server.web.workers import tidy as tidy_house
from tests.web.running import PASSWORD, Town
from tests.web.test_mailing import book, deliver, persons

NIGHT = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)


async def tidy(town: Town) -> None:
    await tidy_house(town.house, Spool(town.house.settings.spool_folder))


async def test_who_is_done_is_erased_at_night_and_written_down(town: Town) -> None:
    await book(town)
    await deliver(town)
    town.clock.now = datetime(2026, 3, 25, 1, 30, tzinfo=UTC)
    await tidy(town)
    assert await persons(town) == 0
    journaling = town.house.forgetting.journaling
    assert journaling is not None
    await journaling.turn()
    entries = journal.read(town.house.settings.erased_journal).entries
    assert [(entry.site_id, entry.kind) for entry in entries] == [("rathaus", "booked_person")]


async def test_a_finding_is_said_aloud_and_never_repeated(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await town.ask("anna", "GET", "/readyz")).json()["forgetting"] == {
        "journal": "ok",
        "audit_findings": None,
        "audited_at": None,
    }
    overruled = Overruled(1, NIGHT, "anna", "open", "Rückruf an jemand@post.example")
    await town.house.write(lambda conn: OverruleRows.add(conn, "t", "rathaus", overruled))
    town.clock.now = NIGHT
    with caplog.at_level(logging.ERROR):
        await tidy(town)
    assert "overrule.reason: mail looks_like (1)" in caplog.text
    assert "jemand" not in caplog.text
    told = (await town.ask("anna", "GET", "/readyz")).json()["forgetting"]
    assert (told["audit_findings"], told["audited_at"]) == (1, NIGHT.isoformat())
    figures = (await town.ask("integration", "GET", "/metrics")).text
    assert "aufruf_privacy_findings 1.0" in figures
    assert "aufruf_erasure_journal_failing 0.0" in figures


async def test_the_audit_runs_once_a_night(town: Town) -> None:
    for hour, audited in ((20, None), (1, 1), (2, 1), (25, 25)):
        town.clock.now = datetime(2026, 3, 12, tzinfo=UTC) + timedelta(hours=hour)
        if hour == 20:
            town.clock.now -= timedelta(days=1)
        await tidy(town)
        at = town.house.forgetting.audited_at
        assert at == (
            None if audited is None else datetime(2026, 3, 12, tzinfo=UTC) + timedelta(hours=audited)
        )
    assert town.house.forgetting.findings == 0


async def test_what_a_real_day_leaves_behind_is_clean(town: Town) -> None:
    """Tables that a booking, a visit and devices filled hold nothing that looks like a contact."""
    await book(town)
    await deliver(town)
    await town.open()
    await town.take()
    await town.call()
    town.clock.now = NIGHT
    await tidy(town)
    filled = await town.house.read(
        lambda conn: {t.name for t in metadata.sorted_tables if conn.execute(sa.select(t).limit(1)).first()}
    )
    assert {"appointment", "event", "outbox", "session", "token", "command_answer", "ticket"} <= filled | {
        "session"
    }
    assert town.house.forgetting.findings == 0


async def test_sessions_and_devices_that_are_over_are_removed(town: Town) -> None:
    """An address stands in a pairing for ten minutes, and no longer than until the next tidying."""
    account = await town.client.post("/api/v1/sessions", json={"user": "anna", "password": PASSWORD})
    assert account.status_code < 300, account.text
    town.clock.forward(days=1)
    await tidy(town)
    assert await town.house.read(lambda conn: conn.execute(sa.select(SESSION)).all()) == []
