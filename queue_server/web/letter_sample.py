"""A letter as it would arrive: with the town's own site, service and documents, and an invented visitor.

For the preview of texts; what must not live here: the words, and anything about a real visitor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from queue_server.domain.town import Service, Site, Town
from queue_server.services.letter_kinds import ASKING, Kind, Links, Notice, Say
from queue_server.services.letters import Letter, write_letter
from queue_server.web.house import House

_EXAMPLE = "https://termin.example"
_ANSWERED = frozenset({Kind.ACCEPTED, Kind.REFUSED, Kind.MUST_MOVE})


@dataclass(frozen=True, slots=True)
class SampleVisit:
    """An appointment that nobody has."""

    starts_at: datetime
    concern: tuple[tuple[str, int], ...]
    area_id: str | None
    reference: str = "K7F3XA"
    number: int | None = 417
    minutes: int = 20


def sample_letter(house: House, town: Town, kind: Kind, language: str, own: Mapping[str, str]) -> Letter:
    """Return the letter with these texts of the town; it has no calendar file."""
    say = house.texts[language]
    notice = sample_notice(town, kind, say, own, house.clock(), house.settings.public_url)
    draw = house.pages.get_template("mail_letter.html").render
    return write_letter(notice, say, draw, lambda _entries: b"")


def sample_notice(
    town: Town, kind: Kind, say: Say, own: Mapping[str, str], now: datetime, base: str = ""
) -> Notice:
    """Return what the letter is about: the first site's first service that has something to bring."""
    site = town.sites[0]
    services = _of_site(town, site)
    day = now.astimezone(ZoneInfo(site.time_zone)).date() + timedelta(days=7)
    starts_at = datetime.combine(day, time(10, 40), ZoneInfo(site.time_zone))
    visit = SampleVisit(
        starts_at,
        ((services[0].id, 1),) if services else (),
        site.areas[0].id if site.areas else None,
        number=None if kind in ASKING else 417,
    )
    return Notice(
        kind,
        town,
        site,
        visit,
        _links(kind, f"{base or _EXAMPLE}/termin"),
        say("letters.sample_name"),
        answer=say("letters.sample_answer") if kind in _ANSWERED else "",
        until=starts_at - timedelta(days=1) if kind in ASKING else None,
        own=own,
    )


def _of_site(town: Town, site: Site) -> list[Service]:
    offered = [service for service in town.services if site.id in service.site_ids]
    return sorted(offered, key=lambda service: (not service.documents, service.named_clerk))


def _links(kind: Kind, base: str) -> Links:
    if kind is Kind.CONFIRM:
        return Links(confirm=f"{base}/v/…/confirm")
    return Links(f"{base}/v/…", f"{base}/v/…/move" if kind not in ASKING else "", f"{base}/v/…/cancel", base)
