"""The unit of work on both databases: memory, rows and log say the same, whatever happened."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from queue_server.adapters.checking import check_database
from queue_server.adapters.database import Database
from queue_server.adapters.rows import batch_rows
from queue_server.adapters.rows.answer_rows import ANSWER, KEPT, AnswerRows
from queue_server.adapters.rows.base import TICKET, read_log
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.adapters.store import Store
from queue_server.domain import events as e
from queue_server.domain.errors import NotFound
from queue_server.domain.hall import CounterState
from queue_server.domain.ticket import Origin, TicketState
from queue_server.services import counter
from queue_server.services.ports import Unit
from tests.domain.pictures import picture
from tests.town_hall import CAR, CARD, SOMEBODY, Hand, at, taking, the_town


@pytest.fixture
def hand(database: Database) -> Hand:
    return Hand(database, the_town())


def the_same_after_a_restart(hand: Hand) -> bool:
    before = deepcopy(picture(hand.hall))
    hand.restart()
    return picture(hand.hall) == before and not differences(hand)


def differences(hand: Hand) -> list[object]:
    return [found for site in check_database(hand.database, all_days=True) for found in site.differences]


def in_the_log(hand: Hand, site_id: str = "hall") -> list[str]:
    log = hand.database.read(lambda conn: read_log(conn, site_id, 0))
    assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
    return [entry.event.type for entry in log]


def count_of(hand: Hand, table: sa.Table) -> int:
    return int(
        hand.database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
    )


def test_a_day_is_read_back_as_it_was_lived(hand: Hand) -> None:
    hand.open("c1", "anna")
    hand.open("c2", "bernd")
    first, second = hand.take(needs=["deaf"]), hand.take(CARD)
    hand.take(CAR)
    hand.later(minutes=5)
    hand.call("c1")
    hand.act(counter.start)
    hand.call("c2", "bernd")
    hand.act(counter.recall, "c2", "bernd")
    hand.do(lambda u: counter.switch_issuing(u, SOMEBODY, issuing=False))
    assert the_same_after_a_restart(hand)
    assert hand.look(lambda u: u.needs(first["id"])) == ("deaf",)
    assert hand.look(lambda u: u.desk["c2"].skills) == {"pass", "card"}
    assert {hand.ticket(first).state, hand.ticket(second).state} <= {TicketState.SERVING, TicketState.CALLED}


def test_what_is_rolled_back_never_happened(hand: Hand) -> None:
    hand.open()
    before = deepcopy(picture(hand.hall))

    def fails(unit: Unit) -> None:
        taking(unit, needs=["deaf"])
        counter.call(unit, "c1", "anna")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        hand.do(fails)
    assert picture(hand.hall) == before
    assert (count_of(hand, TICKET), count_of(hand, VISITOR)) == (0, 0)
    hand.take()
    assert in_the_log(hand) == ["CounterOpened", "TicketTaken"]
    assert the_same_after_a_restart(hand)


def test_a_failure_while_a_site_is_opened_leaves_no_half_changed_copy(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new day was begun in memory, its rows were rolled back, and the copy stayed: a gap in the log."""
    hand.open()
    hand.take()
    hand.later(days=1)

    def trips(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(batch_rows.BatchRows, "write", trips)
        with pytest.raises(RuntimeError):
            hand.take()
    hand.take()
    assert in_the_log(hand) == [
        "CounterOpened",
        "TicketTaken",
        "TicketExpired",
        "CounterClosed",
        "TicketTaken",
    ]
    assert the_same_after_a_restart(hand)


def test_two_processes_take_in_what_the_other_wrote(hand: Hand) -> None:
    hand.open()
    hand.take()
    other = Hand(hand.database)
    called = other.call()
    taken = hand.take(CARD, needs=["blind"])
    assert hand.ticket(called).state is TicketState.CALLED
    other.act(counter.finish)
    assert other.look(lambda u: u.needs(taken["id"])) == ("blind",)
    assert other.call()["number"] == taken["number"]
    hand.do(lambda u: u.hall.seq)
    assert picture(hand.hall) == picture(other.hall)
    assert in_the_log(hand) == [
        *("CounterOpened", "TicketTaken", "TicketCalled", "TicketTaken"),
        *("ServiceStarted", "ServiceFinished", "TicketCalled"),
    ]


def test_a_commit_tells_which_sites_moved_also_by_another_process(hand: Hand) -> None:
    other = Hand(hand.database)
    hand.hall  # noqa: B018 - now it is in memory
    other.take()
    hand.store.begin()
    hand.store.unit("hall", hand.now)
    hand.store.unit("annex", hand.now)
    assert hand.store.commit() == {"hall": 1, "annex": 0}
    hand.store.begin()
    hand.store.unit("hall", hand.now)
    assert hand.store.commit() == {}


def test_sites_never_see_each_other(hand: Hand) -> None:
    """Failure 15: another site's id names nothing."""
    ours = hand.take()
    theirs = hand.take(CARD, site_id="annex", kiosk_id=None)
    assert ours["id"] == theirs["id"] == 1
    assert in_the_log(hand, "annex") == ["TicketTaken"]
    assert hand.look(lambda u: [t.key for t in u.hall.tickets.values()], "annex") == [theirs["key"]]
    assert hand.do(lambda u: u.print_jobs("kiosk", ["waiting"]), "annex") == []
    hand.do(lambda u: u.set_print_job(1, "printed", ""), "annex")
    assert [job.state for job in hand.do(lambda u: u.print_jobs("kiosk", ["waiting"]))] == ["waiting"]
    with pytest.raises(NotFound):
        hand.take(site_id="elsewhere")


def test_time_never_goes_back_in_a_log_not_even_over_a_restart(hand: Hand) -> None:
    hand.take()
    hand.restart()
    hand.later(minutes=-30)
    later = hand.take()
    assert hand.ticket(later).arrived_at == at("08:00")
    log = hand.database.read(lambda conn: read_log(conn, "hall", 0))
    assert [entry.at for entry in log] == [at("08:00")] * 2
    hand.later(minutes=31)
    assert hand.ticket(hand.take()).arrived_at == at("08:01")


def test_a_counter_never_calls_two_whatever_the_code_believes(hand: Hand) -> None:
    """Failure 1, the last wall: the database itself refuses the second."""
    hand.open()
    hand.take()
    hand.take()
    hand.call()

    def forge(unit: Unit) -> None:
        waiting = unit.hall.in_state(TicketState.WAITING)[0]
        unit.record([e.TicketCalled(waiting.id, "c1")])

    before = deepcopy(picture(hand.hall))
    with pytest.raises(IntegrityError):
        hand.do(forge)
    assert picture(hand.hall) == before


def test_who_leaves_a_counter_is_written_before_who_comes(hand: Hand) -> None:
    """One commit ends one visit and calls the next: the index looks at each row by itself."""
    hand.open()
    numbers = [hand.take()["number"] for _ in range(9)]
    called = [hand.call(finish_current=True)["number"] for _ in numbers]
    assert called == numbers
    assert the_same_after_a_restart(hand)


def test_an_undone_call_brings_the_finished_visit_back_in_one_commit(hand: Hand) -> None:
    hand.open()
    first, second = hand.take(), hand.take()
    hand.call()
    hand.act(counter.start)
    hand.call(finish_current=True)
    hand.act(counter.undo)
    assert (hand.ticket(first).state, hand.ticket(second).state) == (TicketState.SERVING, TicketState.WAITING)
    assert the_same_after_a_restart(hand)


def test_the_first_answer_is_kept_for_48_hours(hand: Hand) -> None:
    key = ("token", "press-1")

    def remember(unit: Unit) -> None:
        hand.store.remember(unit, *key, "hash", {"number": 417})

    hand.do(remember)
    hand.restart()
    assert hand.database.read(lambda c: AnswerRows.find(c, [key, ("token", "other")])) == {
        key: ("hash", {"number": 417})
    }
    assert hand.database.write(lambda c: AnswerRows.forget(c, hand.now + KEPT)) == 0
    late = hand.now + KEPT + timedelta(seconds=1)
    assert hand.database.write(lambda c: AnswerRows.forget(c, late)) == 1
    assert count_of(hand, ANSWER) == 0


def test_a_unit_for_looking_cannot_write(hand: Hand) -> None:
    with pytest.raises(RuntimeError):
        hand.look(taking)
    assert hand.hall.seq == 0


def test_new_skills_count_at_once_for_a_counter_that_is_open(hand: Hand) -> None:
    """They counted only after a restart: memory and rows told two different things."""
    hand.open("c2", "bernd")
    town = the_town()
    clerks = tuple(replace(c, service_ids=(CAR,)) if c.id == "bernd" else c for c in town.clerks)
    hand.settle(replace(town, clerks=clerks))
    hand.store.reload_settings()
    assert hand.look(lambda u: u.desk["c2"].skills) == {CAR}


def test_an_outage_is_told_from_a_fault(hand: Hand) -> None:
    store: Store = hand.store
    refused = pytest.raises(sa.exc.DBAPIError)
    with refused as found:
        Database("postgresql+psycopg://nobody@127.0.0.1:1/none").read(lambda c: None)
    assert store.is_outage(found.value)
    assert not store.is_outage(IntegrityError("", {}, Exception()))
    assert not store.is_outage(ValueError())


# -- the business day ----------------------------------------------------------------------------------


def test_at_midnight_numbers_begin_anew(hand: Hand) -> None:
    """Failure 7: who is still there expires in the old day's rows; needs are erased; counters close."""
    hand.open()
    served = hand.take(needs=["deaf"])
    hand.call()
    hand.act(counter.start)
    left = hand.take()
    hand.now = at("22:59:59")
    assert hand.hall.business_day.isoformat() == "2026-03-03"
    hand.now = at("23:00")  # midnight in the town
    new = hand.take(origin=Origin.DESK)
    hall = hand.hall
    assert hall.business_day.isoformat() == "2026-03-04"
    assert list(hall.tickets) == [new["id"]]
    assert hall.counter("c1").state is CounterState.CLOSED
    assert not hand.look(lambda u: u.desk)
    assert count_of(hand, VISITOR) == 0
    assert set(hall.leases) == {new["number"]}
    rows = hand.database.read(
        lambda c: c.execute(sa.select(TICKET.c.id, TICKET.c.state, TICKET.c.business_day)).all()
    )
    assert {(r.id, r.state, r.business_day.day) for r in rows} == {
        (served["id"], TicketState.EXPIRED, 3),
        (left["id"], TicketState.EXPIRED, 3),
        (new["id"], TicketState.WAITING, 4),
    }
    assert the_same_after_a_restart(hand)


@pytest.mark.parametrize(
    ("evening", "last_moment", "midnight"),
    [
        ("2026-03-28", "22:59:59", "23:00"),  # winter time: the night in which the clock skips an hour
        ("2026-03-29", "21:59:59", "22:00"),
        ("2026-10-24", "21:59:59", "22:00"),  # summer time: the night in which an hour comes twice
        ("2026-10-25", "22:59:59", "23:00"),
        ("2028-02-28", "22:59:59", "23:00"),
        ("2028-02-29", "22:59:59", "23:00"),
    ],
)
def test_the_day_ends_at_local_midnight(hand: Hand, evening: str, last_moment: str, midnight: str) -> None:
    """Failure 7: on clock-change nights and on a leap day."""
    hand.now = at("12:00", evening)
    hand.take(origin=Origin.DESK)
    hand.now = at(last_moment, evening)
    hand.take(origin=Origin.DESK)
    assert len(hand.hall.tickets) == 2
    hand.now = at(midnight, evening)
    hand.take(origin=Origin.DESK)
    assert len(hand.hall.tickets) == 1
    assert the_same_after_a_restart(hand)


def test_an_hour_that_comes_twice_does_not_turn_time_back(hand: Hand) -> None:
    """Failure 7: 02:30 comes twice; arrivals keep their order."""
    hand.now = at("00:30", "2026-10-25")
    first = hand.take(origin=Origin.DESK)
    hand.later(hours=1)
    second = hand.take(origin=Origin.DESK)
    assert hand.ticket(first).due_at < hand.ticket(second).due_at
    assert hand.hall.business_day.isoformat() == "2026-10-25"


def test_a_server_that_slept_for_days_closes_the_old_day_once(hand: Hand) -> None:
    hand.open()
    hand.take()
    hand.restart()
    hand.later(days=9)
    hand.take()
    assert in_the_log(hand).count("TicketExpired") == 1
    assert not differences(hand)
