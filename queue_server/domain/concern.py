"""The concern of one visit: which services, how many of each, for how many persons, and how long that takes.

What must not live here: what is offered today, and who can do it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from queue_server.domain.town import Combines, Service

CELL_MIN: Final = 5
"""Time is planned in cells of five minutes."""


class ConcernError(ValueError):
    """A concern that no visitor may have; `code` is stable, `service_id` names the culprit, if any."""

    def __init__(self, code: str, service_id: str | None = None) -> None:
        super().__init__(code if service_id is None else f"{code}: {service_id}")
        self.code = code
        self.service_id = service_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """One service of a concern with its count, 1 … `service.max_count`."""

    service: Service
    count: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.count <= self.service.max_count:
            raise ConcernError("count_out_of_range", self.service.id)


@dataclass(frozen=True, slots=True)
class Concern:
    """The services of one visit, each once with its count, and the number of persons."""

    wanted: tuple[Wanted, ...]
    persons: int = 1

    def __post_init__(self) -> None:
        if not self.wanted:
            raise ConcernError("no_service")
        if self.persons < 1:
            raise ConcernError("persons_out_of_range")
        ids = [one.service.id for one in self.wanted]
        for service_id in ids:
            if ids.count(service_id) > 1:
                raise ConcernError("service_twice", service_id)


def stands_apart(services: Iterable[Service]) -> Service | None:
    """Return a service that may not be in one concern with all the others; None when they go together."""
    asked = tuple(services)
    for one in asked:
        others = [other for other in asked if other.id != one.id]
        if not all(_goes_with(one, other) for other in others):
            return one
    return None


def _goes_with(one: Service, other: Service) -> bool:
    if one.combines is Combines.DEPARTMENT:
        return one.department_id == other.department_id
    if one.combines is Combines.CATEGORY:
        return one.category_id == other.category_id
    return one.combines is Combines.ANY


def duration(concern: Concern) -> timedelta:
    """Return how long the concern takes: the sum over its services, rounded up to whole cells.

    Only the sum is rounded: three certificates of three minutes take ten minutes, not fifteen.
    """
    minutes = sum(map(_minutes, concern.wanted))
    return timedelta(minutes=-(-minutes // CELL_MIN) * CELL_MIN)


def _minutes(wanted: Wanted) -> int:
    service = wanted.service
    return service.minutes + max(0, wanted.count - service.included) * service.further_minutes
