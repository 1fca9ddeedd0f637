"""The table of findings: what began, what is over, who was told, when the report was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from queue_server.adapters.database import Database
from queue_server.adapters.doctor import finding_rows
from queue_server.adapters.tables import metadata
from queue_server.domain.doctor.telling import Known

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
GONE = Known("display_gone", "eg", NOW, NOW)
FULL = Known("disk_full", "/data", NOW, NOW)


def test_findings_are_kept_until_they_are_over(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    try:
        tables = [metadata.tables[name] for name in ("finding", "meta")]
        metadata.create_all(database.writer, tables=tables)
        save = partial(finding_rows.save, organisations={GONE.key: "musterstadt"})
        database.write(lambda conn: save(conn, [GONE, FULL], []))
        database.write(lambda conn: save(conn, [GONE], []))  # a second process found it too
        told = replace(GONE, told_at=NOW + timedelta(minutes=1))
        database.write(lambda conn: save(conn, [told], []))
        known = database.read(finding_rows.load)
        assert known[GONE.key].told_at == NOW + timedelta(minutes=1)
        assert known[FULL.key] == FULL
        database.write(lambda conn: save(conn, [], [FULL]))
        assert list(database.read(finding_rows.load)) == [GONE.key]
        assert database.read(finding_rows.reported_at) is None
        for at in (NOW, NOW + timedelta(days=7)):
            database.write(partial(finding_rows.note_report, at=at))
        assert database.read(finding_rows.reported_at) == NOW + timedelta(days=7)
    finally:
        database.dispose()
