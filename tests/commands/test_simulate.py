"""`aufruf simulate`: a recorded day and one to come, in figures that say how sure they are."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice

import pytest
import sqlalchemy as sa

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.domain import events as e
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.events import Recorded, payload_of
from queue_server.domain.simulation.demand import Demand, Habits, a_day
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import DayPlan, Desk, Visitor
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place
from tests.domain.builders import DAY, at
from tests.domain.simulation.plans import MIX_SKILLS, a_desk, a_drawn_day, a_plan, a_visitor

ON_SQLITE = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
WEEK_LATER = date(2026, 3, 10)


def remember(place: Place, log: Sequence[Recorded], on: date) -> str:
    """Write a day into the log of the town's first site; return the site."""

    def write(connection: sa.Connection) -> str:
        site_id, organisation_id = connection.execute(
            sa.select(STREAM.c.site_id, STREAM.c.organisation_id).order_by(STREAM.c.site_id)
        ).first() or ("", "")
        rows = [
            {
                "site_id": site_id,
                "seq": one.seq,
                "organisation_id": organisation_id,
                "at": one.at,
                "business_day": on,
                "type": one.event.type,
                "payload": payload_of(one.event),
            }
            for one in log
        ]
        connection.execute(EVENT.insert(), rows)
        return str(site_id)

    with place.database() as database:
        return database.write(write)


@ON_SQLITE
def test_a_recorded_day_is_told_as_it_was_and_as_it_might_have_been(place: Place, aufruf: Aufruf) -> None:
    site = remember(place, live(a_drawn_day(1), Ours()).log, DAY)
    words = ["simulate", "--site", site, "--day", str(DAY), *place.words]
    told = json.loads(aufruf(*words, "--json").out)
    was, again = told["rows"]
    assert told["source"] == "recorded"
    assert was["mean"] == again["mean"], "nothing was changed, so nothing changes"
    fewer = json.loads(aufruf(*words, "--counters", "3", "--json").out)["rows"][1]
    assert fewer["counters"] == 3
    assert fewer["mean"]["value"] > was["mean"]["value"]
    table = aufruf(
        *words, "--rule", "ours", "first-come", "--counter-open", "8-12", "--counter-open", "12:30-17"
    )
    assert [line.split()[0] for line in table.out.splitlines()[3:]] == ["as", "ours", "first-come"]


@ON_SQLITE
def test_the_running_day_is_no_recorded_one(place: Place, aufruf: Aufruf) -> None:
    """At ten in the morning it would be a day on which nobody came after ten."""
    today = datetime.now(UTC).date() + timedelta(days=1)  # wherever the town lies
    site = remember(place, live(a_drawn_day(1), Ours()).log, today)
    said = aufruf(
        "simulate", "--site", site, "--day", str(today), "--visitors", "9", "--counters", "2", *place.words
    )
    assert "as it was" not in said.out


@ON_SQLITE
def test_a_day_of_one_counter_tells_nothing_of_its_clerk(place: Place, aufruf: Aufruf) -> None:
    """However the day is arranged: what the clerk did could be read from another arrangement."""
    plan = replace(a_drawn_day(1), desks=(a_desk("c1", skills=MIX_SKILLS),))
    site = remember(place, live(plan, Ours()).log, DAY)
    words = ["simulate", "--site", site, "--day", str(DAY), "--counters", "2", *place.words]
    rows = json.loads(aufruf(*words, "--json").out)["rows"]
    assert [row["counters"] for row in rows] == [1, 2]
    for row in rows:
        assert row["idle_percent"]["value"] is row["overtime_min"]["value"] is None
        assert row["p90"]["value"] is not None


@ON_SQLITE
@pytest.mark.parametrize(("how_many", "told"), [(4, (False, False)), (12, (True, False)), (24, (True, True))])
def test_a_recorded_day_with_few_visits_tells_no_waits(
    place: Place, aufruf: Aufruf, how_many: int, told: tuple[bool, bool]
) -> None:
    """Nine of ten of twelve is one of them; of four even the middle is."""
    drawn = a_drawn_day(1)
    plan = replace(drawn, visitors=drawn.visitors[:how_many])
    site = remember(place, live(plan, Ours()).log, DAY)
    said = json.loads(aufruf("simulate", "--site", site, "--day", str(DAY), "--json", *place.words).out)
    for row in said["rows"]:
        assert tuple(row[what]["value"] is not None for what in ("median", "p90")) == told


@ON_SQLITE
def test_a_recorded_day_turns_people_away_when_it_is_cut_short(place: Place, aufruf: Aufruf) -> None:
    site = remember(place, live(a_drawn_day(1), Ours()).log, DAY)
    words = ["simulate", "--site", site, "--day", str(DAY), *place.words]
    cut = json.loads(aufruf(*words, "--counter-open", "9-12", "--json").out)["rows"]
    assert cut[0]["turned_away"]["value"] == 0
    assert cut[1]["turned_away"]["value"] > 50
    assert cut[1]["overtime_min"]["value"] < 240
    assert cut[1]["lacking"]
    rostered = json.loads(aufruf(*words, "--roster", "9-17; 9-12, 13-17; 9-17; 9-17", "--json").out)["rows"]
    assert rostered[1]["counters"] == 4
    assert rostered[1]["turned_away"]["value"] < cut[1]["turned_away"]["value"]
    assert aufruf(*words, "--roster", "9-17", "--counters", "2").status == 2


@ON_SQLITE
def test_how_many_counters_it_takes_is_answered_from_the_days_before(place: Place, aufruf: Aufruf) -> None:
    plan = replace(a_drawn_day(1), visitors=tuple(map(_for_a_passport, a_drawn_day(1).visitors)))
    desks = tuple(a_desk(f"c{n}", skills=frozenset({"passport"})) for n in range(4))
    site = remember(place, live(replace(plan, desks=desks), Ours()).log, DAY)
    words = ["simulate", "--site", site, "--day", str(WEEK_LATER), "--seeds", "4", *place.words]
    said = aufruf(*words, "--nine-of-ten-under", "15")
    assert said.status == 0, said.err
    rows = [line.split() for line in said.out.splitlines() if line.startswith("ours")]
    fewest = int(rows[-1][1])
    assert [int(row[1]) for row in rows[-2:]] == [fewest - 1, fewest]
    assert said.last == f"Nine of ten wait under 15 minutes with {fewest} counters."
    assert "±" in said.out
    again = json.loads(aufruf(*words, "--counters", str(fewest - 1), "--json").out)
    assert again["rows"][0]["p90"]["value"] > 15


@ON_SQLITE
def test_counters_are_not_sought_where_more_of_them_change_nothing(place: Place, aufruf: Aufruf) -> None:
    """Nobody works before four, so whoever comes in the morning waits for any number of counters."""
    with place.database() as database:
        site = database.read(lambda c: c.execute(sa.select(sa.func.min(STREAM.c.site_id))).scalar())
    words = ["simulate", "--site", str(site), "--day", str(WEEK_LATER), "--seeds", "1", *place.words]
    asked = ["--visitors", "8", "--booked", "0", "--counter-open", "16-17", "--nine-of-ten-under", "1"]
    told = json.loads(aufruf(*words, *asked, "--json").out)
    assert 3 <= len(told["rows"]) < 30
    assert not any(row["enough"] for row in told["rows"])
    assert len({round(row["p90"]["value"]) for row in told["rows"][-3:]}) == 1


@ON_SQLITE
def test_the_book_and_how_it_is_kept_are_taken_from_the_database(place: Place, aufruf: Aufruf) -> None:
    """As the forecast learns it: ten of forty missed, drawn towards one in ten."""
    site = book(place, [(WEEK_LATER, AppointmentState.BOOKED, 12)])
    remember(place, kept_appointments(came=30, missed=10), DAY)
    words = ["simulate", "--site", site, "--day", str(WEEK_LATER), "--seeds", "2", *place.words]
    told = json.loads(aufruf(*words, "--visitors", "30", "--counters", "2", "--json").out)["rests"]
    assert told["booked"] == {"kind": "book", "count": 12, "percent": 50.0}
    assert told["no_show"] == {"kind": "measured", "count": 40, "percent": 16.7}
    assert told["arrival"] == {"kind": "measured", "count": 30}
    assert told["durations"]["kind"] == "supposed"
    said = aufruf(*words, "--visitors", "30", "--counters", "2")
    assert said.last == (
        "visitors: your number, spread evenly over hours and services; booked: 12 in the book;"
        " no-show: 16.7 % stay away, measured on 40 appointments;"
        " arrival: measured on 30 appointments; durations: supposed"
    )


@ON_SQLITE
def test_holders_come_when_they_usually_come_here(
    place: Place, aufruf: Aufruf, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Habits] = []

    def drawing(demand: Demand, desks: tuple[Desk, ...], dice: random.Random, habits: Habits) -> DayPlan:
        drawn.append(habits)
        return a_day(demand, desks, dice, habits)

    monkeypatch.setattr("queue_server.commands.simulating.a_day", drawing)
    site = book(place, [(WEEK_LATER, AppointmentState.BOOKED, 12)])
    words = ["simulate", "--site", site, "--day", str(WEEK_LATER), "--seeds", "1", *place.words]
    words += ["--visitors", "12", "--counters", "1", "--json"]
    assert json.loads(aufruf(*words).out)["rests"]["arrival"] == {"kind": "supposed", "count": 0}
    assert drawn.pop().comes_min == ()
    remember(place, kept_appointments(came=450, missed=0, late_min=30), DAY)
    aufruf(*words)
    assert min(drawn.pop().comes_min) > 20, "nine tenths of what is believed was found here"


@ON_SQLITE
def test_of_a_day_far_ahead_the_last_days_that_are_over_tell(place: Place, aufruf: Aufruf) -> None:
    """The weeks before it are still to come: counted back from it, nothing was known of anybody."""
    ahead = DAY + timedelta(weeks=12)
    plan = replace(a_drawn_day(1), visitors=tuple(map(_for_a_passport, a_drawn_day(1).visitors)))
    desks = tuple(a_desk(f"c{n}", skills=frozenset({"passport"})) for n in range(4))
    past = live(replace(plan, desks=desks), Ours()).log
    kept = [replace(one, seq=past[-1].seq + one.seq) for one in kept_appointments(came=30, missed=10)]
    site = remember(place, past, DAY)
    remember(place, kept, DAY - timedelta(days=1))
    words = ["simulate", "--site", site, "--day", str(ahead), "--seeds", "1", "--json", *place.words]
    told = json.loads(aufruf(*words).out)
    assert told["rests"]["visitors"] == {"kind": "measured", "count": 1}
    came = sum(one.appointed_at is not None for one in plan.visitors)
    assert told["rests"]["arrival"] == {"kind": "measured", "count": 30 + came}
    assert told["rests"]["no_show"]["count"] == 40 + came
    assert told["rests"]["durations"]["kind"] == "measured"


def kept_appointments(*, came: int, missed: int, late_min: float = 0) -> list[Recorded]:
    """Return a log in which holders came so many minutes after their time, and nobody was called."""
    appointed = at("10:00")
    visitor = a_visitor("10:00", appointed="10:00")
    taken = live(a_plan(visitor), Ours()).log
    [event] = [one.event for one in taken if isinstance(one.event, e.TicketTaken)]
    arrived_at = appointed + timedelta(minutes=late_min)
    events = [event] * came + [e.AppointmentMissed(n) for n in range(1, missed + 1)]
    return [Recorded(n, arrived_at, one) for n, one in enumerate(events, start=1)]


def book(place: Place, days: Sequence[tuple[date, AppointmentState, int]]) -> str:
    """Put appointments into the book of the town's first site, by day and state; return the site."""

    def write(connection: sa.Connection) -> str:
        first = sa.select(STREAM.c.site_id, STREAM.c.organisation_id).order_by(STREAM.c.site_id)
        site_id, organisation_id = connection.execute(first).first() or ("", "")
        ids = count(1)
        for on, state, how_many in days:
            starts_at = datetime.combine(on, time(9), UTC)
            row = {
                "site_id": site_id,
                "organisation_id": organisation_id,
                "day": on,
                "state": state,
                "starts_at": starts_at,
                "minutes": 10,
                "concern": [["passport", 1]],
                "persons": 1,
                "language": "de",
                "channel": "portal",
                "extensions": 0,
                "client": "",
                "held_until": starts_at,
                "state_at": starts_at,
                "created_at": starts_at,
                "secret_version": 1,
                "confirmed_by": "",
                "refused": False,
            }
            rows = [{**row, "id": n, "reference": f"R{n}"} for n in islice(ids, how_many)]
            connection.execute(APPOINTMENT.insert(), rows)
        return str(site_id)

    with place.database() as database:
        return database.write(write)


def _for_a_passport(visitor: Visitor) -> Visitor:
    return replace(visitor, concern=(("passport", 1),))


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--day", "2026-03-10"], "say how many come: --visitors"),
        (["--day", "2026-03-08", "--visitors", "80"], "is closed on 2026-03-08"),
        (["--day", "2026-03-10", "--counters", "0"], "--counters from 1"),
        (["--day", "2026-03-10", "--visitors", "80", "--counter-open", "12-9"], "opens before it closes"),
        (["--day", "2026-03-10", "--counter-open", "x"], "write times as 9-12"),
    ],
)
def test_what_cannot_be_simulated_is_said(
    place: Place, aufruf: Aufruf, words: list[str], sentence: str
) -> None:
    with place.database() as database:
        site = database.read(lambda c: c.execute(sa.select(sa.func.min(STREAM.c.site_id))).scalar())
    said = aufruf("simulate", "--site", str(site), *words, *place.words)
    assert said.status in {1, 2}
    assert sentence in said.err
