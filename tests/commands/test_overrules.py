"""`aufruf overrules`: which limits were lifted, on both databases."""

from datetime import UTC, datetime, timedelta

from queue_server.adapters.store import Store
from queue_server.domain.person import Person
from queue_server.services import booking, offer
from queue_server.services.booking_limits import Overrule
from queue_server.services.ports import Answer, Unit
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place
from tests.town_hall import SOMEBODY


def booked_all_the_same(place: Place, reason: str) -> str:
    """Book a time far beyond the horizon, as a clerk may, and return its reference."""
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)

    def work(unit: Unit) -> Answer:
        overrule = Overrule("anna", reason, SOMEBODY)
        choice = offer.choose_bookable(unit.town, unit.site, [("id-card", 1)])
        held = booking.hold(
            unit, choice, now + timedelta(days=70), channel="desk", client="c", overrule=overrule
        )
        return booking.confirm(unit, held["id"], "c", Person(), "de", overrule=overrule)

    with place.database() as database:
        store = Store(database)
        store.begin()
        answer = work(store.unit("rathaus", now))
        store.commit()
        store.close()
    return str(answer["reference"])


def test_what_was_lifted_is_listed_with_who_and_why(place: Place, aufruf: Aufruf) -> None:
    assert aufruf("overrules", *place.words).out == "No limit was lifted.\n"
    reference = booked_all_the_same(place, "Kommt aus der Klinik")
    said = aufruf("overrules", *place.words)
    assert (said.status, said.last.split()) == (
        0,
        ["2026-03-03", "10:00", "rathaus", "time", "anna", reference, "Kommt", "aus", "der", "Klinik"],
    )
    assert aufruf("overrules", "--since", "2026-03-03", *place.words).last == said.last
    assert aufruf("overrules", "--since", "2026-03-04", *place.words).out == "No limit was lifted.\n"
    assert aufruf("overrules", "--since", "gestern", *place.words).status == 2
