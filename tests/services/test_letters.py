"""A letter says all that a visitor needs, to everybody, and nothing that is nobody's business."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from icalendar import Calendar

from queue_server.adapters.post import outbox
from queue_server.domain.papers import key_of
from queue_server.domain.town import in_language
from queue_server.services.letter_body import as_text, body_of
from queue_server.services.letter_kinds import FAREWELLS, Kind, Links
from queue_server.services.letter_words import come_at, plain
from queue_server.services.letters import entry_of, subject
from tests.services.letter_desk import EVIL, LINKS, START, Visit, a_notice, say, with_service, write

BOTH = pytest.mark.parametrize("language", ["de", "en"])
EVERY = pytest.mark.parametrize("kind", list(Kind))
_TELLING_NUMBERS = {Kind.BOOKED, Kind.MOVED, Kind.REMINDER, Kind.ACCEPTED}


class Reader(HTMLParser):
    """Collects what a mail program shows, every address, and every tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown = ""
        self.links: list[str] = []
        self.tags: set[str] = set()
        self._in_style = False
        self.feed(html)
        self.shown = re.sub(r"\s+", " ", self.shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in_style = tag == "style"
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.shown += data


def test_the_letter_holds_all_that_the_towns_asked_for() -> None:
    """Place, time, hints, documents, number, reference, when to come, ways to move and cancel."""
    notice = a_notice()
    [service] = [one for one in notice.town.services if one.id == "id-card"]
    assert service.documents
    wanted = [
        *("Erika Muster", "417", "K7F3XA", "Dienstag, 17. März 2026, 10:40 Uhr", "ab 10:30 Uhr"),
        *("Rathaus am Markt, Markt 1, 12345 Musterstadt", "Erdgeschoss – Gleich hinter dem Eingang rechts"),
        *("2 × Personalausweis", "030 23125-0", "20 Minuten"),
        *(in_language(document, "de") for document in service.documents),
    ]
    letter = write(notice)
    html = Reader(letter.html)
    for words in wanted:
        assert words in letter.text, words
        assert words in html.shown, words
    for link in (LINKS.manage, LINKS.move, LINKS.cancel):
        assert link in letter.text
        assert link in html.links


def test_an_english_letter_is_english_to_its_last_line() -> None:
    letter = write(a_notice(), "en")
    assert letter.subject == "Your appointment on Tuesday, 17 March 2026, 10:40"
    for words in ("Hello Erika Muster,", "Town Hall at the Market", "On the right, just behind the entrance"):
        assert words in letter.text
        assert words in letter.html
    for german in ("Termin", "Bitte", "Rathaus", "Uhr"):
        assert german not in letter.text.replace("termin.musterstadt", "")


@BOTH
@EVERY
def test_the_subject_tells_a_stranger_nothing(kind: Kind, language: str) -> None:
    words = subject(a_notice(kind), say(language))
    for private in ("Muster", "Personalausweis", "ID card", "417", "K7F3XA", "Rathaus"):
        assert private not in words
    assert words.isprintable()
    assert "{" not in words


@BOTH
def test_the_calendar_tells_a_stranger_nothing(language: str) -> None:
    """A calendar is shared with colleagues and family: no concern, no name, no secret address."""
    content = write(a_notice(), language).calendar.decode()
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert str(event["LOCATION"]).endswith("Markt 1, 12345 Musterstadt")
    assert "417" in str(event["DESCRIPTION"])
    assert "K7F3XA" in str(event["DESCRIPTION"])
    for private in ("Erika", "Personalausweis", "ID card", "geheim", "http"):
        assert private not in content


@BOTH
@EVERY
def test_every_letter_is_whole(kind: Kind, language: str) -> None:
    letter = write(a_notice(kind), language)
    for part in (letter.subject, letter.text, letter.html):
        assert "post." not in part, "a text is missing"
        assert not re.search(r"\{\w+\}", part.partition("</style>")[2] or part), "a placeholder is left"
    assert not {"img", "script", "link", "iframe", "form"} & Reader(letter.html).tags
    assert "style=" not in letter.html


@BOTH
def test_a_cancellation_asks_for_nothing_more(language: str) -> None:
    letter = write(a_notice(Kind.CANCELLED), language)
    assert "417" not in letter.text, "the number is somebody else's now"
    assert LINKS.cancel not in letter.text
    assert LINKS.manage not in letter.text
    assert LINKS.book in letter.text
    assert b"STATUS:CANCELLED" in letter.calendar


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_a_visitor_typed_shows_as_text(language: str) -> None:
    """Failure 14: HTML, control characters and marks of direction in a name are text in every part."""
    letter = write(a_notice(name=EVIL), language)
    html = Reader(letter.html)
    assert "b" not in html.tags
    assert "<b>Eva</b>" in html.shown
    for part in (letter.subject, letter.text, letter.html, letter.calendar.decode()):
        for unseen in ("\x1b", "\x00", "\u202e"):
            assert unseen not in part
    assert "\nBcc:" not in letter.text
    assert "Eva" not in letter.subject


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Anna\t Maria\r\n Müller ", "Anna Maria Müller"),
        ("An\x00na", "An\ufffdna"),
        ("\u202eanna\u2066", "\ufffdanna\ufffd"),
        ("Nguyễn Thị Đào", "Nguyễn Thị Đào"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("", ""),
    ],
)
def test_names_of_all_scripts_stay_and_unseen_marks_are_seen(typed: str, shown: str) -> None:
    """Failure 14."""
    assert plain(typed) == shown


def test_a_letter_without_a_name_greets_all_the_same() -> None:
    assert write(a_notice(name=" \n ")).text.startswith("Guten Tag,\n")


def test_an_admission_notice_is_in_the_letter() -> None:
    notice = a_notice(site={"admission_notice": {"de": "Bitte klingeln Sie am Seiteneingang."}})
    letter = write(notice)
    assert "Bitte klingeln Sie am Seiteneingang." in letter.text
    assert "Bitte klingeln Sie am Seiteneingang." in letter.html
    assert 'class="notice"' not in write(a_notice()).html


def test_forms_are_links_and_nothing_else_is() -> None:
    """A set-up may hold anything; only web addresses become links."""
    form = "https://formulare.example/ausweis"
    assert form in Reader(write(with_service(a_notice(), "id-card", link=form)).html).links
    evil = write(with_service(a_notice(), "id-card", link="javascript:alert(1)"))
    assert "javascript:" not in evil.html + evil.text


def test_the_reminder_of_the_day_before_carries_the_list_by_what_was_answered() -> None:
    child = key_of({"de": "Ist ein Ausweis oder Pass für ein Kind?"})
    visit = {"concern": (("passport", 1),)}
    adult = body_of(a_notice(Kind.REMINDER, paper_answers=f"{child}:no", visit=visit), say()).documents
    minor = body_of(a_notice(Kind.REMINDER, paper_answers=f"{child}:yes", visit=visit), say()).documents
    assert "Kind muss persönlich anwesend sein" in minor
    assert adult
    assert not any("Kind muss" in line for line in adult)


def test_documents_of_several_concerns_are_listed_once() -> None:
    notice = a_notice(visit={"concern": (("id-card", 1), ("passport", 1))})
    documents = body_of(notice, say()).documents
    assert documents
    assert len(documents) == len(set(documents))


def test_a_service_that_is_gone_does_not_stop_the_letter() -> None:
    notice = a_notice(visit={"concern": (("id-card", 1), ("closed-long-ago", 1))})
    assert "Personalausweis" in write(notice).text


def test_without_public_address_no_half_link_is_written() -> None:
    letter = write(a_notice(links=Links(manage="/termin/v/x", move="/termin/v/x/m")))
    assert "/termin/v/x" not in letter.text + letter.html


def test_when_to_come_is_the_sites_word() -> None:
    assert come_at(a_notice(site={"come_early_min": 5}), say()) == "ab 10:35 Uhr, bitte nicht früher"


def test_local_time_is_right_on_both_sides_of_the_clock_change() -> None:
    """Failure 7: the same UTC hour, a day before and a day after the last Sunday of March."""
    before = subject(a_notice(visit={"starts_at": START.replace(day=28, hour=9, minute=0)}), say())
    after = subject(a_notice(visit={"starts_at": START.replace(day=30, hour=9, minute=0)}), say())
    assert before.endswith("28. März 2026, 10:00 Uhr")
    assert after.endswith("30. März 2026, 11:00 Uhr")


def test_the_text_reads_from_top_to_bottom() -> None:
    """What is needed on the way stands before what is needed in case."""
    text = as_text(body_of(a_notice(), say()))
    order = [
        "Guten Tag",
        "417",
        "Wann:",
        "Bitte kommen Sie:",
        "Wo:",
        "Das bringen Sie",
        LINKS.move,
        "löschen",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_the_portal_can_show_the_same_calendar_entry() -> None:
    entry = entry_of(a_notice(), say("en"))
    assert entry.summary == "Appointment · Musterstadt"
    assert not entry.cancelled
    assert "from 10:30, not earlier please" in entry.description


def test_the_contact_goes_with_every_letter_that_is_the_last() -> None:
    assert {kind.value for kind in FAREWELLS} == outbox.LAST_WORDS


@EVERY
def test_one_letter_tells_of_two_appointments(kind: Kind) -> None:
    """Both times, both numbers, both references, what to bring for both; and both in the calendar."""
    second = Visit("ZWEI22", 632, START + timedelta(minutes=20), 30, (("marriage-register", 1),))
    letter = write(a_notice(kind, also=(second,)))
    wanted = ["10:40 Uhr", "um 11:00 Uhr", "Personalausweis", "Eheschließung", "K7F3XA", "ZWEI22"]
    for words in [*wanted, "417", "mit der Nummer 632"] if kind in _TELLING_NUMBERS else wanted:
        assert words in letter.text, words
        assert words in Reader(letter.html).shown, words
    if letter.calendar:
        events = Calendar.from_ical(letter.calendar.decode()).walk("VEVENT")
        assert [(event["uid"], event.decoded("dtstart")) for event in events] == [
            ("k7f3xa@musterstadt.aufruf", START),
            ("zwei22@musterstadt.aufruf", second.starts_at),
        ]


@BOTH
def test_who_was_missed_reads_how_to_book_again(language: str) -> None:
    letter = write(a_notice(Kind.MISSED), language)
    assert LINKS.book in letter.text
    for gone in ("417", LINKS.move, LINKS.cancel, LINKS.manage):
        assert gone not in letter.text, "there is nothing left to move or to cancel"
    assert letter.calendar == b""


@BOTH
def test_who_has_to_move_is_led_to_other_times_first(language: str) -> None:
    body = body_of(a_notice(Kind.MUST_MOVE, answer="Krank"), say(language))
    assert body.first_act
    assert [act.address for act in body.acts] == [LINKS.move, LINKS.cancel, LINKS.manage]
    assert body.said == "Krank"
    assert not body.number, "who comes with it comes in vain"


def test_what_was_confirmed_first_is_asked_for_anew() -> None:
    """The secretariat confirmed that time and no other: there is no page to move it."""
    links = replace(LINKS, move="")
    assert [act.address for act in body_of(a_notice(Kind.MUST_MOVE, links=links), say()).acts] == [
        LINKS.book,
        LINKS.cancel,
        LINKS.manage,
    ]


def test_how_to_enter_stands_first_where_it_is_the_message() -> None:
    notice = a_notice(Kind.ADMISSION, site={"admission_notice": {"de": "Bitte klingeln."}})
    letter = write(notice)
    assert letter.text.count("Bitte klingeln.") == 1
    assert letter.text.index("Bitte klingeln.") < letter.text.index("417")


def test_a_letter_has_the_colours_of_its_town_and_still_no_picture() -> None:
    notice = a_notice()
    town = replace(notice.town, look_accent="#0b6b3a", look_logo="0" * 32)
    ours = write(notice).html
    green = write(replace(notice, town=town)).html
    assert "#0b6b3a" not in ours
    assert "#0b6b3a" in green
    assert len(green) < len(ours) + 100
    assert "img" not in Reader(green).tags
