"""A town's German words on a page of another language are marked as German (WCAG 2.2, 3.1.2)."""

from queue_server.domain.town import in_language
from queue_server.web.own_words import own
from tests.domain.town_plans import edit
from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_page_booking import at_data
from tests.web.test_page_confirm import change

NAME = {"de": "Rathaus & Markt", "tr": "Belediye"}


def test_only_what_is_said_for_want_of_another_language_is_marked() -> None:
    assert own(in_language(NAME, "ar")) == '<span lang="de" dir="ltr">Rathaus &amp; Markt</span>'
    for text in (in_language(NAME, "tr"), in_language(NAME, "de"), in_language({}, "ar"), "Rathaus & Markt"):
        assert own(text) is text


async def test_pages_mark_services_and_documents_that_are_there_in_german_alone(town: Town) -> None:
    documents = ({"de": "Tragetasche"}, {"de": "Foto", "ar": "صورة"})
    await change(town, edit("service", "id-card", name={"de": "Stadtausweis"}, documents=documents))
    page = (await town.ask(None, "GET", "/termin/rathaus?lang=ar")).text
    assert '<span class="service__name"><span lang="de" dir="ltr">Stadtausweis</span>' in page
    assert '<li><span lang="de" dir="ltr">Tragetasche</span></li><li>صورة</li>' in page
    visitor = Visitor(town)
    await at_data(visitor, "/termin/rathaus?step=2&s=id-card&day=2026-03-12&lang=ar")
    assert '<span lang="de" dir="ltr">Stadtausweis</span>' in visitor.page.text
    german = (await town.ask(None, "GET", "/termin/rathaus?lang=de")).text
    assert '<span lang="de"' not in german
