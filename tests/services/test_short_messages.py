"""Text messages: all that matters within 160 signs, whatever the town's names are, and never the concern."""

from datetime import UTC, datetime
from itertools import product

import pytest

from queue_server.adapters.town.file import sample_town
from queue_server.domain.gsm7 import MOST, MOST_WIDE, septets, wide_signs
from queue_server.domain.town import Site, Town
from queue_server.services.letter_kinds import Kind
from queue_server.services.short_messages import KINDS, ShortNotice, write_short
from queue_server.web.texts import load_texts

TEXTS = load_texts()
WIDE = {"ar", "uk"}
AT = datetime(2026, 11, 25, 9, 40, tzinfo=UTC)
"""A Wednesday, twenty to eleven in the town; no date is longer."""
LINK = "https://termin.musterstadt.example/termin/v/8dPi6y7Z0k9b_4WmE2nQpAABSzdGM1hB"
LONGEST = "Verwaltungsgemeinschaft Bürgerservice „Am Schloßplatz“ – Außenstelle Höhr-Grenzhausen, Haus Ž"
SHORT, LONG = "Musterstadt", "Große Kreisstadt Annaberg-Buchholz im Erzgebirgskreis"


def a_notice(kind: str = "booked", **changes: object) -> ShortNotice:
    site = Site("rathaus", {"de": "Rathaus", "en": "Town Hall"}, phone="0371 488-0")
    facts: dict[str, object] = {
        "town": Town("musterstadt", {"de": SHORT}),
        "site": site,
        "starts_at": AT,
        "numbers": (417,),
        "link": LINK,
    }
    return ShortNotice(kind, **facts | changes)  # type: ignore[arg-type]


def test_a_booking_is_confirmed_with_time_place_and_number() -> None:
    assert write_short(a_notice(), TEXTS["de"]) == (
        f"Musterstadt: Ihr Termin: Mi. 25.11., 10:40 Uhr, Rathaus. Ihre Nummer: 417. Ändern: {LINK}"
    )
    assert write_short(a_notice(link=""), TEXTS["en"]) == (
        "Musterstadt: Your appointment: Wed 25 Nov, 10:40, Town Hall. Your number: 417."
    )


def test_arabic_comes_without_the_isolates_that_old_phones_draw_as_boxes() -> None:
    text = write_short(a_notice(), TEXTS["ar"])
    assert not {"\u2068", "\u2069"} & set(text)
    assert text.endswith(LINK)


def test_who_has_two_numbers_reads_both() -> None:
    assert "Ihre Nummer: 417, danach 523." in write_short(a_notice(numbers=(417, 523)), TEXTS["de"])


def test_a_farewell_names_no_number() -> None:
    assert "417" not in write_short(a_notice("cancelled", link=""), TEXTS["de"])


def test_what_has_to_be_done_comes_with_the_way_to_do_it() -> None:
    far = f"{LINK}{'x' * 90}"
    assert write_short(a_notice("must_move"), TEXTS["de"]).endswith(f"Neue Zeit: {LINK}")
    assert write_short(a_notice("must_move", link=far), TEXTS["de"]).endswith(
        "Bitte rufen Sie an: 0371 488-0"
    )


@pytest.mark.parametrize(("kind", "language"), [*product(KINDS, TEXTS)])
def test_every_message_fits_into_its_room_whatever_the_names(kind: str, language: str) -> None:
    links = ("", LINK, f"{LINK}{'x' * 90}", "https://t.de/v/a~b[c]")
    phones = ("", "+49 (0) 37321 / 8 88 00-12 34")
    for name, town, link, phone, numbers in product(
        ("Rathaus", LONGEST), (SHORT, LONG), links, phones, ((), (1417, 1523))
    ):
        site = Site("rathaus", {"de": name}, phone=phone)
        notice = a_notice(kind, site=site, town=Town("t", {"de": town}), link=link, numbers=numbers)
        text = write_short(notice, TEXTS[language])
        room = septets(text)
        assert wide_signs(text) <= MOST_WIDE if language in WIDE else room is not None and room <= MOST
        assert "10:40" in text
        if numbers and kind in ("booked", "moved", "accepted", "reminder"):
            assert all(str(number) in text for number in numbers)


def test_turkish_is_spelt_in_the_alphabet_and_keeps_its_link() -> None:
    text = write_short(a_notice(), TEXTS["tr"])
    assert text == (
        f"Musterstadt: Randevunuz: 25 Kas Çar, saat 10:40, Rathaus. Numaraniz: 417. Degistir: {LINK}"
    )


@pytest.mark.parametrize(("language", "letter"), [("uk", "ш"), ("ar", "م")])
def test_letters_that_the_alphabet_lacks_are_sent_as_they_are(language: str, letter: str) -> None:
    """A message of dots only would be worse than none."""
    text = write_short(a_notice(), TEXTS[language])
    assert letter in text
    assert "417" in text
    assert text.endswith(LINK)


def test_a_message_never_says_what_it_is_about() -> None:
    """It stands on locked screens: no fact of concern or person goes into it."""
    town = sample_town()
    names = {service.name["de"] for service in town.services}
    for kind in KINDS:
        text = write_short(a_notice(kind), TEXTS["de"])
        assert not any(name in text for name in names)


def test_every_kind_is_one_of_the_letters() -> None:
    assert set(KINDS) <= {kind.value for kind in Kind}
