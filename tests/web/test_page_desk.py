"""The reception desk, by forms alone: booking, finding, moving, cancelling, and numbers for walk-ins."""

import asyncio
import html
import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from queue_server.domain.admission import Admission, AdmissionTime
from queue_server.web import given_numbers
from queue_server.web.errors import status_of
from tests.domain.town_plans import edit
from tests.web.askers import MUSTER
from tests.web.running import HOST, START, Town

CARD = {"n-id-card": "1"}


class Desk:
    """The desk of the town hall, in a clerk's browser without scripts."""

    def __init__(self, town: Town, site: str = "rathaus", who: str = "anna") -> None:
        self.town = town
        self.path = f"/desk/{site}"
        self.who = who

    async def get(self, path: str = "", **query: str) -> str:
        answer = await self.town.client.get(
            f"{self.path}{path}", params=query, headers=self.town.headers(self.who)
        )
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str = "", **fields: Any) -> Any:
        """Send a form as the page that was read last would; follows nothing."""
        token = field(await self.get(), "csrf")
        return await self.town.client.post(
            f"{self.path}{path}", data={"csrf": token, **fields}, headers=self.town.headers(self.who)
        )

    async def times(self, **query: str) -> list[str]:
        return re.findall(r'name="at" form="book" value="([^"]+)"', await self.get(**(CARD | query)))

    async def book(self, at: str | None = None, **fields: Any) -> str:
        """Book and return the reference."""
        answer = await self.post(**CARD, at=at or (await self.times())[0], **fields)
        assert answer.status_code == 303, words(answer.text)
        return str(re.fullmatch(r"/desk/\w+/appointments/(\w+)\?done=booked", answer.headers["location"])[1])  # type: ignore[index]

    async def see(self, reference: str) -> str:
        return await self.get(f"/appointments/{reference}")


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def words(page: str) -> str:
    """Return what stands in a page, without tags and scripts' data."""
    body = re.sub(r"<(script|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def number_of(page: str) -> int:
    found = re.search(r'answer__number">(\d+)<', page)
    assert found
    return int(found[1])


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


async def test_a_stranger_is_led_to_the_sign_in(town: Town) -> None:
    for path in ("/desk", "/desk/rathaus", "/desk/rathaus/appointments/ABCDEF"):
        answer = await town.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/desk")


async def test_the_short_address_leads_to_the_clerks_own_building(town: Town) -> None:
    answer = await town.client.get("/desk", headers=town.headers("greta"))
    assert answer.headers["location"] == "/desk/buergerzentrum"


async def test_another_sites_desk_does_not_exist(town: Town) -> None:
    """Failure 15."""
    answer = await town.client.get("/desk/buergerzentrum", headers=town.headers("bernd"))
    assert answer.status_code == 404


async def test_without_a_concern_there_are_no_times(desk: Desk) -> None:
    page = await desk.get()
    assert 'name="at"' not in page
    assert "Personalausweis" in page


async def test_a_concern_shows_its_minutes_documents_and_next_times(desk: Desk) -> None:
    page = await desk.get(**{"n-id-card": "2"})
    assert "25 Minuten" in words(page)
    assert "Bitte mitbringen" in words(page)
    assert page.count('<fieldset class="day"') == 5
    times = await desk.times()
    assert times == sorted(times)


async def test_another_day_shows_all_of_its_times(desk: Desk) -> None:
    times = await desk.times(day="2026-03-12")
    assert times[0].startswith("2026-03-12")
    assert len([at for at in times if at.startswith("2026-03-12")]) > 18


async def test_a_day_in_the_past_begins_today(desk: Desk) -> None:
    assert (await desk.times(day="2020-01-01"))[0].startswith("2026-03-10")


async def test_a_booking_needs_no_contact_and_gives_number_and_reference(desk: Desk) -> None:
    reference = await desk.book()
    page = await desk.see(reference)
    assert 100 <= number_of(page) <= 999
    assert reference in words(page)
    assert "Gebucht" in words(page)


async def test_what_was_told_stands_on_the_clerks_page_and_not_on_the_card(desk: Desk) -> None:
    """The card may be found by anybody: it shows the number, never the name."""
    reference = await desk.book(name="Erika Mustermann", contact="0371 4880", needs=["deaf"])
    page, card = await desk.see(reference), await desk.get(f"/appointments/{reference}/card")
    assert "Erika Mustermann" in words(page)
    assert "Hört nicht oder schlecht" in words(page)
    assert "Erika" not in card
    assert "0371 4880" not in card
    assert str(number_of(page)) in words(card)


async def test_a_name_is_shown_as_text(desk: Desk) -> None:
    """Failure 14."""
    reference = await desk.book(name="<b>Erika</b>")
    page = await desk.see(reference)
    assert "<b>Erika" not in page
    assert "&lt;b&gt;Erika" in page


async def test_one_form_books_once(desk: Desk, town: Town) -> None:
    """Failure 2: a double press of the same form has one result."""
    page = await desk.get(**CARD)
    form = {**CARD, "at": (await desk.times())[0], "csrf": field(page, "csrf"), "request_id": "one-press"}
    answers = await asyncio.gather(
        *(town.client.post("/desk/rathaus", data=form, headers=town.headers("anna")) for _ in range(3))
    )
    assert len({answer.headers["location"] for answer in answers}) == 1


async def test_a_time_that_was_sold_meanwhile_keeps_what_was_typed(desk: Desk) -> None:
    """Failure 17: a clear message, the next free times, and nothing typed twice."""
    at = (await desk.times(day="2026-03-12"))[0]
    refused = None
    for _ in range(12):  # as many as there are clerks, and then one more
        answer = await desk.post(**CARD, at=at, name="Erika Mustermann")
        if answer.status_code != 303:
            refused = answer
            break
    assert refused is not None
    assert refused.status_code == status_of("slot_taken")
    assert 'value="Erika Mustermann"' in refused.text
    assert 'name="at"' in refused.text
    assert 'role="alert"' in refused.text
    assert f'value="{at[:10]}"' in refused.text, "the times of that very day are shown"


async def test_what_cannot_reach_anybody_is_said_beside_the_field(desk: Desk) -> None:
    answer = await desk.post(**CARD, at=(await desk.times())[0], name="Erika", contact="erika@")
    assert answer.status_code == 422
    assert 'id="contact-error"' in answer.text
    assert 'value="Erika"' in answer.text


async def test_without_a_time_or_concern_nothing_is_booked(desk: Desk) -> None:
    assert (await desk.post(**CARD, name="Erika")).status_code == 422
    assert (await desk.post(name="Erika")).status_code == 422


async def test_a_form_of_another_page_books_nothing(desk: Desk, town: Town) -> None:
    form = {**CARD, "at": (await desk.times())[0], "csrf": "not.ours"}
    answer = await town.client.post("/desk/rathaus", data=form, headers=town.headers("anna"))
    assert answer.status_code == 403


async def test_a_reason_books_a_time_that_is_not_offered(desk: Desk) -> None:
    own = {"own_day": "2026-05-12", "own_time": "13:35"}  # beyond the 42 days
    assert (await desk.post(**CARD, **own)).status_code == 422
    answer = await desk.post(**CARD, **own, reason="Kommt aus der Klinik")
    assert answer.status_code == 303, words(answer.text)
    page = words(await desk.get(answer.headers["location"].removeprefix("/desk/rathaus").partition("?")[0]))
    assert "13:35" in page
    assert "Ausnahme: Kommt aus der Klinik" in page
    assert "Zeit außerhalb des Angebots · Anna Berger" in page


async def test_no_reason_makes_a_taken_clerk_free(desk: Desk) -> None:
    """What may be overruled are limits, never the cells of a clerk: nobody can be in two places."""
    own = {"own_day": "2026-03-12", "own_time": "13:35", "reason": "dringend"}
    statuses = [(await desk.post(**CARD, **own)).status_code for _ in range(12)]
    assert statuses[0] == 303
    assert statuses[-1] == status_of("slot_taken")


async def test_a_reason_lifts_the_limit_of_a_contact(desk: Desk) -> None:
    """Failure 21: a plus-address counts as the same mailbox; a clerk may still book for a helper."""
    offered = (await desk.times(day="2026-03-12"))[:36:6]
    for place, at in enumerate(offered[:5]):
        await desk.book(at, contact=f"helferin+{place}@example.org")
    one_more = {**CARD, "at": offered[5], "contact": "helferin@example.org"}
    refused = await desk.post(**one_more)
    assert refused.status_code == status_of("too_many_bookings")
    assert "5 offene Termine" in words(refused.text)
    assert "Grenze aufheben" in words(refused.text)
    assert f'value="{offered[5]}"' in refused.text
    lifted = await desk.post(**one_more, reason="Bibliothek hilft")
    assert lifted.status_code == 303
    page = words(await desk.get(lifted.headers["location"].removeprefix("/desk/rathaus").partition("?")[0]))
    assert "Ausnahme: Bibliothek hilft" in page
    assert "Grenze für offene Termine aufgehoben · Anna Berger" in page


async def test_why_a_limit_was_lifted_stays_when_the_person_is_erased(desk: Desk) -> None:
    """Before, it lay among the remarks and went with them."""
    own = {"own_day": "2026-05-12", "own_time": "13:35"}
    answer = await desk.post(**CARD, **own, name="Erika", reason="Kommt aus der Klinik")
    reference = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    await desk.post(f"/appointments/{reference}", act="cancel")
    page = words(await desk.see(reference))
    assert "Erika" not in page
    assert "Ausnahme: Kommt aus der Klinik" in page


async def test_nobody_is_checked_in_twice(desk: Desk) -> None:
    reference = await desk.book()
    await desk.post(f"/appointments/{reference}", act="check_in")
    again = await desk.post(f"/appointments/{reference}", act="check_in")
    assert again.status_code == status_of("already_checked_in")
    assert f"Schon angemeldet, Nummer {number_of(again.text)}" in words(again.text)


async def test_an_empty_search_lists_the_day(desk: Desk) -> None:
    reference = await desk.book()
    answer = await desk.post("/search", q="", day="2026-03-10")
    assert "Alle Termine" in words(answer.text)
    assert reference in answer.text


async def test_moving_keeps_the_reference_and_the_person(desk: Desk) -> None:
    reference = await desk.book(name="Erika Mustermann")
    page = await desk.get(move=reference)
    assert f"Sie verschieben Termin {reference}" in words(page)
    later = (await desk.times(move=reference, day="2026-03-13"))[0]
    answer = await desk.post(at=later, move=reference, **CARD)
    assert answer.headers["location"] == f"/desk/rathaus/appointments/{reference}?done=moved"
    moved = words(await desk.see(reference))
    assert "Freitag, 13. März" in moved
    assert "Erika Mustermann" in moved


async def test_a_booking_goes_to_another_site(town: Town) -> None:
    desk = Desk(town, who="administrator")
    reference = await desk.book(name="Erika Mustermann")
    assert "An einen anderen Standort: Bürgerzentrum" in words(await desk.get(move=reference))
    there = Desk(town, "buergerzentrum", "administrator")
    page = words(await there.get(move=reference))
    assert "Vom Standort Rathaus am Markt zum Standort Bürgerzentrum." in page
    at = (await there.times(move=reference, day="2026-03-13"))[0]
    press = {**CARD, "at": at, "move": reference, "request_id": "one-press"}
    answer = await there.post(**press)
    assert answer.headers["location"] == f"/desk/buergerzentrum/appointments/{reference}?done=moved"
    assert (await there.post(**press)).headers["location"] == answer.headers["location"], "failure 2"
    moved = words(await there.see(reference))
    assert "Freitag, 13. März" in moved
    assert "Erika Mustermann" in moved
    gone = await town.client.get(
        f"/desk/rathaus/appointments/{reference}", headers=town.headers("administrator")
    )
    assert gone.status_code == 404


async def test_what_nobody_does_at_once_is_booked_as_two_in_a_row(desk: Desk) -> None:
    """Each of the two names the other, on the page and on the card that is handed over."""
    both = {"n-id-card": "1", "n-marriage-register": "1"}
    page = await desk.get(**both)
    assert re.search(r"\d\d:\d\d, dann \d\d:\d\d", words(page))
    at = re.findall(r'name="at" form="book" value="([^"]+)"', page)[0]
    answer = await desk.post(**both, at=at)
    seen = await desk.get(answer.headers["location"].removeprefix("/desk/rathaus").partition("?")[0])
    other = re.search(r'Dazu gehört</dt><dd><a href="/desk/rathaus/appointments/(\w+)"', seen)
    assert other, words(seen)
    assert "Ihr anderer Termin am selben Besuch" in words(seen)
    assert "Eheschließung" in words(seen)
    assert "Personalausweis" in words(await desk.see(other[1]))


async def test_nobody_moves_what_belongs_to_a_desk_of_others(desk: Desk) -> None:
    """Failure 15: Bernd works in the town hall alone."""
    there = Desk(desk.town, "buergerzentrum", "administrator")
    reference = await there.book()
    bernd = desk.town.headers("bernd")
    answer = await desk.town.client.get("/desk/rathaus", params={"move": reference}, headers=bernd)
    assert answer.status_code == 404
    token = field(await Desk(desk.town, who="bernd").get(), "csrf")
    at = (await desk.times())[0]
    moved = await desk.town.client.post(
        "/desk/rathaus", data={"csrf": token, **CARD, "at": at, "move": reference}, headers=bernd
    )
    assert moved.status_code == 404
    assert reference in await there.see(reference)


async def test_a_get_cancels_nothing_and_a_post_does(desk: Desk) -> None:
    """Failure 4."""
    reference = await desk.book(name="Erika Mustermann")
    await desk.get(f"/appointments/{reference}", act="cancel")
    assert "Gebucht" in words(await desk.see(reference))
    answer = await desk.post(f"/appointments/{reference}", act="cancel")
    assert answer.headers["location"].endswith("?done=cancelled")
    page = words(await desk.see(reference))
    assert "Abgesagt" in page
    assert "Erika" not in page


async def test_who_arrives_is_checked_in_and_gets_a_slip(desk: Desk) -> None:
    reference = await desk.book()
    booked = number_of(await desk.see(reference))
    answer = await desk.post(f"/appointments/{reference}", act="check_in")
    assert answer.status_code == 303
    page = await desk.see(reference)
    assert "Angemeldet" in words(page)
    assert number_of(page) == booked
    ticket = re.search(r'action="/desk/rathaus(/tickets/\d+)"', page)
    assert ticket
    printed = await desk.post(ticket[1], kiosk="rathaus-kiosk")
    assert printed.headers["location"].endswith("?done=printed")
    assert "Der Zettel wird gedruckt" in words(await desk.get(ticket[1], done="printed"))


async def test_who_comes_on_the_wrong_day_is_told_so(desk: Desk) -> None:
    reference = await desk.book((await desk.times(day="2026-03-12"))[0])
    answer = await desk.post(f"/appointments/{reference}", act="check_in")
    assert answer.status_code == status_of("wrong_day")
    assert "Gebucht" in words(answer.text)


async def test_a_number_is_offered_on_the_day_on_which_walk_ins_may_come(desk: Desk, town: Town) -> None:
    house, change = town.house, town.house.settlement.change_town
    for days, is_offered in ((1, False), (0, True)):
        day = (START + timedelta(days=days)).date()
        opened = AdmissionTime(Admission.BOTH, first=day, last=day)
        plan = edit("site", "rathaus", admission=Admission.APPOINTMENT, admission_times=(opened,))
        await house.write(partial(change, organisation_id=MUSTER, plan=plan, now=START))
        await house.renew_settings()
        assert ('id="walk-in"' in await desk.get(**CARD)) is is_offered


async def test_a_walk_in_gets_a_number_now(desk: Desk, town: Town) -> None:
    answer = await desk.post("/walk-in", **CARD)
    assert answer.status_code == 303
    page = await desk.get(answer.headers["location"].removeprefix("/desk/rathaus"))
    queue = (await town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    assert [entry["number"] for entry in queue["waiting"]] == [number_of(page)]


@pytest.mark.parametrize("by", ["reference", "number", "name", "time", "service"])
async def test_a_search_finds_the_one_that_is_meant(desk: Desk, by: str) -> None:
    reference = await desk.book("2026-03-12T10:30+01:00", name="Erika Mustermann")
    number = str(number_of(await desk.see(reference)))
    wanted = {
        "reference": reference.lower(),
        "number": number,
        "name": "muster",
        "time": "10:30",
        "service": "personalausweis",
    }
    answer = await desk.post("/search", q=wanted[by], day="2026-03-12")
    assert answer.headers["location"] == f"/desk/rathaus/appointments/{reference}"


async def test_several_hits_are_listed_and_none_is_said(desk: Desk) -> None:
    first, second = await desk.book(name="Erika"), await desk.book(name="Erika")
    answer = await desk.post("/search", q="erika", day="2026-03-10")
    assert answer.status_code == 200
    assert first in answer.text
    assert second in answer.text
    assert "Nichts gefunden" in words((await desk.post("/search", q="otto", day="2026-03-10")).text)


async def test_a_lost_slip_is_found_by_its_number(desk: Desk, town: Town) -> None:
    """Failure 5: the same number is printed again, never a second one."""
    ticket = await town.take()
    answer = await desk.post("/search", q=str(ticket["number"]), day="2026-03-10")
    assert f'/desk/rathaus/tickets/{ticket["id"]}"' in answer.text


async def test_a_number_from_before_a_restore_is_explained(desk: Desk, town: Town) -> None:
    given = {"epoch": "before", "ticket_id": 5000, "number": 417, "age_s": 0}
    await given_numbers.take_in(town.house, "rathaus", [given])
    found = words((await desk.post("/search", q="417", day="2026-03-10")).text)
    assert "Die Nummer 417 wurde vor einer Wiederherstellung der Daten ausgegeben" in found
    assert "Nichts gefunden" not in found
    other_day = (await desk.post("/search", q="417", day="2026-03-11")).text
    assert "Die Nummer 417" not in other_day


async def test_a_searched_name_stands_in_no_address(desk: Desk) -> None:
    """Failure 27: addresses are logged; a search and a booking come in bodies."""
    page = await desk.get(**CARD)
    forms = re.findall(r"<form\b[^>]*>", page)
    assert [form for form in forms if 'method="get"' in form] == [
        '<form id="concern" method="get" action="/desk/rathaus" class="stack">'
    ]
    concern = page[page.index('<form id="concern"') :].partition("</form>")[0]
    assert not re.search(r'name="(name|contact|q|csrf)"', concern)


@pytest.mark.parametrize("changes", [{"public_url": HOST}], indirect=True)
async def test_the_card_carries_a_code_once_phones_have_an_address(desk: Desk) -> None:
    reference = await desk.book()
    assert 'src="data:image/svg+xml' in await desk.get(f"/appointments/{reference}/card")


async def test_reading_the_desk_changes_nothing(desk: Desk, town: Town) -> None:
    before = (await town.ask(None, "GET", "/api/v1/sites/rathaus/board")).json()["seq"]
    await desk.get(**CARD)
    await desk.post("/search", q="erika")
    assert (await town.ask(None, "GET", "/api/v1/sites/rathaus/board")).json()["seq"] == before
