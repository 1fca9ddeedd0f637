"""What the measured times say of the minutes that are set up: a proposal, never more.

Few data change little (empirical Bayes): how far the services of the town lie from their minutes on the
whole tells how much a single one is believed. What must not live here: applying a proposal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from queue_server.domain.concern import CELL_MIN
from queue_server.domain.durations.measured import Measured
from queue_server.domain.town import Service

LEAST_APART: Final = 0.15
"""Minutes are set up by people: off by a sixth they are at least, however right the others are."""
MOST_APART: Final = 0.7
SURE: Final = 1.28
"""So many standard errors the minutes must lie apart before a change is proposed: nine times in ten right."""
FURTHER_COUNTS: Final = 30
"""So many visits with further ones weigh as much as what is set up."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """New minutes for a service; what is not proposed is as it is set up. `believed` is before rounding."""

    service_id: str
    minutes: int
    further_minutes: int
    believed: float

    def differs(self, service: Service) -> bool:
        """Say whether anything would change."""
        return (self.minutes, self.further_minutes) != (service.minutes, service.further_minutes)


def apart(measured: Mapping[str, Measured], services: Iterable[Service]) -> float:
    """Return how far true and set-up minutes usually lie apart in the town, as a part of the logarithm."""
    squares = [
        log(found.planned / one.minutes) ** 2 - found.uncertainty**2
        for one in services
        if (found := measured.get(one.id)) is not None and one.minutes
    ]
    variance = sum(squares) / len(squares) if squares else 0.0
    return sqrt(min(max(variance, LEAST_APART**2), MOST_APART**2))


def propose(service: Service, found: Measured, apart_by: float) -> Proposal:
    """Return what should be set up for a service; equal to what is where nothing surely differs."""
    off = log(found.planned / max(service.minutes, 1))
    trust = apart_by**2 / (apart_by**2 + found.uncertainty**2)
    believed = max(service.minutes, 1) * exp(off * trust)
    sure = abs(off) > SURE * found.uncertainty
    minutes = rounded(believed, service.minutes) if sure else service.minutes
    return Proposal(service.id, minutes, _further(service, found), believed)


def rounded(minutes: float, as_now: int) -> int:
    """Return whole minutes; in steps of five where those of now are such: time is planned in these."""
    step = 1 if as_now % CELL_MIN else CELL_MIN
    return max(round(minutes / step) * step, step)


def proposals(measured: Mapping[str, Measured], services: Iterable[Service]) -> dict[str, Proposal]:
    """Return the proposals for all services of which something else than what is set up is proposed."""
    services = list(services)
    by = apart(measured, services)
    made = ((one, propose(one, measured[one.id], by)) for one in services if one.id in measured)
    return {one.id: proposal for one, proposal in made if proposal.differs(one)}


def _further(service: Service, found: Measured) -> int:
    if found.further is None or service.max_count <= service.included:
        return service.further_minutes
    trust = found.further.count / (found.further.count + FURTHER_COUNTS)
    believed = service.further_minutes + trust * (found.further.minutes - service.further_minutes)
    step = 1 if service.further_minutes % CELL_MIN else CELL_MIN
    return round(believed / step) * step
