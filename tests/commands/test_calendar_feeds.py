"""`aufruf calendar feed`: an address that is shown, replaced and closed, on both databases."""

from queue_server.adapters.calendars import feeds
from queue_server.adapters.server_key import ensure_key_file
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place


def opens(place: Place, address: str) -> bool:
    """Say whether the address is worth something."""
    secret = address.rpartition("/")[2].removesuffix(".ics")
    sealed = ensure_key_file(place.settings.key_file).open_seal(feeds.SEAL, secret)
    assert sealed is not None
    with place.database() as database:
        return database.read(lambda conn: feeds.version_of(conn, sealed[0])) == sealed[1]


def test_an_address_is_shown_again_replaced_and_closed(place: Place, aufruf: Aufruf) -> None:
    first = aufruf("calendar", "feed", "mueller", *place.words)
    assert first.status == 0
    assert first.last.startswith("/calendar/")
    assert "--public-url" in first.out
    assert aufruf("calendar", "feed", "mueller", *place.words).last == first.last
    there = aufruf("calendar", "feed", "mueller", "--public-url", "https://t.example/", *place.words)
    assert there.last == f"https://t.example{first.last}"
    assert opens(place, first.last)
    second = aufruf("calendar", "feed", "mueller", "--new", *place.words)
    assert opens(place, second.last)
    assert not opens(place, first.last)
    assert aufruf("calendar", "feed", "mueller", "--off", *place.words).status == 0
    assert not opens(place, second.last)
    assert aufruf("calendar", "feed", "mueller", "--off", *place.words).status == 1


def test_an_unknown_clerk_is_told_who_is_known(place: Place, aufruf: Aufruf) -> None:
    answer = aufruf("calendar", "feed", "nobody", *place.words)
    assert answer.status == 1
    assert "mueller" in answer.err
