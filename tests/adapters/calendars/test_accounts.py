"""A table of a clerk's calendar: what it may say, and that its secrets are shown to nobody."""

from datetime import timedelta

import pytest

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.town.source import Report, parse
from queue_server.adapters.town.table import Table


def read(text: str) -> tuple[CalendarAccount, list[str]]:
    report = Report()
    source = parse(f"[calendars.anna]\n{text}", "connections.toml")
    table = Table(report, source, ("calendars", "anna"), source.data["calendars"]["anna"])
    account = CalendarAccount.of(table)
    table.finish()
    return account, [f"{one.code}:{one.line}" for one in report.problems]


def test_a_calendar_with_sign_in() -> None:
    account, problems = read('url = "https://dav.example/anna"\nuser = "anna"\npassword = "geheim"')
    assert problems == []
    assert account == CalendarAccount("anna", "https://dav.example/anna/", "anna", "geheim")
    assert "geheim" not in repr(account)


def test_a_published_calendar() -> None:
    account, problems = read('ics = "webcal://out.example/s3cret/c.ics"\nevery = 300\nstale_after = 45')
    assert problems == []
    assert account.ics == "https://out.example/s3cret/c.ics"
    assert (account.every, account.stale_after) == (timedelta(minutes=5), timedelta(minutes=45))
    assert "s3cret" not in repr(account), "whoever has the address has the calendar"


@pytest.mark.parametrize("more", ["", '\nics = "https://out.example/c.ics"'])
def test_a_mailbox_alone_or_beside_a_published_calendar(more: str) -> None:
    account, problems = read(f'mail = "anna@stadt.example"{more}')
    assert (account.mail, problems) == ("anna@stadt.example", [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('mail = "anna"', "calendar_not_a_mailbox:2"),
        ('url = "https://a.example/"\nmail = "a@b.example"', "calendar_url_or_ics:2"),
        ('user = "anna"', "calendar_url_or_ics:1"),
        ('url = "https://a.example/"\nics = "https://a.example/b.ics"', "calendar_url_or_ics:2"),
        ('url = "http://dav.example/"', "calendar_not_encrypted:2"),
        ('url = "dav.example"', "calendar_not_an_address:2"),
        ('url = "https://anna:geheim@dav.example/"', "calendar_not_an_address:2"),
        ('url = "https://dav.example:port/"', "calendar_not_an_address:2"),
        ('url = "https://a.example/"\nevery = 1', "calendar_out_of_bounds:3"),
        ('url = "https://a.example/"\nstale_after = 0', "calendar_out_of_bounds:3"),
        ('url = "https://a.example/"\nevry = 60', "unknown_key:3"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, problem: str) -> None:
    assert read(text)[1] == [problem]


def test_this_machine_needs_no_encryption() -> None:
    assert read('url = "http://127.0.0.1:5232/anna/office/"')[1] == []
    assert read('url = "http://localhost:5232/anna/office/"')[1] == []
