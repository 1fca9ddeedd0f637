"""A message reads back as it was meant, in every mail program, and cannot be misled by what was typed."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest

from queue_server.adapters.post.mail_message import UnusableAddress, address, compose, message_id
from queue_server.services.letters import Letter
from tests.services.letter_desk import EVIL, a_notice, write

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def composed(letter: Letter, to: str = "erika@muster.example") -> bytes:
    return compose(
        letter,
        to=to,
        sender="termin@musterstadt.example",
        sender_name="Müsterstadt, Bürgerservice",
        message_id=message_id("rathaus/17/booked/3", "musterstadt.example"),
        language="de",
        at=AT,
    )


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_text_html_and_calendar_are_three_readings_of_one_letter() -> None:
    letter = write(a_notice())
    message = read(composed(letter))
    assert message["Subject"] == letter.subject
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "multipart/alternative"),
        *("text/plain", "text/html", "text/calendar", "application/ics"),
    ]
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == letter.text
    assert html.get_content().replace("\r\n", "\n").strip() == letter.html.strip()
    assert plain["Content-Language"] == html["Content-Language"] == "de"


def test_the_calendar_stands_as_a_part_and_as_an_attachment() -> None:
    """Some programs offer the one, some the other; both are the same bytes."""
    letter = write(a_notice())
    message = read(composed(letter))
    [part] = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
    [attached] = message.iter_attachments()
    assert part.get_param("method") == "PUBLISH"
    assert part.get_param("charset") == "utf-8"
    assert part.get_payload(decode=True) == letter.calendar
    assert attached.get_payload(decode=True) == letter.calendar
    assert attached.get_filename() == "termin.ics"


def test_the_same_letter_has_the_same_id() -> None:
    """Failure 20: sent twice after a crash, a mail program shows it once."""
    letter = write(a_notice())
    assert composed(letter) == composed(letter)
    assert message_id("rathaus/17/booked/3", "a.example") != message_id("rathaus/17/moved/4", "a.example")
    assert "rathaus" not in message_id("rathaus/17/booked/3", "a.example")


def test_no_machine_answers_it() -> None:
    message = read(composed(write(a_notice())))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Tue, 10 Mar 2026 09:00:00 +0000"


def test_every_line_is_one_that_mail_servers_take() -> None:
    letter = write(a_notice(name="Ü" * 3000))
    content = composed(letter)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78


def test_a_name_cannot_add_a_header() -> None:
    """Failure 14."""
    message = read(composed(write(a_notice(name=EVIL))))
    assert "Bcc" not in message
    assert message["To"] == "erika@muster.example"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("erika@muster.example", "erika@muster.example"),
        (" erika+amt@muster.example ", "erika+amt@muster.example"),
        ("erika@müller.example", "erika@xn--mller-kva.example"),
    ],
)
def test_usual_addresses_are_taken(typed: str, written: str) -> None:
    assert address(typed).addr_spec == written


@pytest.mark.parametrize(
    "typed",
    [
        *("", "erika", "@muster.example", "erika@", "a@b@c.example", "erika@muster.example, x@y.example"),
        *("erika@muster.example\r\nBcc: x@y.example", "Erika <erika@muster.example>", "érika@muster.example"),
        *(
            "a" * 300 + "@muster.example",
            "erika@" + "a" * 64 + ".example",
            "erika@a..b",
            "e rika@muster.example",
        ),
    ],
)
def test_what_is_no_address_is_refused_without_being_told(typed: str) -> None:
    """Failures 14 and 27: what was typed stands in no error, for errors go to the log."""
    with pytest.raises(UnusableAddress) as refused:
        composed(write(a_notice()), to=typed)
    assert str(refused.value) == "unusable_address"
