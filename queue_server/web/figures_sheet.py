"""What stands on the monthly sheet of figures, in words: for its page and its mail.

What must not live here: whose figures one may see, drawing, sending.
"""

from datetime import date
from typing import Any, Final

from queue_server.domain.figures.gathered import Gathered, by_service, times
from queue_server.domain.figures.period import Period
from queue_server.domain.figures.tally import NOBODYS, Tally
from queue_server.domain.town import Town, in_language
from queue_server.web import figures_shown as shown
from queue_server.web.booking_dates import plain_date
from queue_server.web.texts import Texts

REPORT: Final = "/admin/figures/report"
KEYS: Final = ("visits", "wait", "wait_p90", "outside", "missed", "found_nothing")
MOST_SERVICES: Final = 14
"""So many concerns fit on the sheet; those most come for."""


def sheet(say: Texts, town: Town, month: Period, found: list[Gathered], today: date) -> dict[str, Any]:
    """Return what stands on the sheet. `found`: the month, the one before, the same of last year."""
    tallies = [one.whole() for one in found]
    values = [shown.keys_of(say, one) for one in tallies]
    return {
        "title": say("figures.report_title", month=shown.title_of(say, month)),
        "made": say("figures.report_made", day=plain_date(today, say.language)),
        "heads": [shown.title_of(say, one.period) for one in found],
        "keys": [(say(f"figures.{name}"), [one[name] for one in values]) for name in KEYS],
        "came": _ways(say, tallies, "came"),
        "booked": _ways(say, tallies, "booked"),
        "earliest": _earliest(say, town, tallies),
        "is_empty": not tallies[0].counts and not tallies[0].times,
    }


def _ways(say: Texts, tallies: list[Tally], which: str) -> list[tuple[str, list[str]]]:
    """Return the shares of each way, in all three months."""
    found = [{one["name"]: one["share"] for one in shown.ways(say, tally)[which]} for tally in tallies]
    names = dict.fromkeys(name for one in found for name in one)
    return [(name, [one.get(name, shown.NOTHING) for one in found]) for name in names]


def _earliest(say: Texts, town: Town, tallies: list[Tally]) -> list[tuple[str, list[str]]]:
    """Return for the concerns most come for in how many days the next free time lay."""
    names = {one.id: in_language(one.name, say.language) for one in town.services}
    months = [by_service(one) for one in tallies]
    looked = [
        (one.sum("visits") + one.sum("bookings"), id_)
        for id_, one in months[0].items()
        if id_ != NOBODYS and (times(one, "earliest").count or one.sum("none_free"))
    ]
    return [
        (
            names.get(id_, id_),
            [
                shown.earliest_words(say, times(one, "earliest"), one.sum("none_free"))
                for one in (month.get(id_, Tally()) for month in months)
            ],
        )
        for _, id_ in sorted(looked, key=lambda one: (-one[0], one[1]))[:MOST_SERVICES]
    ]
