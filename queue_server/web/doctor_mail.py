"""Alerts and the weekly report: from findings to one mail for each who runs the house.

What must not live here: when somebody is told (`domain.doctor.telling`). No personal data: devices, folders
and hosts have names, people have none here.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from queue_server.domain.doctor.findings import KINDS, SEVERITY, Finding, Level, by_severity
from queue_server.domain.doctor.telling import Known
from queue_server.web.house import House
from queue_server.web.languages import staffs
from queue_server.web.mailing import Outgoing, address, domain_of
from queue_server.web.texts import FALLBACK, Texts

PAGE: Final = "/admin/health"
_OPEN: Final = SEVERITY[Level.WARNING]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DoctorLetter:
    """What is sent; `adapters.post.mail_message` composes it."""

    subject: str
    text: str
    html: str
    calendar: bytes = b""
    calendar_name: str = ""


@dataclass(slots=True)
class Round:
    """A letter on its way to each who runs the house. `name` stays the same over all tries of it."""

    letter: DoctorLetter
    name: str
    at: datetime
    got: set[str] = field(default_factory=set)
    hopeless: set[str] = field(default_factory=set)

    @property
    def done(self) -> set[str]:
        return self.got | self.hopeless


@dataclass(frozen=True, slots=True)
class MailTools:
    """What the adapters bring."""

    compose: Callable[..., bytes]
    message_id: Callable[[str, str], str]
    unmailable: type[Exception]
    outgoing: Outgoing


def language_of(house: House) -> str:
    """Return the language of who runs the house: the first one's of the first town that staff speak."""
    towns = (town for town, _ in house.directory.sites.values())
    return next((staffs(town.languages) for town in towns), FALLBACK)


def report(house: House, found: Sequence[Finding]) -> DoctorLetter:
    """Write the weekly report: a line when all is well, for silence could mean anything."""
    say = house.texts[language_of(house)]
    open_ = [one for one in found if SEVERITY[one.level] >= _OPEN]
    state = say("doctor.report_open", n=len(open_)) if open_ else say("doctor.report_ok")
    lead = say("doctor.report_lead") if found else say("doctor.report_lead_ok")
    return _letter(
        house, say, say("doctor.report_subject", state=state), [(lead, _lines(say, by_severity(found)))]
    )


def alert(house: House, failed: Sequence[Finding], well: Sequence[Known], zone: tzinfo) -> DoctorLetter:
    """Write what failed and what is well again, in one mail."""
    say = house.texts[language_of(house)]
    parts = []
    if failed:
        parts.append((say("doctor.alert_lead"), _lines(say, by_severity(failed))))
    if well:
        parts.append((say("doctor.well_lead"), [_well(say, one, zone) for one in well]))
    return _letter(house, say, _subject(say, failed), parts)


def _subject(say: Texts, failed: Sequence[Finding]) -> str:
    if not failed:
        return say("doctor.well_subject")
    if len(failed) > 1:
        return say("doctor.alert_subject_many", n=len(failed))
    return say("doctor.alert_subject", what=what(say, failed[0]))


def what(say: Texts, one: Finding) -> str:
    """Return the sentence that says what is wrong."""
    return say(f"doctor.what_{one.code}", subject=one.subject, **one.params)


def todo(say: Texts, one: Finding) -> str:
    """Return the sentence that says what to do."""
    return say(f"doctor.todo_{one.code}", subject=one.subject, **one.params)


def _lines(say: Texts, found: Iterable[Finding]) -> list[str]:
    return [f"[{say(f'doctor.level_{one.level}')}] {what(say, one)}\n    {todo(say, one)}" for one in found]


def _well(say: Texts, one: Known, zone: tzinfo) -> str:
    check = say(f"doctor.check_{KINDS[one.code].check}")
    since = f"{one.since.astimezone(zone):%Y-%m-%d %H:%M}"
    return say("doctor.well_line", check=check, subject=one.subject or say("doctor.house"), since=since)


def _letter(house: House, say: Texts, subject: str, parts: list[tuple[str, list[str]]]) -> DoctorLetter:
    foot = say("doctor.mail_foot", where=f"{address(house)}{PAGE}")
    text = "\n\n".join("\n\n".join([lead, *lines]) for lead, lines in parts)
    parted = [(lead, [line.split("\n") for line in lines]) for lead, lines in parts]
    html = house.pages.get_template("mail_doctor.html").render(_=say, title=subject, parts=parted, foot=foot)
    return DoctorLetter(subject, f"{text}\n\n{foot}\n", html)


async def send(house: House, tools: MailTools, one: Round) -> bool:
    """Send it to everybody who runs the house and is not done with; say whether all are now."""
    domain, language = domain_of(house), language_of(house)
    sender = tools.outgoing.sender or f"aufruf@{domain}"
    mailboxes = house.connections.now.operations.mail
    for to in mailboxes:
        if to in one.done:
            continue
        id_ = tools.message_id(f"doctor/{one.name}/{to}", domain)
        try:
            content = await asyncio.to_thread(
                tools.compose,
                one.letter,
                to=to,
                sender=sender,
                sender_name=house.texts[language]("common.product"),
                message_id=id_,
                language=language,
                at=one.at,
            )
            await tools.outgoing.send(to, id_, content, one.at)
        except tools.unmailable:
            one.hopeless.add(to)  # one mailbox that is gone must not silence the others
        except Exception as error:  # the mail server is away, perhaps, or this mailbox is full
            log.debug("a letter to who runs the house did not leave: %s", type(error).__name__)
        else:
            one.got.add(to)
    return one.done >= set(mailboxes)
