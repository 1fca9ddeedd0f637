"""The slip in the visitor's language, ready to print: the kiosk's agent knows no texts."""

from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from queue_server.domain.ticket import Ticket
from queue_server.domain.town import in_language
from queue_server.protocol import Slip, SlipLine
from queue_server.services.ports import JobToPrint, Unit
from queue_server.web.house import House
from queue_server.web.texts import FALLBACK


def slip(house: House, unit: Unit, ticket: Ticket, job: JobToPrint) -> Slip:
    """Return what is printed: number, services, area, date and time, estimate, QR of the status page."""
    language = ticket.language if ticket.language in house.texts else FALLBACK
    say, site = house.texts[language], unit.site
    # No QR before the town has said under which address phones reach the server.
    url = house.status_url(site.id, ticket.id, ticket.secret_version) if house.settings.public_url else None
    return Slip(
        number=str(ticket.number),
        headline=say("slip.headline"),
        lines=_lines(house, unit, ticket, job, language),
        qr=url,
        qr_caption=say("slip.qr_caption") if url else "",
        header=[in_language(line, language) for line in site.slip_header]
        or [in_language(site.name, language)],
        footer=[in_language(line, language) for line in site.slip_footer],
        mark=say("slip.reprint") if job.attempt > 1 else None,
        language=language,
        direction="ltr",
        paper=80,
    )


def _lines(house: House, unit: Unit, ticket: Ticket, job: JobToPrint, language: str) -> list[SlipLine]:
    say, site = house.texts[language], unit.site
    services = {service.id: service for service in unit.town.services}
    lines = []
    for position, (service_id, count) in enumerate(ticket.concern):
        name = in_language(services[service_id].name, language) if service_id in services else service_id
        value = say("slip.counted", count=count, name=name) if count > 1 else name
        lines.append(SlipLine(label="" if position else say("slip.services"), value=value))
    area = next((a for a in site.areas if a.id == ticket.area_id), None)
    if area is not None:
        lines.append(SlipLine(label=say("slip.area"), value=in_language(area.name, language)))
    local = ticket.arrived_at.astimezone(ZoneInfo(site.time_zone))
    taken = f"{format_date(local, 'medium', locale=language)}, {format_time(local, 'short', locale=language)}"
    lines.append(SlipLine(label=say("slip.taken"), value=taken))
    if job.from_min is not None:
        wait = say("slip.wait_range", from_min=job.from_min, to_min=job.to_min, ahead=job.ahead)
        lines.append(SlipLine(label=say("slip.wait"), value=wait))
    return lines
