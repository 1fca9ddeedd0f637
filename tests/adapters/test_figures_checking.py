"""Figures that are kept otherwise than the log tells are found, and mended by counting anew."""

from datetime import date

import sqlalchemy as sa

from queue_server.adapters.checking import Difference, check_database
from queue_server.adapters.database import Database
from queue_server.adapters.tables.figures import DAY_FIGURES
from queue_server.domain.figures.tally import Tally, to_json
from tests.adapters.test_day_figures import FIRST, keep_all, live
from tests.services.booking_hall import Booker
from tests.town_hall import booking_town


def differences(database: Database) -> list[Difference]:
    checks = check_database(database, figures=True)
    return [one for check in checks for one in check.differences if one.thing == "figures"]


def test_a_changed_figure_is_found_and_counting_anew_mends_it(database: Database) -> None:
    """Failure 24: statistics equal the events."""
    hand = Booker(database, booking_town())
    live(hand)
    keep_all(hand)
    assert differences(database) == []
    more = Tally()
    more.count("visits", "pass", 9, 99)
    changed = sa.update(DAY_FIGURES).where(DAY_FIGURES.c.business_day == FIRST)
    database.write(lambda c: c.execute(changed.values(body=to_json(more))))
    found = differences(database)
    assert {one.day for one in found} == {date(2026, 3, 3)}
    assert "visits" in {one.field for one in found}
    database.write(lambda c: c.execute(changed.values(version=0)))
    assert differences(database) == [], "of another version: it is counted anew some day"
    keep_all(hand)
    assert differences(database) == []
