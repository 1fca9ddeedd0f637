"""How long any concern takes."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.concern import Concern, Wanted, duration
from tests.domain.town_builders import a_service


@given(st.integers(1, 240), st.integers(0, 60), st.integers(1, 8), st.integers(1, 8))
def test_duration_is_the_next_whole_cell_of_the_formula(
    first: int, further: int, included: int, count: int
) -> None:
    service = a_service(minutes=first, further_minutes=further, included=included, max_count=8)
    exact = first + max(0, count - included) * further
    taken = duration(Concern((Wanted(service, count),)))
    assert taken % timedelta(minutes=5) == timedelta(0)
    assert timedelta(0) <= taken - timedelta(minutes=exact) < timedelta(minutes=5)
