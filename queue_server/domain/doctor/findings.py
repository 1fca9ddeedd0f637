"""Every finding there is: its code, how bad it is, which check it belongs to, whether it is told at once.

What must not live here: how facts are gathered (`adapters.doctor`, `web.doctoring`), words for people (the
catalogues have `doctor.what_CODE` and `doctor.todo_CODE`), and when mail leaves (`telling`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How bad it is. A hint costs nothing as long as all else works."""

    OK = "ok"
    HINT = "hint"
    WARNING = "warning"
    ALARM = "alarm"


SEVERITY: Final = {level: place for place, level in enumerate(Level)}


class Tell(StrEnum):
    """When who runs the house is told by mail."""

    WEEKLY = "weekly"
    OPEN = "open"
    """At once while the site is open, else as soon as it opens."""
    AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table of findings."""

    check: str
    level: Level
    tell: Tell = Tell.WEEKLY


_H, _W, _A = Level.HINT, Level.WARNING, Level.ALARM
_OPEN, _ONCE = Tell.OPEN, Tell.AT_ONCE

KINDS: Final[Mapping[str, Kind]] = {
    "server_not_running":        Kind("server", _A),
    "server_not_answering":      Kind("server", _A),
    "check_failed":              Kind("server", _W),
    "public_url_missing":        Kind("server", _H),
    "display_gone":              Kind("displays", _A, _OPEN),
    "display_sound_blocked":     Kind("displays", _A, _OPEN),
    "display_no_output":         Kind("displays", _A, _OPEN),
    "display_call_not_shown":    Kind("displays", _W, _OPEN),
    "display_out_of_service":    Kind("displays", _H),
    "display_old_page":          Kind("displays", _W),
    "display_insecure":          Kind("screens", _H),
    "kiosk_insecure":            Kind("screens", _H),
    "counter_insecure":          Kind("screens", _H),
    "printer_agent_gone":        Kind("printers", _A, _OPEN),
    "printer_paper_out":         Kind("printers", _A, _OPEN),
    "printer_paper_low":         Kind("printers", _H),
    "printer_trouble":           Kind("printers", _A, _OPEN),
    "printer_preview":            Kind("printers", _H),
    "speech_missing":            Kind("speech", _W),
    "speech_no_voice":           Kind("speech", _W),
    "speech_broken":             Kind("speech", _W),
    "backup_never":              Kind("backups", _W),
    "backup_old":                Kind("backups", _A, _ONCE),
    "backup_failed":             Kind("backups", _A, _ONCE),
    "backup_unreadable":         Kind("backups", _A, _ONCE),
    "backup_differs":            Kind("backups", _W),
    "backup_same_disk":          Kind("backups", _H),
    "key_missing":               Kind("key", _A),
    "key_open":                  Kind("key", _A),
    "key_beside_backups":        Kind("key", _H),
    "data_open":                 Kind("rights", _W),
    "data_foreign":              Kind("rights", _W),
    "disk_full":                 Kind("disk", _A, _ONCE),
    "disk_low":                  Kind("disk", _W),
    "inodes_low":                Kind("disk", _W),
    "folder_unwritable":         Kind("disk", _A, _ONCE),
    "database_unusable":         Kind("database", _A),
    "database_old_shape":        Kind("database", _A),
    "database_damaged":          Kind("database", _A, _ONCE),
    "database_on_network":       Kind("database", _W),
    "log_and_rows_differ":       Kind("database", _A, _ONCE),
    "clock_jumped":              Kind("clock", _W),
    "clock_behind":              Kind("clock", _A, _ONCE),
    "clock_not_synced":          Kind("clock", _W),
    "time_zone_unknown":         Kind("time_zone", _A),
    "time_zone_differs":         Kind("time_zone", _H),
    "memory_low":                Kind("memory", _W),
    "python_changed":            Kind("environment", _A),
    "package_missing":           Kind("environment", _W),
    "package_broken":            Kind("environment", _W),
    "slips_unjoined":            Kind("environment", _W),
    "thorough_failed":           Kind("environment", _A, _ONCE),
    "connections_unusable":      Kind("mail", _A, _ONCE),
    "mail_not_connected":        Kind("mail", _H),
    "mail_unencrypted":          Kind("mail", _W),
    "mail_trouble":              Kind("mail", _A),
    "letters_late":              Kind("mail", _W),
    "letters_failed":            Kind("mail", _W),
    "sheet_late":                Kind("mail", _W),
    "sheet_failed":              Kind("mail", _W),
    "nobody_told":               Kind("mail", _H),
    "sms_unreachable":           Kind("sms", _W),
    "calendar_unread":           Kind("calendars", _W),
    "certificate_ends":          Kind("certificates", _W),
    "authority_ends":            Kind("certificates", _W),
    "certificate_ended":         Kind("certificates", _A, _ONCE),
    "certificate_unreachable":   Kind("certificates", _H),
    "secret_ends":               Kind("secrets", _W),
    "secret_ended":              Kind("secrets", _A, _ONCE),
    "privacy_found":             Kind("privacy", _A),
    "erasures_unwritten":        Kind("privacy", _A, _ONCE),
    "day_sheets_failed":         Kind("day_sheets", _W, _OPEN),
    "planned_unfit":             Kind("planning", _W),
}  # fmt: skip
"""code -> what it belongs to. docs/operators/doctor.md has a line for each, held by a test."""

CHECKS: Final = tuple(dict.fromkeys(kind.check for kind in KINDS.values()))
"""All checks, in the order in which a page lists them."""

LIVE: Final = frozenset({"displays", "screens", "printers", "calendars", "privacy", "day_sheets", "planning"})
"""What only a running server knows."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. `subject` is an id or a name of a thing, never of a person.

    `organisation_id` and `site_id` say whose it is; both empty for what concerns the whole machine.
    `is_open`: the site is open now, so that it can be told at once.
    """

    code: str
    subject: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)
    organisation_id: str = ""
    site_id: str = ""
    is_open: bool = False

    @property
    def kind(self) -> Kind:
        return KINDS[self.code]

    @property
    def level(self) -> Level:
        """Return how bad it is now: a screen that is dark while the site is closed is worth a hint."""
        is_asleep = self.kind.tell is Tell.OPEN and not self.is_open
        return Level.HINT if is_asleep else self.kind.level

    @property
    def key(self) -> tuple[str, str]:
        """What tells it apart from all others, and stays while it lasts."""
        return self.code, self.subject[:80]


def worst(findings: Iterable[Finding]) -> Level:
    """Return the worst level; OK without any finding."""
    return max((one.level for one in findings), key=SEVERITY.__getitem__, default=Level.OK)


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, the worst first, each level in the order of the checks."""
    return sorted(findings, key=lambda f: (-SEVERITY[f.level], CHECKS.index(f.kind.check), f.key))
