"""What stands on the monthly sheet of figures, in words: for its page and its mail.

What must not live here: whose figures one may see, drawing, sending.
"""

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import Any, Final

from queue_server.domain.figures.gathered import Gathered, by_service, earliest
from queue_server.domain.figures.period import Period
from queue_server.domain.figures.tally import NOBODYS, Tally
from queue_server.domain.town import Town, in_language
from queue_server.web import figures_shown as shown
from queue_server.web.booking_dates import plain_date
from queue_server.web.texts import Texts

REPORT: Final = "/admin/figures/report"
KEYS: Final = ("visits", "wait", "wait_p90", "outside", "missed", "found_nothing")
LINES: Final = 38
"""So many lines of a table fit on the sheet, between its title and what stands below."""
LONG_NAME: Final = 36
LONG_VALUE: Final = 19
"""Of so many letters a name or a value takes a second line."""
WANTED: Final = ("visits", "bookings", "found_nothing")
Line = tuple[str, list[str]]


def sheet(say: Texts, town: Town, month: Period, found: list[Gathered], today: date) -> dict[str, Any]:
    """Return what stands on the sheet. `found`: the month, the one before, the same of last year."""
    tallies = [one.whole() for one in found]
    values = [shown.keys_of(say, one) for one in tallies]
    names = KEYS + (("no_concern",) if found[0].is_whole else ())
    keys = [(say(f"figures.{name}"), [one[name] for one in values]) for name in names]
    came, booked = _ways(say, tallies, "came"), _ways(say, tallies, "booked")
    concerns = _concerns(say, town, tallies)
    fitting = _fitting(concerns, LINES - _height([*keys, *came, *booked]) - 3)
    return {
        "title": say("figures.report_title", month=shown.title_of(say, month)),
        "made": say("figures.report_made", day=plain_date(today, say.language)),
        "heads": [shown.title_of(say, one.period) for one in found],
        "keys": keys,
        "came": came,
        "booked": booked,
        "earliest": concerns[:fitting],
        "left_out": say("figures.report_left_out", n=left_out)
        if (left_out := len(concerns) - fitting)
        else "",
        "is_empty": found[0].is_empty,
    }


def _height(rows: Sequence[Line]) -> int:
    """Return how many lines some rows take; what is too long for one line is broken."""
    return sum(
        max(-(-len(name) // LONG_NAME), *(-(-len(value) // LONG_VALUE) for value in values))
        for name, values in rows
    )


def _fitting(rows: Sequence[Line], lines: int) -> int:
    """Return how many rows find room in so many lines."""
    return sum(height <= lines for height in accumulate(_height([row]) for row in rows))


def _ways(say: Texts, tallies: list[Tally], which: str) -> list[Line]:
    """Return the shares of each way, in all three months."""
    found = [{one["name"]: one["share"] for one in shown.ways(say, tally)[which]} for tally in tallies]
    names = dict.fromkeys(name for one in found for name in one)
    return [(name, [one.get(name, shown.NOTHING) for one in found]) for name in names]


def _concerns(say: Texts, town: Town, tallies: list[Tally]) -> list[Line]:
    """Return in how many days the next free time lay, for all that somebody wanted, the most first."""
    names = {one.id: in_language(one.name, say.language) for one in town.services}
    months = [by_service(one) for one in tallies]
    asked = [
        (wanted, id_)
        for id_, one in months[0].items()
        if id_ != NOBODYS and earliest(one).looked and (wanted := sum(map(one.sum, WANTED)))
    ]
    return [
        (
            names.get(id_, id_),
            [
                shown.earliest_words(say, earliest(one))
                for one in (month.get(id_, Tally()) for month in months)
            ],
        )
        for _, id_ in sorted(asked, key=lambda one: (-one[0], one[1]))
    ]
