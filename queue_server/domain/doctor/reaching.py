"""What the server reaches: mail, text messages, calendars, certificates, secrets that end, and itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from queue_server.domain.doctor.devices import Place
from queue_server.domain.doctor.findings import Finding

SOON: Final = timedelta(days=30)
AUTHORITY_SOON: Final = timedelta(days=365)
"""Its successor has to be brought to every device."""
LATE: Final = timedelta(hours=1)
SILENT: Final = timedelta(seconds=90)
"""A running server writes down how it is every twenty seconds."""


@dataclass(frozen=True, slots=True)
class Letters:
    """How a site's letters stand: how many are late, and by how much; how many were given up."""

    site_id: str
    organisation_id: str = ""
    late_count: int = 0
    oldest: timedelta = timedelta(0)
    failed_count: int = 0


@dataclass(frozen=True, slots=True)
class Sheets:
    """How a town's monthly sheets stand: how long one has waited after a failure; how many were given up."""

    organisation_id: str
    oldest: timedelta = timedelta(0)
    failed_count: int = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server. `file`: what is wrong with connections.toml; `trouble`: what signing in ended in."""

    connected: bool
    told: bool = True
    file: str = ""
    host: str = ""
    exposed: bool = False
    trouble: str = ""
    letters: tuple[Letters, ...] = ()
    sheets: tuple[Sheets, ...] = ()


def mail(facts: Mail) -> Iterator[Finding]:
    if facts.file:
        yield Finding("connections_unusable", params={"why": facts.file})
    elif not facts.connected:
        yield Finding("mail_not_connected")
    if facts.exposed:
        yield Finding("mail_unencrypted", facts.host)
    if facts.trouble:
        yield Finding("mail_trouble", facts.host, {"why": facts.trouble})
    yield from _waiting(facts)
    if not facts.told and not facts.file:
        yield Finding("nobody_told")


def _waiting(facts: Mail) -> Iterator[Finding]:
    for one in facts.letters:
        if one.late_count and one.oldest > LATE:
            yield Finding(
                "letters_late", one.site_id, {"n": one.late_count}, one.organisation_id, one.site_id
            )
        if one.failed_count:
            n = {"n": one.failed_count}
            yield Finding("letters_failed", one.site_id, n, one.organisation_id, one.site_id)
    for town in facts.sheets:
        if town.oldest > LATE:
            yield Finding("sheet_late", town.organisation_id, {}, town.organisation_id)
        if town.failed_count:
            yield Finding("sheet_failed", town.organisation_id, {}, town.organisation_id)


@dataclass(frozen=True, slots=True)
class Sms:
    """The gateway for text messages; `trouble` when it cannot be reached."""

    host: str
    trouble: str = ""


def sms(facts: Sms) -> Iterator[Finding]:
    if facts.trouble:
        yield Finding("sms_unreachable", facts.host, {"why": facts.trouble})


def calendars(facts: tuple[tuple[Place, int], ...]) -> Iterator[Finding]:
    """Tell how many calendars cannot be read at a site; whose they are stands on the desk's pages."""
    for place, count in facts:
        if count:
            yield Finding(
                "calendar_unread", place.site_id, {"n": count}, place.organisation_id, place.site_id
            )


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a host showed: from when until when it is valid, or why nothing could be seen."""

    host: str
    until: datetime | None
    trouble: str = ""
    since: datetime | None = None
    is_authority: bool = False

    @property
    def notice(self) -> timedelta:
        """Return how long before its end it is told: what is renewed each week is fine three days before."""
        if self.is_authority:
            return AUTHORITY_SOON
        if self.until is None or self.since is None:
            return SOON
        return min(SOON, (self.until - self.since) / 4)


def certificates(facts: tuple[datetime, tuple[Certificate, ...]]) -> Iterator[Finding]:
    now, found = facts
    for one in found:
        if one.until is None:
            yield Finding("certificate_unreachable", one.host, {"why": one.trouble})
        elif one.until <= now:
            yield Finding("certificate_ended", one.host, {"day": one.until.date().isoformat()})
        elif one.until - now < one.notice:
            day, code = (
                one.until.date().isoformat(),
                "authority_ends" if one.is_authority else "certificate_ends",
            )
            yield Finding(code, one.host, {"days": (one.until - now).days, "day": day})


def secrets_that_end(facts: tuple[date, Mapping[str, date]]) -> Iterator[Finding]:
    """Tell of passwords and client secrets whose end is written beside them."""
    today, ends = facts
    for section, end in ends.items():
        if end <= today:
            yield Finding("secret_ended", section, {"day": end.isoformat()})
        elif end - today < SOON:
            yield Finding("secret_ends", section, {"day": end.isoformat(), "days": (end - today).days})


@dataclass(frozen=True, slots=True)
class Server:
    """The server process as another program sees it: is it there, when did it last say how it is."""

    running: bool
    silent_for: timedelta | None = None
    answers: bool = True
    public_url: bool = True


def server(facts: Server) -> Iterator[Finding]:
    if not facts.running:
        yield Finding("server_not_running")
    elif not facts.answers or facts.silent_for is None or facts.silent_for > SILENT:
        yield Finding("server_not_answering")
    if not facts.public_url:
        yield Finding("public_url_missing")
