"""`connections.toml`: the other systems that a town's server speaks to, with the passwords for them.

What lives here: reading the file, noticing that it changed, keeping the last good version. What must not:
what a section means, which stands beside what uses it (`adapters.post.mail_server` …). The file lies in
the data folder and not in the database: so no dump of the database and no town file holds a password.
Backups of ours hold the file itself, sealed.

A new section: its dataclass with `of(table)` in its own module, one field of `Connections`, one line in
`_sections`.
"""

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.oidc.provider import OidcProvider
from queue_server.adapters.post.alarm_phones import AlarmPhones
from queue_server.adapters.post.mail_server import MailServer
from queue_server.adapters.post.operations import Operations
from queue_server.adapters.post.sms_gateway import SmsGateway
from queue_server.adapters.push.section import PushServices
from queue_server.adapters.town.source import (
    FileProblem,
    Report,
    ShapeCode,
    TownFileError,
    decode,
    parse,
)
from queue_server.adapters.town.table import Table
from queue_server.domain.town_problem import Code

MISSING: Final = "none"
FINE: Final = "ok"
_QUOTED: Final = frozenset(
    {
        ShapeCode.UNKNOWN_KEY,
        ShapeCode.UNKNOWN_PLACEHOLDER,
        ShapeCode.NOT_A_CHOICE,
        ShapeCode.FILE_UNREADABLE,
        Code.BAD_EMAIL,
    }
)
"""Problems that may repeat what was found; in all others it may be a password."""
_OTHERS: Final = 0o077
_CALENDAR: Final = re.compile(
    r"""^\s*\[\s*calendars\s*\.\s*(?:["']([^"']+)["']|([\w-]+))\s*\]""", re.MULTILINE
)
log = logging.getLogger(__name__)


class ConnectionsProblem(Exception):  # noqa: N818 - read by the operator
    """The file cannot be used. One sentence, without anything secret."""


@dataclass(frozen=True, slots=True)
class Connections:
    """What the file says; each part is empty when its section is missing. Passwords never show in `repr`.

    `ends` tells of each section whose secret has an end (`secret_expires`) on which day that is.
    """

    mail: MailServer | None = None
    sms: SmsGateway | None = None
    alarm: AlarmPhones = field(default_factory=AlarmPhones)
    calendars: Mapping[str, CalendarAccount] = field(default_factory=dict)
    oidc: OidcProvider | None = None
    push: PushServices | None = None
    operations: Operations = field(default_factory=Operations)
    ends: Mapping[str, date] = field(default_factory=dict)


def _sections(top: Table) -> Connections:
    """Read every section that is there."""
    ends: dict[str, date] = {}
    mail, sms = _section(top, "mail", ends), _section(top, "sms", ends)
    operations = _section(top, "operations", ends)
    oidc = _section(top, "oidc", ends)
    push = _section(top, "push", ends)
    return Connections(
        push=PushServices.of(push) if push else None,
        oidc=OidcProvider.of(oidc) if oidc else None,
        mail=MailServer.of(mail) if mail else None,
        sms=SmsGateway.of(sms) if sms else None,
        alarm=AlarmPhones.of(top.table("alarm")),
        calendars=_calendars(top.table("calendars")),
        operations=Operations.of(operations) if operations else Operations(),
        ends=ends,
    )


def _section(top: Table, name: str, ends: dict[str, date]) -> Table | None:
    """Return a section that is there; note until when its secret is good, where that is written."""
    if top.value(name) is None:
        return None
    table = top.table(name)
    if (end := table.day("secret_expires")) is not None:
        ends[name] = end
    return table


def _calendars(table: Table) -> dict[str, CalendarAccount]:
    """Read an account for each clerk; whether there is such a clerk is known elsewhere."""
    return {name: CalendarAccount.of(table.table(name)) for name in table.data}


def load_connections(path: Path) -> Connections:
    """Read the file; nothing is connected when there is none.

    Raises `ConnectionsProblem` when others may read it, `TownFileError` with all that is wrong in it.
    """
    return _found(path) or Connections()


def _found(path: Path) -> Connections | None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise ConnectionsProblem(f"{path.name} cannot be read: {problem.strerror}") from problem
    with os.fdopen(handle, "rb") as file:
        if os.fstat(handle).st_mode & _OTHERS:
            raise ConnectionsProblem(f"{path.name} may be read by others; run: chmod 600 {path.name}")
        raw = file.read()
    try:
        return _parsed(decode(raw, str(path)), str(path))
    except TownFileError as error:
        # Not "from": the first one's text may quote a password into a traceback.
        raise TownFileError([_without_secrets(one) for one in error.problems]) from None


class ConnectionsFile:
    """The file as a running server sees it: `now` is its last good version."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] | None = None
        self._was_there = self._was_read = False
        self.now = Connections()
        self.trouble = ""
        self._read()

    @property
    def unusable(self) -> bool:
        """Tell whether there is a file and not one good version of it: what it would connect must wait."""
        return bool(self.trouble) and not self._was_read

    def health(self) -> str:
        """Return "none", "ok", or what is wrong with the newest version: place and code, nothing of it."""
        return self.trouble or (MISSING if self._seen is None else FINE)

    def alarm_phones(self, site_id: str) -> tuple[str, ...]:
        """Return the telephones that a staff alarm at this site reaches."""
        return self.now.alarm.of_site(site_id)

    def look(self) -> bool:
        """Read the file again when it is another one than at the last look; tell whether a good one came."""
        return _marks(self._path) != self._seen and self._read()

    def _read(self) -> bool:
        # Before reading: what is written meanwhile is seen at the next look.
        self._seen = _marks(self._path)
        try:
            found = _found(self._path)
        except ConnectionsProblem as problem:
            self._complain(str(problem))
            return False
        except TownFileError as error:
            self._complain(*map(_told, error.problems))
            return False
        if found is None:
            return self._missed()
        self.now, self.trouble = found, ""
        self._was_there = self._was_read = True
        if found.mail is not None and found.mail.is_exposed:
            log.warning("letters travel unencrypted to %s: connections.toml says so", found.mail.host)
        return True

    def _missed(self) -> bool:
        """Go on without a file when there never was one; else it was lost, and that is no wish.

        A lost mount, or an editor that renames, must not open the time of all clerks with a calendar and let
        letters lie in the spool as if they were sent. Who wants to disconnect deletes the sections.
        """
        if self._was_there:
            self.trouble = f"{self._path.name} is missing"
            log.error("%s, what was read of it last stays", self.trouble)
        return not self._was_there

    def _complain(self, *troubles: str) -> None:
        self.trouble, self._was_there = troubles[0], True
        if not self._was_read:
            self.now = Connections(calendars=_named(self._path))
        log.error("connections.toml cannot be used, the last good version stays: %s", "; ".join(troubles))


def _named(path: Path) -> dict[str, CalendarAccount]:
    """Return whose calendars a broken file names, without addresses: nothing is known of these clerks' time.

    Else a mistake anywhere in the file and a restart would offer times that nobody knows to be free.
    """
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return {}
    names = (quoted or plain for quoted, plain in _CALENDAR.findall(text))
    return {name: CalendarAccount(name) for name in names}


def _parsed(text: str, name: str) -> Connections:
    report = Report()
    source = parse(text, name)
    top = Table(report, source, (), dict(source.data))
    found = _sections(top)
    top.finish()
    if report.problems:
        raise TownFileError(report.problems)
    return found


def _without_secrets(problem: FileProblem) -> FileProblem:
    return problem if problem.code in _QUOTED else replace(problem, found="…")


def _told(problem: FileProblem) -> str:
    return (
        f"{Path(problem.file).name}:{problem.line}:{problem.column} {problem.code} {problem.where}".rstrip()
    )


def _marks(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode, found.st_uid
