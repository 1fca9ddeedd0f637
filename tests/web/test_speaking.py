"""A kiosk's page read aloud: what may be said, who may ask, and that nothing typed becomes a file."""

import pytest

from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import DocumentIf, Reply
from tests.domain.town_plans import edit
from tests.web.running import Town
from tests.web.test_page_confirm import change

SPEECH = "/api/v1/kiosks/rathaus-kiosk/speech"
TYPED = [("de", "Bitte Kowalczyk"), ("de", "0151 23456789"), ("en", "anna@example.org"), ("xx", "Weiter")]
SHOWN = [
    ("de", "Personalausweis beantragen"),
    ("en", "Apply for identity card, 2 chosen"),
    ("de", "Dienstag, 10. März, 10:30 Uhr"),
    ("en", "Tuesday 10 March"),
    ("tr", "10 Mart Salı"),
    ("uk", "вівторок, 10 березня"),
    ("ar", "الثلاثاء، 10 مارس"),
    ("de", "ü"),
]


async def read(town: Town, text: str, language: str = "de", who: str | None = "kiosk") -> int:
    return (await town.ask(who, "POST", SPEECH, {"text": text, "language": language})).status_code


@pytest.mark.parametrize("changes", [{"speech": True}])
async def test_page_is_read_by_the_houses_own_voice(town: Town) -> None:
    body = {"text": "Ihre Nummer ist 417.", "language": "de-x-leicht"}
    answer = await town.ask("kiosk", "POST", SPEECH, body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.content[:4] == b"RIFF"
    assert answer.headers["cache-control"] == "no-store"


async def test_what_a_visitor_typed_is_never_spoken(town: Town) -> None:
    """Failure 27: sound files are kept, so no name and no address becomes one."""
    for language, text in TYPED:
        answer = await town.ask("kiosk", "POST", SPEECH, {"text": text, "language": language})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input"), text


async def test_what_stands_on_the_pages_may_be_spoken(town: Town) -> None:
    """There is no voice in this test: 404 says that nothing is against the words."""
    for language, text in SHOWN:
        assert await read(town, text, language) == 404, text


async def test_one_reading_is_short_enough_for_a_call_to_wait(town: Town) -> None:
    longest = "Weiter " * 42 + "Weiter"
    assert len(longest) == 300
    assert await read(town, longest) == 404, "no voice in this test: nothing is against the words"
    assert await read(town, longest + ".") == 400


@pytest.mark.parametrize("changes", [{"rate_limits": True}])
async def test_a_kiosk_that_runs_wild_silences_itself_alone(town: Town) -> None:
    assert {await read(town, "Weiter") for _ in range(60)} == {404}
    assert await read(town, "Weiter") == 429
    other = SPEECH.replace("rathaus-kiosk", "nachbarhaus-kiosk")
    body = {"text": "Weiter", "language": "de"}
    assert (await town.ask("other town's kiosk", "POST", other, body)).status_code == 404, "no voice here"


async def test_only_the_kiosk_itself_is_read_to(town: Town) -> None:
    """Failure 15."""
    assert await read(town, "Weiter", who="another kiosk") == 404
    assert await read(town, "Weiter", who="other town's kiosk") == 404
    assert await read(town, "Weiter", who="display") in (403, 404)
    assert await read(town, "Weiter", who=None) == 401


async def test_the_towns_questions_and_reasons_may_be_spoken(town: Town) -> None:
    """A paper that hangs on a question is one line with it: one strange word would silence all of it."""
    paper = DocumentIf(
        {"de": "Vollmachtsurkunde", "en": "Mandate deed"},
        {"de": "Kommen Sie stellvertretend?", "en": "Do you deputise?"},
        Reply.NO,
    )
    await change(town, edit("service", "id-card", documents_if=(paper,)))
    await change(
        town, edit("site", "rathaus", field_reasons=(FieldReason("name", {"de": "Fürs Archivblatt"}),))
    )
    for language, text in (
        ("de", "Vollmachtsurkunde (nur wenn nein: Kommen Sie stellvertretend?)"),
        ("en", "Mandate deed (only if no: Do you deputise?)"),
        ("tr", "Vollmachtsurkunde"),
        ("de", "Fürs Archivblatt"),
        ("de", "Haben Sie alles dabei? Fehlt etwas? Sagen Sie es am Platz gleich zu Beginn."),
        ("de", "Haben Sie alles dabei? Die Liste steht in Ihrer Bestätigung."),
    ):
        assert await read(town, text, language) == 404, text
