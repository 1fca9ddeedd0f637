"""The kiosk's touch page, and the QR pictures on it. What becomes of a press is the API's (`api_sites`)."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.admission import WITH_APPOINTMENT, ever_admits
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import NotFound
from queue_server.domain.papers import papers_of
from queue_server.domain.person_fields import reason_for
from queue_server.domain.town import Channel, Service, Site, Town, in_language, services_at
from queue_server.services import kiosk as kiosk_visits
from queue_server.services.concerns import takes_walk_ins
from queue_server.services.offer import is_bookable
from queue_server.services.ports import Answer, Unit
from queue_server.services.wording import Say, counts_persons, paper_words
from queue_server.web.condition import program_version
from queue_server.web.languages import name_in, own_name_of, spoken_at
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.texts import FALLBACK, Texts, is_reviewed

IDLE_MS: Final = 60_000
RESULT_MS: Final = 25_000
WARN_MS: Final = 25_000
"""How long the page waits for a hand: in a step, with the number on the screen, and after its warning."""
CLOSURES_AHEAD: Final = timedelta(days=60)
Json = dict[str, object]


async def kiosk_page(call: PageCall) -> Response:
    """The touch page, in all languages of the kiosk: the visitor may change it at every step."""
    house = call.house
    town, site = house.town_and_site(call.site_id)
    kiosk = next(k for k in site.kiosks if k.id == call.id)
    spoken = spoken_at(town, site, house.texts)
    languages = [one for one in kiosk.languages if one in spoken] or spoken
    config: Json = {
        "kiosk_id": kiosk.id,
        "site_id": site.id,
        "site_name": dict(site.name),
        "languages": languages,
        "texts": {one: house.texts[one].of_faces("kiosk", "error") for one in languages},
        "unreviewed": {
            one: house.texts[one]("page.not_reviewed") for one in languages if not is_reviewed(one)
        },
        "confidential": {
            one: house.texts[one]("common.confidential") for one in dict.fromkeys((FALLBACK, *languages))
        },
        "categories": _categories(
            town,
            site,
            business_day(house.clock(), ZoneInfo(site.time_zone)),
            [house.texts[one] for one in dict.fromkeys((FALLBACK, *languages))],
        ),
        "areas": [{"id": a.id, "name": dict(a.name), "hint": dict(a.hint)} for a in site.areas],
        "opening": [
            {"weekday": o.weekday, "opens": f"{o.opens:%H:%M}", "closes": f"{o.closes:%H:%M}"}
            for o in site.opening
        ],
        "closures": _closures(call, site),
        "come_early_min": site.come_early_min,
        "books": ever_admits(site, WITH_APPOINTMENT, site.id),
        "interprets": [_interpreted(house.texts, one, languages) for one in site.interpreter_languages],
        "kiosk_fields": list(site.kiosk_fields),
        "field_reasons": {one: dict(reason_for(site.field_reasons, one)) for one in site.kiosk_fields},
        "sites": {id_: dict(one.name) for id_, one in _sites_of(call, town)},
        "has_qr": bool(house.settings.public_url),
        "zone": site.time_zone,
        "server_now_ms": int(house.clock().timestamp() * 1000),
        "config_version": house.hub.config_version,
        "program": program_version(),
        "screen_width_mm": kiosk.screen_width_mm,
        "reads": [one for one in languages if house.speech.reads(one)],
        "idle_ms": IDLE_MS,
        "result_ms": RESULT_MS,
        "warn_ms": WARN_MS,
    }
    return call.page(
        "kiosk.html",
        language=languages[0],
        theme="light",
        config=config,
        site_name=in_language(site.name, languages[0]),
    )


async def ticket_qr(call: PageCall) -> Response:
    """The status page of a number that was taken at this kiosk, as a QR picture; no secret in the address."""
    text = str(call.request.path_params["ticket"])
    if not call.house.settings.public_url or not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise NotFound(what="ticket")

    def work(unit: Unit) -> Answer:
        ticket = unit.hall.tickets.get(int(text))
        at_kiosks = {job.kiosk_id for job in unit.print_jobs_of(int(text))}
        if ticket is None or call.id not in at_kiosks:
            raise NotFound(what="ticket")
        return {"key": ticket.key, "version": ticket.secret_version}

    answer = await call.house.sequencer.do(call.site_id, work)
    return qr_picture(call.house.status_url(call.site_id, int(text), answer["key"], answer["version"]))


async def appointment_qr(call: PageCall) -> Response:
    """The manage page of a time that was booked at this kiosk; no secret in the address."""
    text = str(call.request.path_params["appointment"])
    if not call.house.settings.public_url or not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise NotFound(what="appointment")

    def work(unit: Unit) -> Answer:
        booked = kiosk_visits.printed_here(unit, int(text), call.id)
        return {"reference": booked.reference, "version": booked.secret_version}

    answer = await call.house.sequencer.do(call.site_id, work)
    return qr_picture(call.house.manage_url(answer["reference"], answer["version"]))


async def service_qr(call: PageCall) -> Response:
    """The address of a service that is done elsewhere, to take along on a phone."""
    town, site = call.house.town_and_site(call.site_id)
    wanted = call.request.path_params["service"]
    service = next((s for s in services_at(town, site.id) if s.id == wanted), None)
    if service is None or not service.link:
        raise NotFound(what="service")
    return qr_picture(service.link)


def qr_picture(link: str) -> Response:
    """Draw a QR code as SVG: sharp at every size, and a page may show it under our content policy."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    code = qrcode.QRCode(border=2, image_factory=SvgPathImage)
    code.add_data(link)
    buffer = BytesIO()
    code.make_image().save(buffer)
    return Response(buffer.getvalue(), media_type="image/svg+xml")


def _interpreted(texts: Mapping[str, Texts], language: str, languages: Collection[str]) -> Json:
    """Return a language by its own name, for who speaks it, and by those of the page, for who listens."""
    names = {one: name_in(texts[one], language) for one in languages}
    return {"language": language, "own": own_name_of(language), "names": names}


def _categories(town: Town, site: Site, today: date, says: Collection[Say]) -> list[Json]:
    services = list(services_at(town, site.id))
    return [
        {
            "id": category.id,
            "name": dict(category.name),
            "services": [
                _service(town, site, one, today, says) for one in services if one.category_id == category.id
            ],
        }
        for category in town.categories
        if any(one.category_id == category.id for one in services)
    ]


def _service(town: Town, site: Site, service: Service, today: date, says: Collection[Say]) -> Json:
    department = next((d for d in town.departments if d.id == service.department_id), None)
    return {
        "id": service.id,
        "name": dict(service.name),
        "max_count": service.max_count,
        "counts_persons": counts_persons(service),
        "documents": [
            {say.language: paper_words(say, one) for say in says} for one in papers_of([service], {})
        ],
        "why": _why_no_number(service, site, today),
        "books": is_bookable(service, site) and not service.confirm_first,
        "combines": service.combines.value,
        "sensitive": service.sensitive,
        "department": service.department_id,
        "category": service.category_id,
        "horizon_days": department.horizon_days if department else 0,
        "link": service.link,
        "phone": (department.phone if department else "") or site.phone,
    }


def _why_no_number(service: Service, site: Site, today: date) -> str:
    """Return "" when a walk-in may come, else the word for what to do instead."""
    if service.channel is not Channel.HERE:
        return service.channel.value
    return "" if takes_walk_ins(service, site, today) else "appointment"


def _sites_of(call: PageCall, town: Town) -> list[tuple[str, Site]]:
    """Return the town's buildings: who stands in the wrong one is told the right one's name."""
    found = call.house.directory.sites.items()
    return [(id_, site) for id_, (of_town, site) in found if of_town.id == town.id]


def _closures(call: PageCall, site: Site) -> list[Json]:
    today = call.house.clock().astimezone(ZoneInfo(site.time_zone)).date()
    return [
        {"on": closure.on.isoformat(), "reason": dict(closure.reason)}
        for closure in site.closures
        if today <= closure.on <= today + CLOSURES_AHEAD
    ]


ROUTES = [
    PageRoute("/kiosk/{kiosk}", kiosk_page, Act.SEE_KIOSK, "kiosk"),
    PageRoute("/kiosk/{kiosk}/tickets/{ticket}/qr.svg", ticket_qr, Act.SEE_KIOSK, "kiosk"),
    PageRoute("/kiosk/{kiosk}/appointments/{appointment}/qr.svg", appointment_qr, Act.SEE_KIOSK, "kiosk"),
    PageRoute("/kiosk/{kiosk}/services/{service}/qr.svg", service_qr, Act.SEE_KIOSK, "kiosk"),
]
