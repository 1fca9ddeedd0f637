"""What a kiosk may have read aloud: the words of its pages and of the town's set-up, and no others.

What must not live here: voices and files (`adapters.speech`); which word is a word (`domain.vocabulary`).
"""

from collections.abc import Iterator
from functools import cache

from babel import Locale

from queue_server.domain.town import Site, Town
from queue_server.domain.vocabulary import strange_words, words_of
from queue_server.services.locales import locale_of
from queue_server.web.house import House
from queue_server.web.languages import name_in
from queue_server.web.texts import load_texts


def is_ours(house: House, town: Town, site: Site, language: str, text: str) -> bool:
    """Tell whether every word of a text is known before anybody types."""
    return language in house.texts and not strange_words(text, _known(house, town, site, language))


def _known(house: House, town: Town, site: Site, language: str) -> Iterator[set[str]]:
    """Give the usual words first: most texts are of the catalogue; then the set-up is not walked through."""
    yield _catalogue(language)
    yield words_of(_set_up(house, town, site))
    yield words_of(name_in(house.texts[language], one) for one in site.interpreter_languages)
    # A town's text that is missing in a language is shown in another one; so is what was typed by its staff.
    yield _catalogue("de")


@cache
def _catalogue(language: str) -> set[str]:
    entries = load_texts()[language].of_faces("kiosk", "error", "page", "common").values()
    said = (text for entry in entries for text in ([entry] if isinstance(entry, str) else entry))
    return words_of(said) | words_of(_days(Locale.parse(locale_of(language))))


def _days(locale: Locale) -> Iterator[str]:
    """Give the names of weekdays and months as the page writes them: by themselves and in a date."""
    for names in (locale.days, locale.months):
        for widths in names.values():
            for width in ("wide", "abbreviated"):
                yield from widths[width].values()
    yield from (str(pattern) for pattern in locale.date_formats.values())


def _set_up(house: House, town: Town, site: Site) -> Iterator[str]:
    yield site.phone
    texts = [one.name for of_town, one in house.directory.sites.values() if of_town.id == town.id]
    texts += [one.name for one in site.areas]
    texts += [one.name for one in town.categories]
    texts += [one.name for one in town.services]
    texts += [area.hint for area in site.areas]
    texts += [document for service in town.services for document in service.documents]
    asked = [one for service in town.services for one in service.documents_if]
    texts += [text for one in asked for text in (one.document, one.question)]
    texts += [one.reason for one in site.field_reasons]
    texts += [closure.reason for closure in site.closures]
    for text in texts:
        yield from text.values()
    yield from (room.name for room in site.rooms)
    yield from (kiosk.name for kiosk in site.kiosks)
    yield from (department.phone for department in town.departments)
    yield from (service.link for service in town.services)
