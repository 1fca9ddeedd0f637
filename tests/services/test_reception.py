"""Taking a number and giving it back, on both databases."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from queue_server.adapters.rows.base import EVENT, read_log
from queue_server.domain import events as e
from queue_server.domain.admission import Admission
from queue_server.domain.errors import (
    BadInput,
    NotFound,
    NotIssuing,
    ServiceNotHere,
    TooMany,
    WrongState,
)
from queue_server.domain.leases import REUSE_AFTER
from queue_server.domain.number_space import differing_digits
from queue_server.domain.ticket import Adjustment, Origin, TicketState
from queue_server.domain.town import Area, NumberStyle
from queue_server.services import counter, reception, visits
from queue_server.services.concerns import choose
from queue_server.services.ports import Unit
from tests.town_hall import CAR, CARD, PASS, SOMEBODY, Hand, at, the_town


def test_a_number_is_saved_and_its_slip_is_a_job_of_its_own(hand: Hand) -> None:
    """Failure 5, the first half: saved first, printed second."""
    taken = hand.take()
    assert 100 <= taken["number"] <= 999
    assert (taken["state"], taken["area_id"], taken["ahead"]) == ("waiting", "foyer", 0)
    (job,) = hand.do(lambda u: u.print_jobs("kiosk", ["waiting"]))
    assert (job.ticket_id, job.attempt, job.from_min, job.to_min) == (taken["id"], 1, 0, 5)


def test_a_reprint_is_the_same_number_never_a_second_one(hand: Hand) -> None:
    """Failure 5: paper out, half cut: reprinted with a mark."""
    taken = hand.take()
    seq = hand.hall.seq
    for attempt in (2, 3):
        again = hand.do(lambda u: reception.reprint(u, u.hall.tickets[taken["id"]], "kiosk"))
        assert again == {"id": taken["id"], "number": taken["number"], "attempt": attempt}
    jobs = hand.do(lambda u: u.print_jobs_of(taken["id"]))
    assert [job.attempt for job in jobs] == [1, 2, 3]
    assert hand.hall.seq == seq


def test_two_reprints_in_one_batch_are_two_attempts(hand: Hand) -> None:
    taken = hand.take()

    def twice(unit: Unit) -> list[int]:
        ticket = unit.hall.tickets[taken["id"]]
        return [reception.reprint(unit, ticket, "kiosk")["attempt"] for _ in range(2)]

    assert hand.do(twice) == [2, 3]


def test_needs_go_to_staff_and_never_into_the_log(hand: Hand) -> None:
    """Failure 27: health data lies in a table of its own."""
    taken = hand.take(needs=["deaf", "more_time"])
    assert hand.look(lambda u: u.needs(taken["id"])) == ("deaf", "more_time")
    log = hand.database.read(lambda c: c.execute(sa.select(EVENT)).all())
    assert "deaf" not in str(log)


def test_more_time_makes_nobody_wait_longer_for_it(hand: Hand) -> None:
    plain, slow = hand.take(), hand.take(needs=["more_time"])
    assert hand.ticket(slow).due_at == hand.ticket(plain).due_at
    assert hand.ticket(slow).expected_min > hand.ticket(plain).expected_min


def test_needs_may_be_told_while_waiting_and_taken_back(hand: Hand) -> None:
    """On the phone, after a slip that asked nothing; what staff said of priority stays."""
    taken = hand.take(needs=["priority"], origin=Origin.DESK)

    def told(*needs: str) -> tuple[str, ...]:
        hand.do(lambda u: visits.tell_needs(u, u.hall.tickets[taken["id"]], needs))
        hand.restart()
        return hand.look(lambda u: u.needs(taken["id"]))

    assert told("deaf", "step_free") == ("deaf", "priority", "step_free")
    assert told("deaf", "step_free") == ("deaf", "priority", "step_free")
    assert told() == ("priority",)
    with pytest.raises(BadInput):
        told("priority")
    hand.open()
    hand.call()
    with pytest.raises(WrongState):
        told("deaf")


def test_an_unknown_need_is_refused(hand: Hand) -> None:
    with pytest.raises(BadInput):
        hand.take(needs=["<script>"])
    assert hand.hall.seq == 1


def test_cancelling_erases_the_needs_at_once(hand: Hand) -> None:
    taken = hand.take(needs=["deaf"])
    hand.do(lambda u: reception.cancel(u, u.hall.tickets[taken["id"]]))
    hand.restart()
    assert hand.look(lambda u: u.needs(taken["id"])) == ()
    assert hand.ticket(taken).state is TicketState.CANCELLED


@pytest.mark.parametrize("origin", [Origin.KIOSK, Origin.INTEGRATION])
def test_priority_is_for_staff_to_say(hand: Hand, origin: Origin) -> None:
    with pytest.raises(BadInput):
        hand.take(needs=["priority"], origin=origin)
    assert hand.hall.seq == 1


def test_priority_moves_the_due_time_and_says_so(hand: Hand) -> None:
    plain, first = hand.take(), hand.take(needs=["priority"], origin=Origin.DESK)
    assert hand.ticket(first).due_at < hand.ticket(plain).due_at
    assert hand.ticket(first).adjustment is Adjustment.PRIORITY
    assert hand.call()["number"] == first["number"]


def test_the_due_time_is_arrival_and_patience(hand: Hand) -> None:
    assert hand.ticket(hand.take(PASS)).due_at == at("08:54")
    assert hand.ticket(hand.take(CARD)).due_at == at("08:09")


def test_several_services_make_one_visit_with_their_minutes_added(hand: Hand) -> None:
    """Failure 10."""
    taken = hand.take(PASS, CARD, CAR)
    assert hand.ticket(taken).expected_min == 35
    assert hand.ticket(taken).area_id == "foyer"


@pytest.mark.parametrize(
    ("wanted", "persons", "why"),
    [
        ([], 1, BadInput),
        ([("nothing", 1)], 1, NotFound),
        ([(PASS, 5)], 1, TooMany),
        ([(PASS, 0)], 1, BadInput),
        ([(PASS, 1), (PASS, 1)], 1, BadInput),
        ([(PASS, 1)], 0, BadInput),
        ([(PASS, 1)], 21, BadInput),
    ],
)
def test_a_concern_that_nobody_may_have_is_refused(
    hand: Hand, wanted: list[tuple[str, int]], persons: int, why: type[Exception]
) -> None:
    with pytest.raises(why):
        hand.look(lambda u: choose(u.town, u.site, wanted, persons))


def test_another_sites_service_is_no_service_here(hand: Hand) -> None:
    """Failure 15."""
    with pytest.raises(NotFound):
        hand.take(PASS, site_id="annex")


def test_walk_ins_are_admitted_by_service_and_by_site(hand: Hand) -> None:
    town = the_town()
    services = tuple(
        replace(s, admission=Admission.APPOINTMENT) if s.id == PASS else s for s in town.services
    )
    hand.settle(replace(town, services=services))
    hand.store.reload_settings()
    with pytest.raises(ServiceNotHere):
        hand.take(PASS)
    hand.take(CARD)
    # A clerk may change a concern to it: that is no walk-in.
    hand.look(lambda u: choose(u.town, u.site, [(PASS, 1)], walk_in=False))


def test_kiosks_stop_when_told_and_the_desk_goes_on(hand: Hand) -> None:
    hand.do(lambda u: counter.switch_issuing(u, SOMEBODY, issuing=False))
    with pytest.raises(NotIssuing) as stopped:
        hand.take()
    assert stopped.value.params == {"reason": "stopped"}
    hand.take(origin=Origin.DESK, kiosk_id=None)
    hand.do(lambda u: counter.switch_issuing(u, SOMEBODY, issuing=True))
    hand.take()


def test_an_area_that_is_full_takes_nobody_in(hand: Hand) -> None:
    foyer = Area("foyer", {"de": "Foyer"}, limit=2)
    hand.settle(the_town(areas=(foyer, Area("upstairs", {"de": "Oben"}))))
    hand.store.reload_settings()
    hand.take(CAR)
    hand.take()
    hand.take()
    with pytest.raises(NotIssuing) as full:
        hand.take()
    assert full.value.params == {"reason": "queue_full"}
    hand.take(CAR)


def test_an_estimate_that_was_given_is_kept(hand: Hand) -> None:
    for _ in range(3):
        hand.take()
    told = hand.do(lambda u: reception.give_quote(u, choose(u.town, u.site, [(PASS, 1)])))
    assert told["ahead"] == 3
    assert told["wait"]["from_min"] <= 30 <= told["wait"]["to_min"]
    last = hand.database.read(lambda c: read_log(c, "hall", hand.hall.seq - 1))[0].event
    assert last == e.EstimateGiven(((PASS, 1),), 3, told["wait"]["from_min"], told["wait"]["to_min"])


def test_without_an_open_counter_nobody_guesses(hand: Hand) -> None:
    hand.act(counter.close)
    told = hand.do(lambda u: reception.give_quote(u, choose(u.town, u.site, [(PASS, 1)])))
    assert told == {"ahead": None, "wait": None}
    assert hand.take()["wait"] is None


def test_sixty_numbers_differ_in_two_digits_and_show_no_order(hand: Hand) -> None:
    numbers = [hand.take(origin=Origin.DESK)["number"] for _ in range(60)]
    assert all(differing_digits(a, b) >= 2 for a in numbers for b in numbers if a < b)
    assert sorted(numbers) != numbers
    assert not {110, 112} & set(numbers)


def test_when_three_digits_are_used_up_four_follow_and_two_hours_bring_them_back(hand: Hand) -> None:
    """Failure 29: the number pool runs out."""

    def many(unit: Unit) -> list[int]:
        choice = choose(unit.town, unit.site, [(CARD, 1)])
        return [
            reception.take_ticket(unit, choice, origin=Origin.DESK, language="de")["number"]
            for _ in range(898)
        ]

    numbers = hand.do(many)
    assert len(set(numbers)) == 898
    assert max(numbers) <= 999
    assert not {110, 112} & set(numbers)
    beyond = hand.take(origin=Origin.DESK)
    assert 1000 <= beyond["number"] <= 9999
    hand.restart()
    again = hand.take(origin=Origin.DESK)
    assert again["number"] not in {*numbers, beyond["number"]}
    gone = hand.hall.by_number(numbers[0])
    assert gone is not None
    hand.do(lambda u: reception.cancel(u, u.hall.tickets[gone.id]))
    hand.now += REUSE_AFTER
    assert hand.take(origin=Origin.DESK)["number"] == numbers[0]


def test_a_town_that_wants_them_gets_sequential_numbers(hand: Hand) -> None:
    hand.settle(the_town(number_style=NumberStyle.SEQUENTIAL))
    hand.store.reload_settings()
    numbers = [hand.take()["number"] for _ in range(3)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_away_keeps_the_place_and_is_not_called(hand: Hand) -> None:
    first, second = hand.take(), hand.take()
    ticket = first["id"]
    hand.do(lambda u: reception.go_away(u, u.hall.tickets[ticket]))
    assert hand.call()["number"] == second["number"]
    hand.do(lambda u: reception.come_back(u, u.hall.tickets[ticket]))
    assert hand.ticket(first).due_at == at("08:54")


def test_who_missed_the_number_is_called_again_and_nobody_by_itself(hand: Hand) -> None:
    """Failures 12 and 13: never by itself, but again when the visitor is back."""
    missed = hand.take()
    hand.call()
    hand.act(counter.mark_no_show)
    with pytest.raises(Exception, match="nobody_waiting"):
        hand.call()
    hand.later(minutes=50)
    hand.do(lambda u: reception.come_back(u, u.hall.tickets[missed["id"]]))
    assert hand.ticket(missed).due_at == at("08:55")
    assert hand.call()["number"] == missed["number"]


def test_who_is_served_cannot_cancel(hand: Hand) -> None:
    taken = hand.take()
    hand.call()
    hand.act(counter.start)
    with pytest.raises(WrongState):
        hand.do(lambda u: reception.cancel(u, u.hall.tickets[taken["id"]]))
