"""What a recorded day tells beside its course; played again as it was it is in `properties.test_the_past`."""

from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.simulation.past import nearly_count
from tests.domain.builders import at


def test_visits_that_are_played_only_nearly_are_counted_once_each() -> None:
    events = [e.TicketParked(1), e.TicketParked(1), e.TicketJoined(2, leader=3), e.ServiceFinished(3)]
    assert nearly_count([Recorded(n, at("09:00"), one) for n, one in enumerate(events, start=1)]) == 2
    assert nearly_count([]) == 0
