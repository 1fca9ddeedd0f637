"""Told once, not again until it got well; one mail for many; one report for however long a pause."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain.doctor.findings import Finding
from queue_server.domain.doctor.telling import (
    CALM,
    Key,
    Known,
    compare,
    last_monday,
    may_send,
    report_due,
    to_tell,
)

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
GONE = Finding("display_gone", "eg", is_open=True)
FULL = Finding("disk_full", "/data")
HINT = Finding("backup_same_disk")
LOOKED = ("displays", "disk", "backups")


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def seen(*found: Finding, since: datetime = NOW, told: datetime | None = None) -> dict[Key, Known]:
    return {one.key: Known(*one.key, since, since, told) for one in found}


def told(found: Sequence[Finding], known: dict[Key, Known], now: datetime, *before: datetime) -> list[str]:
    return [one.code for one in to_tell(known, found, {GONE.key: before}, now)]


def test_what_is_new_begins_and_lasts() -> None:
    first = compare({}, [GONE], LOOKED, NOW)
    assert [one.key for one in first.begun] == [GONE.key]
    second = compare(first.known, [GONE], LOOKED, later(minutes=9))
    assert (second.begun, second.over) == ((), ())
    assert second.known[GONE.key].since == NOW


def test_what_comes_and_goes_is_one_trouble() -> None:
    known = seen(GONE)
    assert compare(known, [], LOOKED, later(minutes=4)).over == ()
    assert [one.key for one in compare(known, [], LOOKED, NOW + CALM).over] == [GONE.key]
    assert compare(seen(HINT), [], LOOKED, later(seconds=20)).over, "nobody is told of that twice"


def test_a_check_that_was_not_made_ends_nothing() -> None:
    assert compare(seen(FULL), [], ("displays",), later(hours=9)).over == ()


def test_what_another_version_knew_goes() -> None:
    old = Known("fax_jammed", "", NOW, NOW)
    assert compare({old.key: old}, [], (), NOW).over == (old,)


def test_a_screen_that_reloads_is_not_told_one_that_stays_away_is() -> None:
    assert told([GONE], seen(GONE), later(seconds=40)) == []
    assert told([GONE], seen(GONE), later(seconds=60)) == ["display_gone"]


def test_nothing_is_told_twice() -> None:
    assert told([GONE], seen(GONE, told=later(minutes=2)), later(hours=5)) == []


def test_a_closed_hall_waits_for_its_morning_a_full_disk_does_not() -> None:
    closed = Finding("display_gone", "eg", is_open=False)
    known = seen(closed, FULL)
    assert told([closed, FULL], known, later(hours=9)) == ["disk_full"]
    assert told([GONE, FULL], known, later(hours=22)) == ["display_gone", "disk_full"]


def test_a_hint_waits_for_the_report() -> None:
    assert told([HINT], seen(HINT), later(days=3)) == []


def test_a_flapping_screen_is_told_three_times_a_day() -> None:
    before = [NOW - timedelta(hours=hours) for hours in (1, 2, 3)]
    assert told([GONE], seen(GONE), later(minutes=2), *before) == []
    assert told([GONE], seen(GONE), later(hours=23), *before) == ["display_gone"]


def test_mails_keep_apart() -> None:
    assert may_send(None, NOW)
    assert not may_send(NOW, later(minutes=9))
    assert may_send(NOW, later(minutes=10))
    assert may_send(NOW, later(minutes=-30)), "a clock that was set back silences nobody"


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-11-11T10:00", "2026-11-16T06:59", False),
        ("2026-11-11T10:00", "2026-11-16T07:00", True),
        ("2026-11-16T07:00", "2026-11-20T12:00", False),
        ("2026-10-24T07:00", "2026-10-26T06:30", False),
        ("2026-10-24T07:00", "2026-10-26T07:00", True),
        ("2026-08-01T07:00", "2026-11-20T12:00", True),
    ],
)
def test_the_report_comes_on_mondays_at_seven_and_once_for_a_long_pause(
    last: str, now: str, due: bool
) -> None:
    moments = [datetime.fromisoformat(one).replace(tzinfo=BERLIN) for one in (last, now)]
    assert report_due(moments[0], moments[1], BERLIN) is due
    assert not report_due(moments[1], moments[1], BERLIN)


def test_a_new_server_waits_for_its_first_monday() -> None:
    assert not report_due(None, NOW, BERLIN)
    assert last_monday(NOW, BERLIN).isoformat() == "2026-11-16T07:00:00+01:00"
