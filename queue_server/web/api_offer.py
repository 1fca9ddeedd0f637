"""What can be booked, for town portals and everybody: `/api/v1/sites/{site}/months`, `times`, `earliest`."""

from collections.abc import Callable
from typing import TypeVar

from queue_server.domain.access import Act
from queue_server.services import offer
from queue_server.services.concerns import Choice, require_together
from queue_server.services.named_clerks import with_clerk
from queue_server.services.ports import Answer, Unit
from queue_server.web import answers_booking as answers
from queue_server.web import models_booking as models
from queue_server.web.api import PREFIX, ApiRoute, Call, Handler

T = TypeVar("T")


async def see_month(call: Call) -> Answer:
    """Return a sheet of days: free, full, closed with the reason, past, not open yet."""
    return await _offered(call, lambda unit, c: offer.month(unit, c, call.query.first, call.query.last))


async def see_times(call: Call) -> Answer:
    """Return the free times of a day."""
    return await _offered(call, lambda unit, choice: offer.times(unit, choice, call.query.day))


async def see_earliest(call: Call) -> Answer:
    """Return the first free times."""
    query = call.query
    return await _offered(
        call,
        lambda unit, choice: offer.earliest(unit, choice, query.count, query.after_work, query.day),
    )


async def _offered(call: Call, look: Callable[[Unit, Choice], T]) -> T:
    query = call.query

    def work(unit: Unit) -> T:
        require_together(unit.eras.offered[0], query.pairs())
        choice = offer.choose_bookable(*unit.eras.offered, query.pairs(), query.persons)
        return look(unit, with_clerk(*unit.eras.offered, choice, query.clerk))

    return await call.house.sequencer.look(call.site_id, work)


def _route(name: str, handler: Handler, answer: type, query: type[models.Query]) -> ApiRoute:
    return ApiRoute(
        "GET",
        f"{PREFIX}/sites/{{site}}/{name}",
        handler,
        Act.SEE_OFFER,
        "site",
        answer=answer,
        query=query,
        refusals=("not_bookable", "not_together", "too_many"),
        tag="booking",
    )


ROUTES = [
    _route("months", see_month, answers.OfferedMonth, models.MonthQuery),
    _route("times", see_times, answers.OfferedTimes, models.TimesQuery),
    _route("earliest", see_earliest, answers.EarliestTimes, models.EarliestQuery),
]
