"""Starts what works beside the requests, and ends it in the opposite order.

Timers, letters, backups, day sheets, calendars, the doctor. What must not live here: what they do.
"""

import asyncio
import secrets as random_bytes
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Final, Protocol

from queue_server.adapters import accounts, alarms, audit_lines, day_figures, hall_past, served_visits
from queue_server.adapters.backup.journaling import Journaling
from queue_server.adapters.calendars import copies, own_entries
from queue_server.adapters.calendars.all_calendars import AllCalendars
from queue_server.adapters.calendars.busy_cells import Owner, owners_of
from queue_server.adapters.daysheet.apart import DaySheetChild
from queue_server.adapters.daysheet.rows import Seen, look
from queue_server.adapters.doctor import finding_rows
from queue_server.adapters.doctor.of_server import Eyes
from queue_server.adapters.forgetting import nightly
from queue_server.adapters.post import (
    invitation,
    mail_message,
    outbox,
    sheet_letters,
    sms_rows,
    sms_sender,
    smtp,
)
from queue_server.adapters.post.addressees import addressee
from queue_server.adapters.post.outgoing import Outgoing
from queue_server.adapters.post.sms_outgoing import sms_id
from queue_server.adapters.post.sms_sender import Untextable
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.rows.answer_rows import AnswerRows
from queue_server.adapters.rows.contact_days import ContactDays
from queue_server.adapters.speech.announcements import Announcements
from queue_server.adapters.store import Store
from queue_server.live.checkpoints import Checkpoints
from queue_server.live.day_sheets import DaySheets
from queue_server.live.forecasts import Forecasts
from queue_server.live.postman import MOST, Deliver, Postman
from queue_server.live.repeating import Repeating
from queue_server.live.timers import Timers
from queue_server.live.told_ranges import KEEP_S
from queue_server.web.calendar_delivery import CalendarDelivery
from queue_server.web.calendar_delivery import Tools as CalendarTools
from queue_server.web.calendar_mail import CalendarMail
from queue_server.web.calendar_mail import Tools as MailTools
from queue_server.web.calendar_watch import CalendarWatch
from queue_server.web.doctor_mail import MailTools as DoctorMail
from queue_server.web.doctoring import Doctor
from queue_server.web.doctoring import Tools as DoctorTools
from queue_server.web.hit_rates import LOOK_S as RATES_S
from queue_server.web.hit_rates import HitRates
from queue_server.web.house import House
from queue_server.web.learning import LOOK_S as LEARN_S
from queue_server.web.learning import Learning
from queue_server.web.mailing import Mailing, OutboxOf, Tools
from queue_server.web.measuring import LOOK_S as COUNT_S
from queue_server.web.measuring import Measuring
from queue_server.web.past import LOOK_S, Past
from queue_server.web.planning import DUE_S, Planning
from queue_server.web.pushing import FORGET_S, forget_ended
from queue_server.web.report_mail import LOOK_S as REPORT_S
from queue_server.web.report_mail import MOST_TRIES as SHEET_TRIES
from queue_server.web.report_mail import SEND_EVERY_S, ReportMail, SheetDelivery
from queue_server.web.texting import SmsTools, Texting

JOURNAL_S: Final = 1.0
PRUNE_S: Final = 3600.0
SETTLED_S: Final = 10.0
"""So long after its start a server is at ease."""
_AT_ONCE: Final = {"mail": smtp.AT_ONCE, "sms": sms_sender.AT_ONCE}
"""How many of a channel's messages are under way at a time; the others wait for a turn."""


class Worker(Protocol):
    """Something that works until it is stopped."""

    def start(self) -> None: ...
    async def stop(self) -> None: ...


async def start(
    house: House, speech: Announcements, store: Store, calendars: AllCalendars, stack: AsyncExitStack
) -> None:
    """Start everything; what was started is ended by the stack, the last first."""

    def begin(worker: Worker) -> None:
        worker.start()
        stack.push_async_callback(worker.stop)

    await calendars.renew(owners(house))
    begin(calendars)
    house.sequencer.start()
    stack.callback(store.close)
    stack.push_async_callback(house.sequencer.stop)
    await speech.start()
    stack.push_async_callback(speech.stop)
    sites = [site for _, site in house.directory.sites.values()]
    await house.hub.start(sites)
    stack.push_async_callback(house.hub.stop)
    begin(house.pushes)
    house.hub.take_out_of_service(await house.read(house.settlement.out_of_service))
    house.hub.take_kiosks_out(await house.read(house.settlement.kiosks_out))
    house.speech.prepare(sites)
    await house.alarms.start()
    stack.push_async_callback(house.alarms.stop)
    stack.push_async_callback(house.alarm_calls.stop)
    stack.push_async_callback(house.simulations.stop)
    spool = Spool(house.settings.spool_folder)
    entries = make_entries(house, spool)
    begin(_timers(house, calendars, spool))
    rates = HitRates(house)
    forecasts = Forecasts(house.sequencer, lambda: house.hub.rooms, house.hub.publish, rates.knowledge)
    house.hub.on_picture.append(forecasts.take)
    begin(forecasts)
    for worker in (
        Checkpoints(store.database.checkpoint),
        house.backups,
        _day_sheets(house),
        _journaling(house),
        Repeating("forgetting what is years old", Past(house, hall_past).turn, LOOK_S),
        Repeating("doing what was planned", Planning(house).turn, DUE_S),
        _of_days("counting", Measuring(house, day_figures).turn, COUNT_S),
        _of_days("learning how long visits take", Learning(house, served_visits).turn, LEARN_S),
        _of_days("judging the estimates", rates.turn, RATES_S),
        Repeating("keeping the waits that pages showed", house.told_ranges.keep, KEEP_S),
        Repeating("forgetting ended pushes", lambda: forget_ended(house), FORGET_S, unhurried=True),
        Repeating("deleting spoken pages", speech.prune, PRUNE_S, unhurried=True),
    ):
        begin(worker)
    begin(CalendarWatch(house, entries))
    begin(_doctor(house, spool))
    sheets = ReportMail(house, sheet_letters)
    begin(Repeating("posting the monthly sheet", sheets.turn, REPORT_S, unhurried=True))
    begin(sheet_postman(house, SheetDelivery(house, _staff_mail(house, spool))))
    for channel, deliver in (deliverers(house, spool) | {"calendar": entries.deliver}).items():
        begin(make_postman(house, channel, deliver))


def _of_days(name: str, turn: Callable[[], Awaitable[object]], every_s: float) -> Repeating:
    """Return what looks at the days that are over: soon, so that who opens a page then finds them counted."""
    return Repeating(name, turn, every_s, unhurried=True, first_s=SETTLED_S)


def _timers(house: House, calendars: AllCalendars, spool: Spool) -> Timers:
    return Timers(
        house.sequencer,
        house.hub,
        lambda: house.directory.sites,
        lambda: renew(house, calendars),
        lambda: tidy(house, spool),
    )


def _day_sheets(house: House) -> DaySheets:
    """Return who has each site's day written down; a demo needs none."""
    settings = house.settings
    where = {"data": settings.data, "database": settings.database, "to": settings.day_sheet_folder}
    maker = DaySheetChild({name: str(word) for name, word in where.items()})

    async def see() -> Seen:
        zones = {id_: site.time_zone for id_, (_, site) in house.directory.sites.items()}
        return await house.read(lambda conn: look(conn, house.clock(), zones))

    sheets = DaySheets(None if settings.demo else maker, see, house.clock)
    house.condition.day_sheet_trouble = lambda: sheets.error
    return sheets


def _journaling(house: House) -> Repeating:
    """Return what writes down each second who was erased, with one last look before the end."""
    journaling = Journaling(house.settings.erased_journal)
    task = Repeating("writing down who was erased", lambda: house.read(journaling.write_down), JOURNAL_S)
    house.forgetting.journaling = task
    return task


def deliverers(house: House, spool: Spool) -> dict[str, Deliver[Any]]:
    """Return for each channel of the outbox what delivers its rows; one channel never waits for another."""
    outgoing = Outgoing(house.connections, spool, stays_here=house.settings.demo)
    tools = Tools(addressee, mail_message.message_id, mail_message.compose, mail_message.Unmailable, outgoing)
    texting = SmsTools(addressee, sms_rows, sms_id, Untextable)
    return {"mail": Mailing(house, tools).deliver, "sms": Texting(house, texting).deliver}


def make_entries(house: House, spool: Spool) -> CalendarDelivery:
    """Return who brings appointments into clerks' calendars, by CalDAV or by mail; one for a process."""
    outgoing = Outgoing(house.connections, spool, stays_here=house.settings.demo)
    invite = MailTools(copies, mail_message.message_id, invitation.compose, mail_message.Unmailable, outgoing)
    calendars = house.clerk_calendars
    tools = CalendarTools(copies, own_entries, calendars.calendar, calendars.mailbox)
    return CalendarDelivery(house, tools, CalendarMail(house, invite))


def _doctor(house: House, spool: Spool) -> Doctor:
    """Return who watches over the house and writes to who runs it."""
    return Doctor(house, DoctorTools(Eyes(house.settings), finding_rows, _staff_mail(house, spool)))


def _staff_mail(house: House, spool: Spool) -> DoctorMail:
    """Return the way out for what staff are told, beside the outbox of visitors."""
    outgoing = Outgoing(house.connections, spool, stays_here=house.settings.demo)
    return DoctorMail(mail_message.compose, mail_message.message_id, mail_message.Unmailable, outgoing)


def make_postman(house: House, channel: str, deliver: Deliver[Any]) -> Postman[Any]:
    letters = OutboxOf(house, outbox, random_bytes.token_hex(8), channel)
    return Postman(letters, deliver, house.clock, at_once=_AT_ONCE.get(channel, MOST))


def sheet_postman(house: House, delivery: SheetDelivery) -> Postman[Any]:
    """Return who sends the monthly sheets, beside the outbox of visitors."""
    letters = OutboxOf(house, sheet_letters, random_bytes.token_hex(8), "mail")
    return Postman(letters, delivery.deliver, house.clock, every_s=SEND_EVERY_S, most_tries=SHEET_TRIES)


async def renew(house: House, calendars: AllCalendars) -> None:
    """Look whether the set-up, the connections or a clerk's calendar changed beside us."""
    await house.renew_if_changed()
    if await asyncio.to_thread(house.connections.look):
        await house.write(partial(outbox.hurry, now=house.clock()))
        await house.write(partial(sheet_letters.hurry, now=house.clock()))
    await calendars.renew(owners(house))


def owners(house: House) -> dict[str, Owner]:
    return owners_of({town.id: town for town, _ in house.directory.sites.values()}.values())


async def tidy(house: House, spool: Spool) -> None:
    """Erase what is kept for some days only, and visitors' data whose time is over."""
    now = house.clock()
    forgetful = (AnswerRows, alarms, outbox, sheet_letters, ContactDays, copies, sms_rows)
    for forget in (accounts.forget_expired, *(one.forget for one in forgetful)):
        await house.write(partial(forget, now=now))
    zones = {id_: site.time_zone for id_, (_, site) in house.directory.sites.items()}
    await house.write(lambda conn: nightly.erase(conn, now, zones))
    await asyncio.to_thread(spool.forget, now)
    if nightly.sites_at_night(now, zones):
        await house.write(lambda conn: house.told_estimates.forget(conn, now, zones))
        await house.write(partial(audit_lines.forget, now=now, years=house.settings.log_years))
        await asyncio.to_thread(house.database.empty_wal)
        await house.forgetting.audit_once_a_night(house.read, now)
