"""The one table of transitions: every pair of states, and what a refusal says."""

import pytest

from queue_server.domain.errors import WrongState
from queue_server.domain.ticket import AT_COUNTER, ENDED, OPEN, TRANSITIONS, TicketState, states_before
from tests.domain.builders import a_hall, a_ticket, at

S = TicketState
# From (line) to (column), in the order of the enum. The one table that design and code are held to.
TABLE = """
            waiting away called serving parked no_show finished cancelled expired
waiting     .       x    x      .       .      .       .        x         x
away        x       .    .      .       .      .       .        x         x
called      x       .    .      x       x      x       .        x         x
serving     x       .    .      .       x      .       x        .         x
parked      x       .    x      x       .      .       .        x         x
no_show     x       .    x      .       .      .       .        .         x
finished    .       .    .      x       .      .       .        .         .
cancelled   .       .    .      .       .      .       .        .         .
expired     .       .    .      .       .      .       .        .         .
"""
HEAD, *LINES = (line.split() for line in TABLE.strip().splitlines())
POSSIBLE = {
    (S(line[0]), S(after))
    for line in LINES
    for after, mark in zip(HEAD, line[1:], strict=True)
    if mark == "x"
}


@pytest.mark.parametrize("before", S)
def test_a_ticket_moves_only_as_the_table_allows(before: S) -> None:
    for after in S:
        hall = a_hall().hall
        ticket = a_ticket(state=before)
        hall.restore_ticket(ticket)
        if (before, after) in POSSIBLE:
            hall.move(ticket, after, at("10:00"))
            assert (ticket.state, ticket.state_at) == (after, at("10:00"))
        else:
            with pytest.raises(ValueError, match=f"{before} -> {after}"):
                hall.move(ticket, after, at("10:00"))
            assert ticket.state is before, after


def test_the_table_names_every_state() -> None:
    assert [S(line[0]) for line in LINES] == [S(name) for name in HEAD] == list(S) == list(TRANSITIONS)


@pytest.mark.parametrize("state", S)
def test_states_before_is_the_table_read_by_columns(state: S) -> None:
    assert states_before(state) == {before for before, after in POSSIBLE if after is state}


@pytest.mark.parametrize("found", S)
def test_a_refusal_names_the_state_found_and_those_allowed(found: S) -> None:
    others = [state for state in S if state is not found]
    with pytest.raises(WrongState) as refused:
        a_ticket(7, state=found).require(*others)
    assert refused.value.params == {
        "found": found.value,
        "allowed": sorted(state.value for state in others),
        "number": 107,
    }
    a_ticket(7, state=found).require(found)


def test_a_ticket_is_open_until_it_ended() -> None:
    assert set(S) == OPEN | ENDED
    assert not OPEN & ENDED
    assert AT_COUNTER < OPEN
    assert [state for state in S if not a_ticket(state=state).is_open] == [S.FINISHED, S.CANCELLED, S.EXPIRED]
    assert all(S.EXPIRED in TRANSITIONS[state] for state in OPEN), "the day's end closes every open ticket"


def test_the_holder_of_an_appointment_is_early_until_the_very_moment() -> None:
    ticket = a_ticket(appointed="10:00")
    assert ticket.is_early(at("09:59:59"))
    assert not ticket.is_early(at("10:00"))
    assert not a_ticket().is_early(at("08:00"))


def test_services_are_named_once_whatever_their_count() -> None:
    assert a_ticket(services=["pass", "card", "pass"]).services == {"pass", "card"}
