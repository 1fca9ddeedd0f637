"""In which languages an address answers: staff's in two, visitors' in those that the towns have chosen.

What must not live here: which languages there are at all, and what is said in them (`web.texts`).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from babel import Locale, UnknownLocaleError

from queue_server.domain.town import Site, Town, languages_at
from queue_server.services.locales import locale_of
from queue_server.web.texts import FALLBACK, STAFF_LANGUAGES, Texts, own_name

STAFF_PATHS: Final = (
    "/account",
    "/admin",
    "/counter",
    "/demo/mails",
    "/department",
    "/desk",
    "/first-run",
    "/pair",
    "/password",
    "/sign-in",
    "/sign-out",
    "/styleguide",
)
"""Everything else is for visitors, also an address that nobody knows."""


DEVICES_PATHS: Final = ("/demo", "/display", "/kiosk")
"""Pages on which nobody follows a link: what hangs in the hall and stands in the foyer."""


def is_visitors(path: str) -> bool:
    """Tell whether an address is read by visitors on a device of their own."""
    devices = any(path == one or path.startswith(f"{one}/") for one in DEVICES_PATHS)
    return not (devices or is_staffs(path))


def is_staffs(path: str) -> bool:
    """Tell whether an address is for people who work here."""
    return any(path == one or path.startswith(f"{one}/") for one in STAFF_PATHS)


def spoken_by(town: Town, texts: Mapping[str, Texts]) -> list[str]:
    """Return the languages that a town has chosen and that there are words for, in the town's order."""
    return [one for one in town.languages if one in texts]


def spoken_at(town: Town, site: Site, texts: Mapping[str, Texts]) -> list[str]:
    """Return the languages of a site that there are words for; German is always one."""
    return [one for one in languages_at(town, site) if one in texts] or [FALLBACK]


def staffs(languages: Iterable[str]) -> str:
    """Return the first of `languages` that staff's faces speak."""
    return next((one for one in languages if one in STAFF_LANGUAGES), FALLBACK)


def languages_of(path: str, towns: Iterable[Town], texts: Mapping[str, Texts]) -> list[str]:
    """Return the languages in which an address answers, the usual one first."""
    chosen = [] if is_staffs(path) else [one for town in towns for one in spoken_by(town, texts)]
    return list(dict.fromkeys(chosen)) or list(STAFF_LANGUAGES)


def own_name_of(language: str) -> str:
    """Return what a language is called in itself, also one in which nothing is said here, as on a button."""
    own = own_name(language)
    if own != language:
        return own
    try:
        name = Locale.parse(language, sep="-").get_display_name() or language
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].title() + name[1:]  # not upper: Georgian has capitals that begin no word


def name_in(say: Texts, language: str) -> str:
    """Return what staff call a language; its own name for one that only its speakers have a name for."""
    if "-x-" in language:
        return own_name(language)
    try:
        return Locale.parse(language, sep="-").get_display_name(locale_of(say.language)) or language
    except (UnknownLocaleError, ValueError):
        return language
