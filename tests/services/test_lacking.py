"""What visitors came without: noted at a counter on both databases, and still known to a new process."""

from dataclasses import replace

import pytest

from queue_server.adapters.checking import check_database
from queue_server.domain.errors import BadInput, CounterTaken
from queue_server.domain.papers import key_of
from queue_server.domain.town import DocumentIf
from queue_server.services import counter, lacking
from queue_server.services.ports import Answer
from tests.town_hall import PASS, Hand, the_town

PHOTO, CARD = {"de": "Foto"}, {"de": "Ausweis"}


@pytest.fixture
def serving(hand: Hand) -> Hand:
    """Anna serves somebody with a service that asks for two documents."""
    town = the_town()
    services = tuple(
        replace(one, documents=(PHOTO, CARD)) if one.id == PASS else one for one in town.services
    )
    hand.settle(replace(town, services=services))
    hand.store.reload_settings()
    hand.take(PASS)
    hand.call()
    hand.act(counter.start)
    return hand


def listed(hand: Hand) -> Answer:
    found: Answer = hand.look(lambda u: lacking.documents(u, "c1", "anna", ()))["visits"][0]
    return found


def note(hand: Hand, *what: str, missing: bool = True, clerk: str = "anna") -> Answer:
    ticket = listed(hand)["ticket"]
    service, document = what
    return hand.do(lambda u: lacking.note(u, "c1", clerk, ticket, (service, document), missing=missing))


def missing(hand: Hand) -> list[str]:
    return [one["document"] for one in listed(hand)["documents"] if one["missing"]]


def test_what_was_noted_is_known_to_a_new_process(serving: Hand) -> None:
    note(serving, PASS, key_of(PHOTO))
    note(serving, PASS, key_of(CARD))
    note(serving, PASS, key_of(CARD), missing=False)
    serving.restart()
    assert missing(serving) == [key_of(PHOTO)]


def test_what_was_noted_is_in_the_log_alone_and_fits_the_rows(serving: Hand) -> None:
    before = serving.hall.seq
    note(serving, PASS, key_of(PHOTO))
    note(serving, PASS, key_of(PHOTO))
    assert serving.hall.seq == before + 1, "a second press is no second entry"
    assert not any(one.differences for one in check_database(serving.database))


def test_a_document_that_the_service_does_not_ask_for_is_refused(serving: Hand) -> None:
    before = serving.hall.seq
    with pytest.raises(BadInput):
        note(serving, PASS, "0" * 12)
    with pytest.raises(CounterTaken):
        note(serving, PASS, key_of(PHOTO), clerk="bernd")
    assert serving.hall.seq == before


def test_a_service_of_which_the_clerk_is_not_told_shows_no_documents(serving: Hand) -> None:
    found = serving.look(lambda u: lacking.documents(u, "c1", "anna", {PASS}))
    assert [one["documents"] for one in found["visits"]] == [[]]


def test_what_one_service_needs_for_certain_is_no_perhaps(serving: Hand) -> None:
    """Two services of one visit ask for the same document, the first of them only of some."""
    town = the_town()
    only_if = DocumentIf(PHOTO, {"de": "Verheiratet?"})
    asked = replace(town.services[0], id="a", documents=(), documents_if=(only_if,))
    needed = replace(town.services[0], id="b", documents=(PHOTO,))
    found = lacking.documents_of_visit([asked, needed], {})
    assert [(one["service"], one["needed"]) for one in found] == [("b", "yes")]
