"""Each state closes on its own public holidays, named in both languages; nothing here is a stand-in."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from holidays.countries.germany import Germany

from queue_server.adapters.database import Database
from queue_server.adapters.store import Store
from queue_server.adapters.town.file import to_toml
from queue_server.adapters.town.public_holidays import STATES, closed_days, with_holidays
from queue_server.adapters.town.store import load_towns, save_town
from queue_server.domain.town import Closure
from queue_server.domain.town_diff import diff
from tests.domain.town_builders import a_site, a_town


def of_2026(state: str) -> dict[date, str]:
    """Day → German name in 2026."""
    return {on: name["de"] for on, name in closed_days(state, date(2026, 1, 1), date(2026, 12, 31)).items()}


def test_the_states_are_those_that_the_library_knows() -> None:
    assert set(Germany.subdivisions) == STATES


def test_saxony_has_repentance_and_reformation_day() -> None:
    """Failure 8: a public holiday is never offered, and each state has its own."""
    days = of_2026("SN")
    assert days[date(2026, 11, 18)] == "Buß- und Bettag"
    assert days[date(2026, 10, 31)] == "Reformationstag"
    assert date(2026, 1, 6) not in days
    assert len(days) == 11


def test_bavaria_has_epiphany_and_saxony_s_days_are_working_days() -> None:
    days = of_2026("BY")
    assert days[date(2026, 1, 6)] == "Heilige Drei Könige"
    assert not days.keys() & {date(2026, 11, 18), date(2026, 10, 31)}


def test_what_holds_in_some_municipalities_only_is_left_to_closures() -> None:
    assert date(2026, 6, 4) not in of_2026("SN")  # Corpus Christi, in some Sorbian villages
    assert date(2026, 8, 15) not in of_2026("BY")  # Assumption Day, where most are Catholic


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_has_the_nine_common_days_with_both_names(state: str) -> None:
    days = closed_days(state, date(2027, 1, 1), date(2027, 12, 31))
    assert {date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 3), date(2027, 12, 25)} <= days.keys()
    assert len(days) >= 9
    assert all(name.keys() == {"de", "en"} and all(name.values()) for name in days.values())
    assert days[date(2027, 3, 26)] == {"de": "Karfreitag", "en": "Good Friday"}


def test_both_ends_of_the_stretch_count_and_the_year_s_end_is_crossed() -> None:
    days = closed_days("SN", date(2026, 12, 26), date(2027, 1, 1))
    assert list(days) == [date(2026, 12, 26), date(2027, 1, 1)]


def test_two_holidays_on_one_day_are_both_named() -> None:
    (names,) = closed_days("SN", date(2008, 5, 1), date(2008, 5, 1)).values()
    assert {"Christi Himmelfahrt", "Erster Mai"} == set(names["de"].split("; "))


def test_a_town_that_runs_knows_the_holidays_of_the_years_to_come() -> None:
    plain = a_town(sites=(a_site(holidays="SN"), a_site("annexe")))
    town = with_holidays(plain, date(2027, 6, 1))
    days = [closure.on for closure in town.sites[0].holiday_dates]
    assert (days[0], days[-1]) == (date(2026, 1, 1), date(2031, 12, 26))
    assert (
        Closure(date(2027, 3, 26), {"de": "Karfreitag", "en": "Good Friday"}) in town.sites[0].holiday_dates
    )
    assert town.sites[1].holiday_dates == ()


def test_holidays_are_no_part_of_the_set_up(database: Database) -> None:
    """What is computed must not come back as if somebody had set it up."""
    plain = a_town(sites=(a_site(holidays="SN"),))
    town = with_holidays(plain, date(2027, 6, 1))
    assert diff(plain, town) == []
    assert to_toml(town) == to_toml(plain)
    now = datetime(2027, 6, 1, tzinfo=UTC)
    assert database.write(lambda c: save_town(c, plain, now)) > 0
    assert database.write(lambda c: save_town(c, town, now)) == 0
    (stored,) = database.read(load_towns).values()
    assert stored.sites[0].holiday_dates == ()


def test_the_store_of_a_running_server_has_the_holidays(database: Database) -> None:
    """Failure 8: they hold although nobody typed them in."""
    store = Store(database)
    now = datetime(2027, 6, 1, tzinfo=UTC)
    database.write(lambda c: save_town(c, a_town(sites=(a_site(holidays="SN"),)), now))
    store.reload_settings()
    (town, site) = store.sites["hall"]
    assert date(2026, 11, 18) in {closure.on for closure in site.holiday_dates}
    assert town.sites == (site,)


def test_reading_a_town_does_not_load_the_library_and_no_state_has_no_holidays() -> None:
    code = (
        "import sys; from datetime import date;"
        "from queue_server.adapters.town import file, public_holidays;"
        "file.sample_town();"
        "assert public_holidays.closed_days('', date(2026, 1, 1), date(2026, 12, 31)) == {};"
        "assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
