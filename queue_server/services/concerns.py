"""From what a visitor chose to what the queue needs: services, counts, minutes, area."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from queue_server.domain.admission import AS_WALK_IN, WITH_APPOINTMENT, ever_admits, usually_admits
from queue_server.domain.admitting import admitted
from queue_server.domain.concern import Concern, ConcernError, Wanted, duration, stands_apart
from queue_server.domain.errors import BadInput, NotFound, NotTogether, Refusal, ServiceNotHere, TooMany
from queue_server.domain.interpreting import WISHES
from queue_server.domain.local_days import span_of
from queue_server.domain.needs import OF_THE_TIME, booked_minutes
from queue_server.domain.town import Channel, Service, Site, Town

PERSONS_MOST = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A concern that this site can take: its services with counts, its minutes, and where to wait."""

    services: tuple[tuple[str, int], ...]
    persons: int
    expected_min: int
    area_id: str | None
    then: "Choice | None" = None
    """The second of two parts, when no clerk can do all of it; this one is the first then."""
    clerk_id: str | None = None
    """The one person for whom a visitor comes; None where it does not matter who."""
    asks: frozenset[str] = frozenset()
    """What its times must offer, of `needs.OF_THE_TIME`; `expected_min` has the added minutes already."""

    @property
    def parts(self) -> tuple["Choice", ...]:
        return (self,) if self.then is None else (self, self.then)

    @property
    def minutes(self) -> int:
        """How long all of it takes, without the wait between two parts."""
        return sum(one.expected_min for one in self.parts)

    @property
    def service_ids(self) -> frozenset[str]:
        """The services of all parts."""
        return frozenset(service_id for one in self.parts for service_id, _ in one.services)


def choose(
    town: Town, site: Site, wanted: Iterable[tuple[str, int]], persons: int = 1, *, walk_in: bool = True
) -> Choice:
    """Check a concern against the site's services.

    Raises `NotFound`, `ServiceNotHere`, `TooMany`, `BadInput`.
    """
    pairs = tuple(wanted)
    asked = {service_id for service_id, _ in pairs}
    services = {s.id: s for s in town.services if s.id in asked and site.id in s.site_ids}
    if not 1 <= persons <= PERSONS_MOST:
        raise BadInput(field="persons")
    concern = _concern(services, pairs, persons)
    if walk_in:
        for one in concern.wanted:
            if not takes_walk_ins(one.service, site):
                raise ServiceNotHere(service=one.service.id)
    first = concern.wanted[0].service
    return Choice(pairs, persons, duration(concern) // timedelta(minutes=1), first.area_by_site.get(site.id))


def require_together(town: Town, wanted: Iterable[tuple[str, int]]) -> None:
    """Check that services may be asked for in one concern. Raises `NotTogether`.

    Asked where somebody wants something new; what is booked already stays as it is when the rule changes.
    """
    asked = {service_id for service_id, _ in wanted}
    if apart := stands_apart(one for one in town.services if one.id in asked):
        raise NotTogether(service=apart.id)


class NotBookable(Refusal):
    """`service` cannot be booked at this site: it takes walk-ins only, or is not done at its counters."""

    code = "not_bookable"


def is_bookable(service: Service, site: Site) -> bool:
    """Say whether appointments are given for the service here: done at our counters, admitted by both."""
    admits = all(ever_admits(one, WITH_APPOINTMENT, site.id) for one in (service, site))
    return admits and service.channel is Channel.HERE


def choose_bookable(town: Town, site: Site, wanted: Iterable[tuple[str, int]], persons: int = 1) -> Choice:
    """Check a concern that somebody wants to book. Raises what `choose` raises, and `NotBookable`."""
    choice = choose(town, site, wanted, persons, walk_in=False)
    asked = {service_id for service_id, _ in choice.services}
    for service in town.services:  # `choose` has looked whether the site has it
        if service.id in asked and not is_bookable(service, site):
            raise NotBookable(service=service.id)
    return choice


def as_taken(town: Town, site: Site, choice: Choice) -> Choice | None:
    """Return the same concern, part by part, as another set-up takes it: its minutes, its area; or None."""
    try:
        parts = [choose_bookable(town, site, one.services, one.persons) for one in choice.parts]
    except Refusal:
        return None
    then = parts[1] if len(parts) > 1 else None
    return asking(replace(parts[0], then=then, clerk_id=choice.clerk_id), choice.asks)


def asking(choice: Choice, needs: Collection[str]) -> Choice:
    """Return a concern, as the set-up knows it, for somebody with these needs: longer, or in other rooms."""
    asks = OF_THE_TIME.intersection(needs)
    if not asks:
        return choice
    then = None if choice.then is None else asking(choice.then, asks)
    return replace(choice, expected_min=booked_minutes(asks, choice.expected_min), then=then, asks=asks)


def as_soon_as_possible(choice: Choice) -> Choice:
    """Return it without the lead of an interpreter: the desk knows whom to call."""
    then = None if choice.then is None else as_soon_as_possible(choice.then)
    return replace(choice, then=then, asks=choice.asks - WISHES)


def services_by_id(town: Town, site: Site) -> Mapping[str, Service]:
    """Return the services of a site, whatever their channel, by id."""
    return {service.id: service for service in town.services if site.id in service.site_ids}


def required_fields(town: Town, site: Site, service_ids: Collection[str]) -> tuple[str, ...]:
    """Return what whoever books has to tell: the site's fields, and for a talk with a person the subject."""
    is_talk = any(one.named_clerk for one in town.services if one.id in service_ids)
    return (*site.required_fields, "remarks") if is_talk else site.required_fields


def takes_walk_ins(service: Service, site: Site, today: date | None = None) -> bool:
    """Say whether walk-ins may ever come for the service here: done at our counters, admitted by both.

    With `today`, days that are opened by themselves count on that day alone.
    """
    if service.channel is not Channel.HERE:
        return False
    if today is None:
        return all(ever_admits(one, AS_WALK_IN, site.id) for one in (service, site))
    if all(usually_admits(one, AS_WALK_IN, site.id) for one in (service, site)):
        return True
    zone = ZoneInfo(site.time_zone)
    return bool(admitted([site, service], site.id, AS_WALK_IN, span_of(today, today, zone), zone))


def _concern(services: Mapping[str, Service], pairs: Iterable[tuple[str, int]], persons: int) -> Concern:
    wanted = []
    for service_id, count in pairs:
        service = services.get(service_id)
        if service is None:
            raise NotFound(what="service", id=service_id)
        if count > service.max_count:
            raise TooMany(service=service_id, most=service.max_count)
        if count < 1:
            raise BadInput(field="services.count")
        wanted.append(Wanted(service, count))
    try:
        return Concern(tuple(wanted), persons)
    except ConcernError as unfit:
        raise BadInput(field="services", problem=unfit.code) from unfit
