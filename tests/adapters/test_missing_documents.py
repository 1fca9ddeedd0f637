"""What the report of missing documents reads, on both databases."""

from dataclasses import replace
from datetime import UTC, date
from functools import partial

import sqlalchemy as sa

from queue_server.adapters import day_figures
from queue_server.adapters import missing_documents as rows
from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import EVENT, TICKET
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.domain.missing_documents import Counts, report
from queue_server.services import counter, lacking
from tests.adapters.test_day_figures import FIRST, keep_all, live
from tests.services.booking_hall import Booker
from tests.town_hall import CAR, CARD, PASS, Hand, booking_town, the_town

PHOTO = {"de": "Foto"}
SPAN = (date(2026, 1, 1), date(2026, 12, 31))


def serve(hand: Hand, *services: str) -> int:
    hand.take(*services)
    ticket: int = hand.call()["ticket"]
    hand.act(counter.start)
    return ticket


def a_hall(database: Database) -> Hand:
    town = the_town()
    services = [replace(one, documents=(PHOTO,)) for one in town.services]
    hand = Hand(database, replace(town, services=tuple(services)))
    hand.open()
    return hand


def test_visits_that_came_to_a_counter_are_counted_for_each_service(database: Database) -> None:
    hand = a_hall(database)
    for services in ((PASS,), (PASS, CARD), (PASS,)):
        serve(hand, *services)
        hand.act(counter.finish)
    hand.take(CAR)  # goes again without having been called
    hand.take(CAR)
    hand.call()
    hand.act(counter.mark_no_show)
    month = f"{hand.now:%Y-%m}"
    found = database.read(partial(rows.visits, site_ids=["hall"], first=SPAN[0], last=SPAN[1]))
    assert found == {(PASS, month): 3, (CARD, month): 1}
    elsewhere = database.read(partial(rows.visits, site_ids=["annex"], first=SPAN[0], last=SPAN[1]))
    assert elsewhere == {}


def test_visits_are_the_same_whether_their_day_is_kept_or_not(database: Database) -> None:
    """Three years of tickets took seconds to go through for each look at the report."""
    hand = Booker(database, booking_town())
    live(hand)

    def visits() -> dict[tuple[str, str], int]:
        return database.read(partial(rows.visits, site_ids=["hall"], first=SPAN[0], last=SPAN[1]))

    before = visits()
    assert before == {(CARD, "2026-03"): 2, (PASS, "2026-03"): 1}
    keep_all(hand)
    assert visits() == before
    database.write(lambda c: c.execute(sa.delete(TICKET).where(TICKET.c.business_day == FIRST)))
    assert visits() == before, "of a day that is kept nobody asks the tickets"


def test_visits_that_are_forgotten_count_no_more_though_their_figures_stay(database: Database) -> None:
    """Their notes are gone, so the share would be of too many."""
    hand = Booker(database, booking_town())
    live(hand)
    keep_all(hand)
    newer = sa.select(sa.func.min(EVENT.c.seq)).where(EVENT.c.business_day > FIRST).scalar_subquery()
    forget = sa.update(STREAM).where(STREAM.c.site_id == "hall").values(forgotten_seq=newer - 1)
    database.write(lambda c: c.execute(forget))
    found = database.read(partial(rows.visits, site_ids=["hall"], first=SPAN[0], last=SPAN[1]))
    assert sum(found.values()) == 2


def test_notes_are_read_back_by_an_index_of_their_own(database: Database) -> None:
    hand = a_hall(database)
    ticket = serve(hand, PASS)
    [document] = hand.look(lambda u: lacking.documents(u, "c1", "anna", ()))["visits"][0]["documents"]
    what = (PASS, document["document"])
    hand.do(lambda u: lacking.note(u, "c1", "anna", ticket, what, missing=True))

    def counted(first: date = SPAN[0]) -> Counts:
        return database.read(partial(rows.counts, site_ids=["hall", "annex"], first=first, last=SPAN[1]))

    month = f"{hand.now:%Y-%m}"
    assert counted() == {what: {month: 1}}
    assert [row.document for row in report(counted(), {}, [month], [PASS])] == [what[1]]
    assert counted(first=SPAN[1]) == {}
    hand.later(days=1)
    hand.open()
    database.write(lambda c: day_figures.rebuild(c, "hall", UTC))
    database.write(lambda c: c.execute(sa.delete(EVENT).where(EVENT.c.type == "DocumentWasMissing")))
    assert counted() == {what: {month: 1}}, "of a day that is kept nobody asks the log"
    if database.is_sqlite:
        sql = (
            "EXPLAIN QUERY PLAN SELECT seq, payload FROM event WHERE site_id = 'hall' AND business_day IN"
            " ('2026-01-01', '2026-01-02', '2026-12-31')"
            " AND type IN ('DocumentWasMissing', 'DocumentWasThere')"
        )
        plan = database.read(lambda conn: str(conn.execute(sa.text(sql)).all()))
        assert "ix_event_document" in plan


def test_a_service_is_read_in_all_its_versions(database: Database) -> None:
    hand = a_hall(database)
    town = hand.look(lambda unit: unit.town)
    hand.later(seconds=1)
    hand.settle(replace(town, services=tuple(one for one in town.services if one.id != PASS)))
    found = database.read(lambda conn: rows.versions(conn, town.id, {PASS, "unheard-of"}))
    assert [(one.id, one.documents) for one in found] == [(PASS, (PHOTO,))]
