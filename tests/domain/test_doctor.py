"""Each finding is caused by facts, and fine facts cause none."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from queue_server.domain.doctor import devices, keeping, machine, reaching
from queue_server.domain.doctor.findings import CHECKS, KINDS, Finding, Level, by_severity, worst

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HALL = devices.Place("musterstadt", "rathaus", is_open=True)
GB = 1000 * machine.MB

Case = tuple[Callable[[Any], Iterator[Finding]], object]


def display(**facts: Any) -> Case:
    usual = {"connected": True, "unlocked": True, "output": True}
    return devices.displays, (devices.Display(HALL, "eg", **usual | facts),)


def printer(target: str = "tcp://10.0.0.5:9100", **facts: Any) -> Case:
    usual: dict[str, Any] = {"has_agent": True, "word": "ready"}
    return devices.printers, (devices.Printer(HALL, "kiosk", target, **usual | facts),)


def screen(kind: str) -> Case:
    return devices.screens, (devices.Screen(HALL, kind, "one"),)


def disk(free: int = 50 * GB, total: int = 100 * GB, **facts: Any) -> Case:
    return machine.disks, (machine.Disk("/data", free, total, **facts),)


def database(**facts: Any) -> Case:
    return keeping.database, keeping.Database(**facts)


def backups(age: timedelta | None = timedelta(hours=5), **facts: Any) -> Case:
    newest = None if age is None else NOW - age
    return keeping.backups, keeping.Backups(NOW, newest, **facts)


def clock(**facts: Any) -> Case:
    return machine.clock, machine.Clock(NOW, **facts)


def mail(**facts: Any) -> Case:
    usual: dict[str, Any] = {"connected": True, "host": "mail.stadt.example"}
    return reaching.mail, reaching.Mail(**usual | facts)


def letters(**facts: Any) -> Case:
    return mail(letters=(reaching.Letters("rathaus", **facts),))


def certificate(until: datetime | None, **facts: Any) -> Case:
    return reaching.certificates, (NOW, (reaching.Certificate("stadt.example:443", until, **facts),))


def leaf(life: timedelta, left: timedelta) -> Case:
    return certificate(NOW + left, since=NOW + left - life)


def secret(end: date) -> Case:
    return reaching.secrets_that_end, (NOW.date(), {"oidc": end})


def server(**facts: Any) -> Case:
    usual: dict[str, Any] = {"running": True, "silent_for": timedelta(seconds=20)}
    return reaching.server, reaching.Server(**usual | facts)


def environment(**facts: Any) -> Case:
    return machine.environment, machine.Environment(**{"made_with": "3.11.2", "runs": "3.11.7"} | facts)


def speech(**facts: Any) -> Case:
    usual: dict[str, Any] = {"available": True, "voices": {"de": "gmw/de"}}
    return keeping.speech, keeping.Speech(**usual | facts)


CAUSES: dict[str, Case] = {
    "server_not_running": server(running=False),
    "server_not_answering": server(silent_for=timedelta(minutes=2)),
    "public_url_missing": server(public_url=False),
    "display_gone": display(connected=False),
    "display_sound_blocked": display(unlocked=False),
    "display_no_output": display(output=False),
    "display_call_not_shown": display(missed=2),
    "display_out_of_service": display(out_of_service=True, connected=False),
    "display_old_page": display(old_page=True),
    "display_insecure": screen("display"),
    "kiosk_insecure": screen("kiosk"),
    "counter_insecure": screen("counter"),
    "printer_agent_gone": printer(has_agent=False, word="agent_gone"),
    "printer_paper_out": printer(word="paper_out"),
    "printer_paper_low": printer(word="paper_low"),
    "printer_trouble": printer(word="cover_open"),
    "printer_preview": printer("preview"),
    "speech_missing": speech(available=False, trouble="no speech engine installed"),
    "speech_no_voice": speech(voices={"de": None}),
    "speech_broken": speech(trouble="de: silent"),
    "backup_never": backups(None, begun=NOW - timedelta(days=2)),
    "backup_old": backups(timedelta(days=4)),
    "backup_failed": backups(error="the disk is full"),
    "backup_unreadable": backups(whole=False),
    "backup_differs": backups(differs=True),
    "backup_same_disk": backups(same_disk=True),
    "slips_unjoined": environment(unjoined=("ar",)),
    "key_missing": (keeping.key_file, keeping.KeyFile(there=False)),
    "key_open": (keeping.key_file, keeping.KeyFile(True, open_to_others=True)),
    "key_beside_backups": (keeping.key_file, keeping.KeyFile(True, copied_to="server.key")),
    "data_open": (keeping.rights, keeping.Rights(open_to_others=("connections.toml",))),
    "data_foreign": (keeping.rights, keeping.Rights(foreign=("aufruf.sqlite3",))),
    "disk_full": disk(150 * machine.MB),
    "disk_low": disk(9 * GB),
    "inodes_low": disk(inodes=1000, inodes_free=10),
    "folder_unwritable": disk(writable=False),
    "database_unusable": database(trouble="unable to open database file"),
    "database_old_shape": database(is_newest_shape=False),
    "database_damaged": database(damage="row 3 missing from index"),
    "database_on_network": database(file_system="nfs4"),
    "log_and_rows_differ": database(differing=("rathaus",)),
    "clock_jumped": clock(jumped_at=NOW - timedelta(hours=1), jump=timedelta(minutes=3)),
    "clock_behind": clock(newest=NOW + timedelta(minutes=6)),
    "clock_not_synced": clock(synced=False),
    "time_zone_unknown": (machine.zones, machine.Zones((60, 120), {"rathaus": ("Europa/Berlin", None)})),
    "time_zone_differs": (machine.zones, machine.Zones((0, 0), {"rathaus": ("Europe/Berlin", (60, 120))})),
    "memory_low": (machine.memory, machine.Memory(100 * machine.MB, 2 * GB)),
    "python_changed": environment(runs="3.13.5"),
    "package_missing": environment(missing=("babel",)),
    "package_broken": environment(broken={"pillow": "libjpeg.so.62: cannot open shared object file"}),
    "connections_unusable": mail(connected=False, file="connections.toml:4:1 unknown_key"),
    "mail_not_connected": mail(connected=False),
    "mail_unencrypted": mail(exposed=True),
    "mail_trouble": mail(trouble="mail_sign_in"),
    "letters_late": letters(late_count=3, oldest=timedelta(hours=2)),
    "letters_failed": letters(failed_count=1),
    "sheet_late": mail(sheets=(reaching.Sheets("musterstadt", timedelta(hours=2)),)),
    "sheet_failed": mail(sheets=(reaching.Sheets("musterstadt", failed_count=1),)),
    "nobody_told": mail(told=False),
    "sms_unreachable": (reaching.sms, reaching.Sms("gateway.example", "ConnectionRefusedError")),
    "calendar_unread": (reaching.calendars, ((HALL, 2),)),
    "certificate_ends": certificate(NOW + timedelta(days=29)),
    "authority_ends": certificate(NOW + timedelta(days=364), is_authority=True),
    "certificate_ended": certificate(NOW - timedelta(hours=1)),
    "certificate_unreachable": certificate(None),
    "secret_ends": secret(date(2026, 12, 20)),
    "secret_ended": secret(date(2026, 11, 21)),
    "privacy_found": (keeping.privacy, keeping.Privacy(found=2)),
    "day_sheets_failed": (keeping.day_sheets, keeping.DaySheets("the folder is gone", is_open=True)),
    "planned_unfit": (keeping.planning, (("town", date(2026, 12, 1)), ("town", date(2026, 12, 1)))),
    "erasures_unwritten": (keeping.privacy, keeping.Privacy(trouble="PermissionError")),
}
FINE: list[Case] = [
    *(server(), display(), printer(), speech(), backups(), disk(), database(file_system="ext4"), clock()),
    *(mail(), environment(), certificate(NOW + timedelta(days=31)), secret(date(2027, 1, 31))),
    *(clock(synced=True, newest=NOW), letters(late_count=1, oldest=timedelta(minutes=5))),
    leaf(timedelta(hours=12), timedelta(hours=4)),
    leaf(timedelta(days=45), timedelta(days=15)),
    certificate(NOW + timedelta(days=366), is_authority=True),
    (keeping.day_sheets, keeping.DaySheets()),
    (keeping.planning, ()),
    printer("preview", has_agent=False, word="", out_of_service=True),
    backups(None, wanted=False, same_disk=True, error="x"),
    backups(None, begun=NOW - timedelta(hours=5)),
    clock(jumped_at=NOW - timedelta(days=2), jump=timedelta(hours=1)),
    (machine.zones, machine.Zones((60, 120), {"rathaus": ("Europe/Berlin", (60, 120))})),
    (keeping.privacy, keeping.Privacy(found=0)),
    (reaching.calendars, ((HALL, 0),)),
]


def codes(case: Case) -> list[str]:
    rule, facts = case
    return [one.code for one in rule(facts)]


def test_every_finding_has_facts_that_cause_it() -> None:
    elsewhere = {"check_failed", "thorough_failed"}
    assert CAUSES.keys() == KINDS.keys() - elsewhere, "those: tests/adapters/doctor, tests/web/test_doctoring"


@pytest.mark.parametrize("code", CAUSES)
def test_a_finding_is_caused(code: str) -> None:
    assert codes(CAUSES[code]) == [code]


@pytest.mark.parametrize("case", FINE, ids=lambda case: case[0].__name__)
def test_what_is_fine_is_no_finding(case: Case) -> None:
    assert codes(case) == []


def test_a_short_certificate_is_told_when_a_quarter_of_its_life_is_left() -> None:
    told = [codes(leaf(timedelta(days=45), timedelta(days=days))) for days in (12, 11)]
    assert told == [[], ["certificate_ends"]]


def test_the_worst_stands_first() -> None:
    mixed = [Finding("backup_same_disk"), Finding("disk_low"), Finding("server_not_running")]
    assert [one.level for one in by_severity(mixed)] == [Level.ALARM, Level.WARNING, Level.HINT]
    assert (worst(mixed), worst([])) == (Level.ALARM, Level.OK)
    assert len(CHECKS) == 22


def test_a_display_tells_whose_it_is_and_nothing_else_is_asked_of_a_dead_one() -> None:
    rule, facts = display(connected=False, unlocked=False, missed=9)
    (found,) = rule(facts)
    assert (found.subject, found.organisation_id, found.site_id, found.is_open) == (
        *("eg", "musterstadt", "rathaus"),
        True,
    )


@pytest.mark.parametrize(
    ("wall", "mono", "jump"),
    [(20, 20.0, None), (20, 20.2, None), (3620, 20.0, 3600), (-40, 20.0, -60), (45, 20.0, None)],
)
def test_a_clock_jumps_when_it_moves_otherwise_than_time_passes(
    wall: int, mono: float, jump: int | None
) -> None:
    found = machine.jump_between((NOW, 100.0), (NOW + timedelta(seconds=wall), 100.0 + mono))
    assert (None if found is None else found.total_seconds()) == jump


def test_a_screen_that_is_dark_at_night_is_a_hint() -> None:
    assert Finding("display_gone", is_open=True).level is Level.ALARM
    assert Finding("display_gone", is_open=False).level is Level.HINT
    assert Finding("disk_full", is_open=False).level is Level.ALARM
