"""The slip in the visitor's language, ready to print: the kiosk's agent knows no texts."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from queue_server.domain.appointment import Appointment
from queue_server.domain.forecast.closing import Chance
from queue_server.domain.ticket import Origin, Ticket
from queue_server.domain.town import in_language
from queue_server.protocol import Slip, SlipLine
from queue_server.services import waits
from queue_server.services.appointments import come_at
from queue_server.services.closing_time import called_before
from queue_server.services.locales import clock, direction_of, locale_of, weekday_and_day
from queue_server.services.ports import JobToPrint, Unit
from queue_server.services.wording import in_words, papers_in_words, told_to_others
from queue_server.web.house import House
from queue_server.web.look import logo_of
from queue_server.web.texts import FALLBACK
from queue_server.web.wait_words import wait_words


def slip(house: House, unit: Unit, ticket: Ticket, job: JobToPrint) -> Slip:
    """Return what is printed: number, services, area, date and time, estimate, QR of the status page.

    Who checked in gets the appointed time and no services: their right to the booking may have been a
    number and a time only.
    """
    language = _language(house, ticket.language)
    url = house.status_url(unit.site.id, ticket.id, ticket.key, ticket.secret_version)
    printed = _frame(house, unit, job, language, ticket.number, (url, "slip.qr_caption"))
    printed["lines"] = _ticket_lines(house, unit, ticket, job, language)
    if ticket.appointed_at is not None:
        _add_time(house, unit, printed, ticket.appointed_at)
    return printed


def appointment_slip(house: House, unit: Unit, appointment: Appointment, job: JobToPrint) -> Slip:
    """Return what is printed for a time that was booked at the kiosk: with the QR of its manage page."""
    language = _language(house, appointment.language)
    url = house.manage_url(appointment.reference, appointment.secret_version)
    captioned = (url, "slip.manage_caption")
    printed = _frame(house, unit, job, language, appointment.number or 0, captioned)
    printed["lines"] = _appointment_lines(house, unit, appointment, language)
    _add_time(house, unit, printed, appointment.starts_at)
    return printed


def _language(house: House, wanted: str) -> str:
    return wanted if wanted in house.texts else FALLBACK


def _frame(
    house: House, unit: Unit, job: JobToPrint, language: str, number: int, captioned: tuple[str, str]
) -> Slip:
    say, site = house.texts[language], unit.site
    url, caption = captioned
    # No QR before the town has said under which address phones reach the server.
    has_qr = bool(house.settings.public_url)
    printed = Slip(
        number=str(number),
        headline=say("slip.headline"),
        lines=[],
        qr=url if has_qr else None,
        qr_caption=say(caption) if has_qr else "",
        header=[in_language(line, language) for line in site.slip_header]
        or [in_language(site.name, language)],
        footer=[in_language(line, language) for line in site.slip_footer],
        mark=say("slip.reprint") if job.attempt > 1 else None,
        language=language,
        direction=direction_of(language),
        paper=80,
    )
    if site.slip_logo and (logo := logo_of(unit.town)) is not None:
        printed["logo"] = logo["src"]
    return printed


def _add_time(house: House, unit: Unit, printed: Slip, at: datetime) -> None:
    language = printed["language"]
    say, local = house.texts[language], at.astimezone(ZoneInfo(unit.site.time_zone))
    printed["time"] = say("slip.time", time=clock(local))
    printed["time_caption"] = say("slip.your_time", day=weekday_and_day(local, language))


def _ticket_lines(house: House, unit: Unit, ticket: Ticket, job: JobToPrint, language: str) -> list[SlipLine]:
    say, site = house.texts[language], unit.site
    is_booked = ticket.origin is Origin.APPOINTMENT
    lines = [] if is_booked else _services(house, unit, ticket.concern, language)
    lines += _area(house, unit, ticket.area_id, language)
    local = ticket.arrived_at.astimezone(ZoneInfo(site.time_zone))
    taken = f"{format_date(local, 'medium', locale=locale_of(language))}, {clock(local)}"
    lines.append(SlipLine(label=say("slip.checked_in" if is_booked else "slip.taken"), value=taken))
    if job.from_min is not None and job.to_min is not None:
        told = wait_words(job.from_min, job.to_min)
        lines.append(SlipLine(label=say("slip.wait"), value=say(f"slip.wait_{told.form}", **told.ends)))
        if word := _before_closing(unit, ticket):
            lines.append(SlipLine(label=say("slip.closing"), value=say(f"slip.closing_{word}")))
    return lines


def _before_closing(unit: Unit, ticket: Ticket) -> Chance | None:
    """Return whether this visitor is called today, as it is foretold while the slip is printed."""
    guess = next((guess for one, guess in waits.of_all(unit) if one.id == ticket.id), None)
    return called_before(unit, guess)


def _appointment_lines(house: House, unit: Unit, appointment: Appointment, language: str) -> list[SlipLine]:
    say = house.texts[language]
    from_when = come_at(unit, appointment).astimezone(ZoneInfo(unit.site.time_zone))
    come = say("slip.come_value", time=clock(from_when))
    services = {service.id: service for service in unit.town.services}
    chosen = list(told_to_others(services[id_] for id_, _ in appointment.concern if id_ in services))
    return [
        SlipLine(label=say("slip.come"), value=come),
        *_area(house, unit, appointment.area_id, language, "slip.later_area"),
        *_services(house, unit, appointment.concern, language),
        *_listed(say("slip.bring"), (f"- {one}" for one in papers_in_words(say, chosen))),
        SlipLine(label=say("slip.reference"), value=appointment.reference),
    ]


def _services(house: House, unit: Unit, concern: Iterable[tuple[str, int]], language: str) -> list[SlipLine]:
    say = house.texts[language]
    services = {service.id: service for service in unit.town.services}
    untold = services.keys() - {one.id for one in told_to_others(services.values())}
    values = [
        in_words(say, services[id_], count)
        for id_, count in concern
        if id_ in services and id_ not in untold  # of one that has gone nobody knows whether it was sensitive
    ]
    return _listed(say("slip.services"), values)


def _area(
    house: House, unit: Unit, area_id: str | None, language: str, label: str = "slip.area"
) -> list[SlipLine]:
    area = next((a for a in unit.site.areas if a.id == area_id), None)
    if area is None:
        return []
    return [SlipLine(label=house.texts[language](label), value=in_language(area.name, language))]


def _listed(label: str, values: Iterable[str]) -> list[SlipLine]:
    return [SlipLine(label="" if at else label, value=value) for at, value in enumerate(values)]
