"""What people ask of the sample town on a usual day, at each of its sites.

What must not live here: when they come and who they are (`demo_days`, `demo_people`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Wanted:
    """A service as people ask for it on a usual day: so many walk in, so many book.

    `takes` is how long it really takes against the minutes that are set up; `lacks`: in which share of the
    visits the `document`-th of its documents is missing. Its first free time lies `ahead` days ahead.
    """

    service_id: str
    walk_ins: float
    booked: float
    ahead: int = 1
    takes: float = 1.0
    lacks: float = 0.0
    document: int = 0


WANTED: Final[Mapping[str, tuple[Wanted, ...]]] = {
    "rathaus": (
        Wanted("id-card", 5, 10, takes=1.3, lacks=0.12, document=1),
        Wanted("passport", 3, 6, takes=1.1, lacks=0.08, document=1),
        Wanted("id-docs-pickup", 15, 0),
        Wanted("residence-register", 6, 5, takes=0.75, lacks=0.16, document=1),
        Wanted("registration-certificate", 6, 0),
        Wanted("criminal-record", 4, 2),
        Wanted("certify-copies-5", 2, 2),
        Wanted("resident-parking", 6, 4, 2, takes=0.9, lacks=0.07),
        Wanted("driving-licence-exchange", 4, 4, 3, lacks=0.1, document=1),
        Wanted("driving-licence-pickup", 5, 0),
        Wanted("business-register", 2, 2, 2, takes=1.2),
        Wanted("cashier", 3, 0, takes=0.8),
        Wanted("civil-certificate", 4, 3, 2, takes=0.9),
        Wanted("birth-register", 2, 2, 2, lacks=0.15),
        Wanted("marriage-register", 0, 2.5, 6),
        Wanted("church-exit", 1, 2, 2),
        Wanted("housing-benefit", 2, 4, 5, lacks=0.2, document=1),
        Wanted("disability-card", 3, 2, 3),
        Wanted("pension-advice", 0, 2, 7),
    ),
    "buergerzentrum": (
        Wanted("id-card", 5, 9, takes=1.3, lacks=0.1, document=1),
        Wanted("passport", 2, 5, takes=1.1, lacks=0.08, document=1),
        Wanted("id-docs-pickup", 11, 0),
        Wanted("residence-register", 5, 4, takes=0.75, lacks=0.14, document=1),
        Wanted("registration-certificate", 5, 0),
        Wanted("criminal-record", 3, 2),
    ),
}
SOUGHT: Final = ("passport", "id-card", "residence-register")
"""For these no free time is found now and then."""
