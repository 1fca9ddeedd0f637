"""Figures as open data: `/api/v1/sites/{site}/figures`, for everybody where a site has switched that on.

By whole months that are over, so that nobody works out a small number from two periods that
share days. What must not live here: what may be told (`domain.figures.open_data`).
"""

from datetime import date
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.engine import Connection

from queue_server.domain.access import Act
from queue_server.domain.errors import MonthNotOver, NotFound
from queue_server.domain.figures.monthly import name_of
from queue_server.domain.figures.open_data import may_be_passed_on, tables
from queue_server.domain.figures.period import Length, period_of
from queue_server.services.ports import Answer
from queue_server.web.api import PREFIX, ApiRoute, Call


class MonthOfFigures(BaseModel):
    """Which month, as `2026-03`; without it the last one that is over, so that an address stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    month: str | None = Field(
        default=None,
        pattern=r"^20[2-9][0-9]-(0[1-9]|1[0-2])$",
        description="A month that is over; the last one, where none is named.",
    )


class FiguresRow(TypedDict):
    """Counts and times of one key; null: not told, for it would be of fewer than five."""

    key: str
    visits: int | None
    from_appointment: int | None
    served: int | None
    not_there: int | None
    cancelled: int | None
    left: int | None
    late: int | None
    bookings: int | None
    bookings_outside: int | None
    appointments: int | None
    missed: int | None
    found_nothing: int | None
    from_kiosk: int | None
    from_desk: int | None
    from_integration: int | None
    by_portal: int | None
    by_kiosk: int | None
    by_desk: int | None
    by_api: int | None
    told: int | None
    told_held: int | None
    no_concern: int | None
    calls: int | None
    calls_confirmed: int | None
    calls_fetched: int | None
    open_min: int | None
    busy_min: int | None
    capacity_min: int | None
    booked_min: int | None
    wait_median_min: int | None
    wait_p90_min: int | None
    delay_median_min: int | None
    delay_p90_min: int | None
    way_median_min: int | None
    way_p90_min: int | None
    service_median_min: int | None
    service_p90_min: int | None
    earliest_days: int | None
    days_looked: int | None
    days_none_free: int | None


class Figures(TypedDict):
    """A month of a site: as a whole, by service, by weekday (`1` is Monday) and by local hour."""

    site: str
    first: str
    last: str
    total: list[FiguresRow]
    by_service: list[FiguresRow]
    by_weekday: list[FiguresRow]
    by_hour: list[FiguresRow]


async def see_figures(call: Call) -> Answer:
    """Return a month's figures, small numbers left out; 404 where the site does not tell any.

    Nor of a month of which nothing was counted, which is not nought. Nor while a day of it is not counted:
    from before and after, that day could be worked out.
    """
    house, site = call.house, call.house.site(call.site_id)
    if not site.open_figures:
        raise NotFound(what="figures")
    zone, now = ZoneInfo(site.time_zone), house.clock()
    today = now.astimezone(zone).date()
    month = last = period_of(Length.MONTH, today).shifted(-1)
    if call.query.month is not None:
        month = period_of(Length.MONTH, date.fromisoformat(f"{call.query.month}-01"))
    if not may_be_passed_on(month, 1, True, today):
        raise MonthNotOver(last=name_of(last))

    def read(conn: Connection) -> dict[str, list[Any]]:
        if not house.figures.is_counted(conn, site.id, month):
            raise NotFound(what="figures")
        found = house.figures.gather(conn, {site.id: zone}, month, None, now)
        if found.is_empty:
            raise NotFound(what="figures")
        return tables(found)

    blank = dict.fromkeys(FiguresRow.__annotations__)
    told = {name: [blank | row for row in rows] for name, rows in (await house.read(read)).items()}
    return {"site": site.id, "first": month.first.isoformat(), "last": month.last.isoformat(), **told}


ROUTES = [
    ApiRoute(
        "GET",
        f"{PREFIX}/sites/{{site}}/figures",
        see_figures,
        Act.SEE_SITE,
        "site",
        answer=Figures,
        query=MonthOfFigures,
        refusals=("month_not_over",),
        tag="hall",
    ),
]
