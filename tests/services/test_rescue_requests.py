"""Somebody is away: what becomes of times that are only asked for, or held by somebody who still types."""

from dataclasses import replace

import pytest

from queue_server.domain.errors import SlotTaken
from queue_server.services import requests
from queue_server.services.ports import Answer
from tests.services.rescuing import Rescuer
from tests.services.test_rescue import away, hand, kinds_waiting, of_clerk
from tests.town_hall import DAY, PASS

__all__ = ["hand"]


@pytest.fixture
def asking(hand: Rescuer) -> Rescuer:
    """Every time is confirmed by mail, when a letter has a link."""
    hand.change(
        lambda town: replace(town, sites=tuple(replace(site, confirm_by_mail=True) for site in town.sites))
    )
    return hand


def wish(hand: Rescuer, client: str) -> Answer:
    return hand.confirm(hand.hold("08:00", PASS, day=DAY, client=client), client, by_mail=True)


def confirm(hand: Rescuer, wished: Answer) -> Answer:
    return hand.do(lambda u: requests.confirm_mail(u, wished["reference"]))


def test_a_request_goes_to_somebody_else_at_its_time_and_nowhere_else(asking: Rescuer) -> None:
    wished = wish(asking, "a")
    was, before = str(of_clerk(asking, wished)), asking.picture()
    (row,) = asking.preview(away(was))
    assert (row["proposal"]["how"], row["request"]) == ("clerk", True)
    assert {one["starts_at"] for one in row["choices"]} <= {row["starts_at"]}
    body = asking.rescue(away(was))
    assert [item["how"] for item in body["items"]] == ["clerk"]
    assert {of_clerk(asking, wished), was} == {"anna", "bernd"}
    seen = asking.see(wished)
    assert (seen["state"], seen["number"]) == ("unconfirmed", None)
    assert kinds_waiting(asking, wished) == ["confirm"]
    asking.undo()
    assert asking.picture() == before


def test_a_request_that_nobody_can_take_stays_and_is_told(asking: Rescuer) -> None:
    """Its visitor is not written to: the link in the first letter offers other times."""
    wished, _ = [wish(asking, client) for client in "ab"]
    cause = away(str(of_clerk(asking, wished)))
    (row,) = asking.preview(cause)
    assert (row["proposal"], row["choices"], row["request"]) == (None, [], True)
    body = asking.rescue(cause)  # this hand asks for another time, as no page offers it
    assert [item["how"] for item in body["items"]] == ["request"]
    assert kinds_waiting(asking, wished) == ["confirm"]
    with pytest.raises(SlotTaken):
        confirm(asking, wished)
    assert asking.undo()["back"] == {"rescued_nothing": 1}
    assert confirm(asking, wished)["state"] == "booked"


def test_a_request_that_was_booked_meanwhile_comes_back_too(asking: Rescuer) -> None:
    wished = wish(asking, "a")
    was = str(of_clerk(asking, wished))
    asking.rescue(away(was))
    confirm(asking, wished)
    assert asking.undo()["back"] == {"rescued_back": 1}
    assert of_clerk(asking, wished) == was


def test_what_somebody_holds_goes_to_somebody_else_as_far_as_anybody_is_free(hand: Rescuer) -> None:
    alone = hand.hold("08:00", PASS, day=DAY, client="a")
    cause = away(str(of_clerk(hand, alone)))
    both = [(hand.hold("09:00", PASS, day=DAY, client=client), client) for client in "bc"]
    (lost,) = ((one, client) for one, client in both if of_clerk(hand, one) == cause.clerk_id)
    assert hand.rescue(cause)["items"] == []
    assert {of_clerk(hand, alone), cause.clerk_id} == {"anna", "bernd"}
    assert hand.confirm(alone, "a")["state"] == "booked"
    with pytest.raises(SlotTaken):
        hand.confirm(*lost)
