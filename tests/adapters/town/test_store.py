"""A town's set-up in the database: what comes back is what was stored, and nothing is overwritten."""

from dataclasses import replace
from datetime import date, time
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.store import SETTING, STREAM, config_version, load_towns, save_town
from queue_server.domain.town import Absence, CheckIn, Closure, RosterEntry, Town
from tests.town_hall import at, the_town

NOW = at("08:00")
NESTED = ("counters", "rooms", "roster")


@pytest.mark.parametrize("town", [the_town(), sample_town()], ids=["small", "sample"])
def test_a_town_comes_back_as_it_was(database: Database, town: Town) -> None:
    database.write(lambda c: save_town(c, town, NOW))
    assert database.read(load_towns) == {town.id: town}


def test_saving_the_same_again_changes_nothing(database: Database) -> None:
    assert database.write(lambda c: save_town(c, the_town(), NOW)) > 0
    version = database.read(config_version)
    assert database.write(lambda c: save_town(c, the_town(), NOW)) == 0
    assert database.read(config_version) == version


def test_only_what_changed_gets_a_new_version_and_the_old_one_stays(database: Database) -> None:
    database.write(lambda c: save_town(c, the_town(), NOW))
    closed = the_town(closures=(Closure(date(2026, 12, 24), {"de": "Heiligabend"}),))
    assert database.write(lambda c: save_town(c, closed, NOW)) == 1
    query = sa.select(SETTING.c.version).where(SETTING.c.kind == "site", SETTING.c.id == "hall")
    assert sorted(database.read(lambda c: c.execute(query).scalars().all())) == [1, 2]
    assert database.read(load_towns)["town"] == closed


def test_a_set_up_that_was_stored_before_bookings_has_the_usual_values(database: Database) -> None:
    town = the_town()
    database.write(lambda c: save_town(c, town, NOW))
    new = {"check_in", "required_fields", "holidays", "bookable_from", "bookable_until", "lead_min"}
    new |= {"walk_in_share", "admission_notice", "come_early_min", "named_clerk", "absences"}
    new |= {"valid_from", "valid_until", "kiosk_fields", "max_open_bookings", "max_daily_bookings"}
    new |= {"confirm_first", "confirm_hours_before", "email", "challenge", "challenge_above"}
    new |= {"admission_times", "field_reasons", "languages", "sensitive", "combines"}
    new |= {"confirm_by_mail", "confirm_within_min", "reminder_default", "sms", "erase_days"}
    new |= {"interpreter_languages", "interpreter_days"}
    database.write(partial(make_older, names=new))
    stored = database.read(lambda c: str(c.execute(sa.select(SETTING.c.body)).scalars().all()))
    assert not any(f"'{name}'" in stored for name in new)
    assert database.read(load_towns) == {town.id: town}


def test_what_a_newer_version_has_stored_outlives_a_save(database: Database) -> None:
    """After going back a version, what only the newer one knows rests and is not lost."""
    town = the_town()
    clerk = replace(town.clerks[0], roster=(RosterEntry(0, time(8), time(12), "hall"),))
    town = replace(town, clerks=(clerk, *town.clerks[1:]))
    database.write(lambda c: save_town(c, town, NOW))
    database.write(make_newer)
    known = newest_bodies(database)
    assert database.write(lambda c: save_town(c, town, NOW)) == 0
    site = replace(town.sites[0], name={"de": "Neues Haus"}, counters=town.sites[0].counters[::-1])
    clerk = replace(clerk, roster=(RosterEntry(1, time(8), time(12), "hall"), *clerk.roster))
    changed = replace(town, sites=(site, *town.sites[1:]), clerks=(clerk, *town.clerks[1:]))
    assert database.write(lambda c: save_town(c, changed, NOW)) == 2
    stored = newest_bodies(database)
    assert stored["site", site.id]["newer"] == "kept"
    assert all(one["newer"] == "kept" for one in stored["site", site.id]["counters"])
    assert [one.get("newer") for one in stored["clerk", clerk.id]["roster"]] == [None, "kept"]
    untouched = known.keys() - {("site", site.id), ("clerk", clerk.id)}
    assert {key: stored[key] for key in untouched} == {key: known[key] for key in untouched}
    assert database.read(load_towns)["town"] == changed


def make_newer(connection: sa.Connection) -> None:
    for kind, id_, body in connection.execute(sa.select(SETTING.c.kind, SETTING.c.id, SETTING.c.body)).all():
        same = (SETTING.c.kind == kind) & (SETTING.c.id == id_)
        lists = {name: [one | {"newer": "kept"} for one in body[name]] for name in NESTED if name in body}
        new = body | lists | {"newer": "kept"}
        connection.execute(sa.update(SETTING).where(same).values(body=new))


def newest_bodies(database: Database) -> dict[tuple[str, str], Any]:
    query = sa.select(SETTING.c.kind, SETTING.c.id, SETTING.c.body).order_by(SETTING.c.version)
    return {(row.kind, row.id): row.body for row in database.read(lambda c: c.execute(query).all())}


def make_older(connection: sa.Connection, names: set[str]) -> None:
    for kind, id_, body in connection.execute(sa.select(SETTING.c.kind, SETTING.c.id, SETTING.c.body)).all():
        same = (SETTING.c.kind == kind) & (SETTING.c.id == id_)
        connection.execute(sa.update(SETTING).where(same).values(body=without(body, names)))


def without(body: Any, names: set[str]) -> Any:
    """The stored value as it was before it had these fields."""
    if isinstance(body, list):
        return [without(one, names) for one in body]
    if isinstance(body, dict):
        return {name: without(one, names) for name, one in body.items() if name not in names}
    return body


def test_what_bookings_need_comes_back(database: Database) -> None:
    town = the_town(holidays="SN", check_in=CheckIn.AUTOMATIC, bookable_from=date(2026, 9, 1))
    clerk = replace(
        town.clerks[0],
        roster=(RosterEntry(0, time(8), time(0), "hall", valid_from=date(2026, 9, 1)),),
        absences=(Absence(date(2026, 8, 3), date(2026, 8, 14)),),
    )
    service = replace(town.services[0], bookable_until=date(2026, 12, 31), named_clerk=True)
    town = replace(town, clerks=(clerk, *town.clerks[1:]), services=(service, *town.services[1:]))
    database.write(lambda c: save_town(c, town, NOW))
    assert database.read(load_towns) == {town.id: town}


def test_what_is_removed_keeps_its_history_and_may_return(database: Database) -> None:
    town = the_town()
    database.write(lambda c: save_town(c, town, NOW))
    smaller = replace(town, services=town.services[:1])
    database.write(lambda c: save_town(c, smaller, NOW))
    assert database.read(load_towns)["town"].services == smaller.services
    database.write(lambda c: save_town(c, town, NOW))
    assert database.read(load_towns)["town"] == town


def test_a_new_site_begins_its_log_at_nothing(database: Database) -> None:
    town = the_town()
    database.write(lambda c: save_town(c, replace(town, sites=town.sites[:1]), NOW))
    database.write(lambda c: save_town(c, town, NOW))
    streams = database.read(lambda c: c.execute(sa.select(STREAM.c.site_id, STREAM.c.seq)).all())
    assert sorted(tuple(row) for row in streams) == [("annex", 0), ("hall", 0)]


def test_two_towns_do_not_mix(database: Database) -> None:
    """Failure 15."""
    other = replace(the_town(), id="other", sites=(), departments=(), categories=(), services=(), clerks=())
    database.write(lambda c: save_town(c, the_town(), NOW))
    database.write(lambda c: save_town(c, other, NOW))
    assert database.read(load_towns) == {"town": the_town(), "other": other}
