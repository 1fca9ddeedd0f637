"""From an hour and a half on a wait is said in hours: to the half, outwards, alike on every face."""

import pytest

from queue_server.web.texts import STAFF_LANGUAGES, load_texts, offered
from queue_server.web.wait_words import LONGEST_IN_MINUTES, wait_words

SAY = load_texts()
FORMS = ("range", "under", "range_hours", "under_hours")
FACES = (
    *("booking.now", "slip.wait", "status.wait", "desk.now"),
    *("display.wait", "kiosk.wait", "kiosk.said", "counter.tell"),
)
OF_STAFF = ("desk", "counter")


def said(face: str, from_min: int, to_min: int, language: str = "de") -> str:
    told = wait_words(from_min, to_min)
    short = {"from": told.from_min, "to": told.to_min}
    return SAY[language](f"{face}_{told.form}", **told.ends, **short)


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ((0, 5), ("under", "0", "5")),
        ((75, 90), ("range", "75", "90")),
        ((80, 95), ("range_hours", "1", "2")),
        ((95, 120), ("range_hours", "1½", "2")),
        ((100, 125), ("range_hours", "1½", "2½")),
        ((30, 100), ("range_hours", "½", "2")),
        ((25, 100), ("under_hours", "", "2")),
        ((0, 150), ("under_hours", "", "2½")),
        ((120, 120), ("range_hours", "1½", "2")),
        ((595, 660), ("range_hours", "9½", "11")),
    ],
)
def test_half_hours_are_rounded_outwards(ends: tuple[int, int], told: tuple[str, str, str]) -> None:
    assert wait_words(*ends) == told


def test_no_range_gets_narrower() -> None:
    for last in range(LONGEST_IN_MINUTES + 1, 700):
        for first in range(0, last + 1, 5):
            told = wait_words(first, last)
            low, high = (60 * float((one or "0").replace("½", ".5")) for one in told[1:])
            assert told.in_hours
            assert low <= first <= last <= high
            assert low < high


def test_a_range_is_said_as_a_town_hall_would() -> None:
    assert [said(face, 95, 120) for face in FACES] == [
        "jetzt etwa 1½ bis 2 Std. Wartezeit",
        "etwa 1½ bis 2 Stunden",
        "1½–2",
        "Wartezeit etwa 1½ bis 2 Stunden",
        "1½ bis 2 Std.",
        "1½–2",
        "1½ bis 2 Stunden",
        "Wartezeit etwa 1½ bis 2 Std.",
    ]
    assert said("slip.wait", 20, 100) == "weniger als 2 Stunden"
    assert said("slip.wait", 25, 40) == "etwa 25 bis 40 Minuten"


@pytest.mark.parametrize("language", offered())
def test_every_language_says_hours_on_every_face(language: str) -> None:
    for face in FACES:
        if language in STAFF_LANGUAGES or not face.startswith(OF_STAFF):
            assert len({f"{face}_{form}" in SAY[language] for form in FORMS}) == 1
            between, under = said(face, 95, 120, language), said(face, 10, 120, language)
            assert ("1½" in between, "2" in between) == (True, True), face
            assert ("1½" in under, "2" in under, "{" in between + under) == (False, True, False), face
    assert SAY[language]("status.hours") != SAY[language]("status.minutes")
    assert SAY[language]("kiosk.hours_unit") != SAY[language]("kiosk.minutes")
