"""What may be chosen where a form has a list: each list by its name, with the words for people.

What must not live here: whether a choice is right (`domain.town_check`).
"""

import zoneinfo
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from queue_server.domain.admission import Admission
from queue_server.domain.interpreting import LANGUAGES as INTERPRETED
from queue_server.domain.look import Face
from queue_server.domain.papers import questions_of
from queue_server.domain.person_fields import PERSON_FIELDS
from queue_server.domain.phrases import voice_of
from queue_server.domain.reminding import CHOICES_MIN
from queue_server.domain.town import (
    EVERY_SKILL,
    Assessment,
    CallMode,
    Challenge,
    Channel,
    CheckIn,
    Chime,
    Combines,
    NumberStyle,
    Reply,
    Site,
    Town,
)
from queue_server.web.languages import name_in
from queue_server.web.pages import PageCall
from queue_server.web.texts import Texts, offered

Choice = tuple[str, str]
_SPOKEN: Final = ("ar", "bg", "es", "fa", "fr", "it", "ku", "pl", "ro", "ru", "tr", "uk", "vi")
"""Languages that a town may write its own texts in; the pages have their words in `offered()` alone."""
_OF_SOUND: Final = frozenset({"known_languages", "languages_of_calls"})
"""Lists in which it matters whether calls are spoken in a language."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a form stands in: the town, the site of the thing (None: it stands in none), words, states.

    `why_silent` tells why no call is spoken in a language (`web.ports.Speech`).
    """

    town: Town
    site: Site | None
    say: Texts
    states: Collection[str] = ()
    why_silent: Callable[[str], str] = field(default=lambda _: "", compare=False)

    def text(self, texts: Any) -> str:
        return texts if isinstance(texts, str) else self.say.in_words(texts)


def around_of(call: PageCall, town: Town, site: Site | None = None) -> Around:
    """Return what the form of a page stands in."""
    house = call.house
    return Around(town, site, call.say, tuple(house.settlement.states), house.speech.why_silent)


def choices_of(name: str, around: Around) -> list[Choice]:
    """Return (word, text for people) of each choice of a list, in the order in which they are shown."""
    return list(_LISTS[name](around))


def known_texts(name: str, language: str, around: Around) -> list[str]:
    """Return the texts of a list that are offered while somebody types, in one language, each once."""
    if name != "questions":
        return []
    texts = (one.text.get(language, "") for one in questions_of(around.town.services))
    return sorted({text for text in texts if text})


def counter_name(say: Texts, name: str) -> str:
    """Return what a counter is called in a sentence; most are a number and no more."""
    return say("admin.at_counter", name=name) if name[:1].isdigit() else name


def _named(things: Iterable[Any]) -> Callable[[Around], Iterable[Choice]]:
    return lambda around: [(one.id, around.text(one.name) or one.id) for one in things]


def _of_site(field: str) -> Callable[[Around], Iterable[Choice]]:
    """Choose among what stands in the site; a thing of the whole town, among all with their site's name."""

    def listed(around: Around) -> list[Choice]:
        if around.site is not None:
            return list(_named(getattr(around.site, field))(around))
        return [
            (one.id, f"{around.text(site.name)}: {around.text(one.name)}")
            for site in around.town.sites
            for one in getattr(site, field)
        ]

    return listed


def _of_town(field: str) -> Callable[[Around], Iterable[Choice]]:
    return lambda around: _named(getattr(around.town, field))(around)


def _areas_of(around: Around) -> Iterable[Choice]:
    """Choose among the areas of the site in question; without one, among all."""
    sites = around.town.sites if around.site is None else (around.site,)
    return [choice for site in sites for choice in _named(site.areas)(around)]


def for_key(keys: str, key: str, around: Around) -> Around:
    """Return what stands around the choice for one of several keys: for a site, that site."""
    if keys != "sites":
        return around
    return replace(around, site=next((one for one in around.town.sites if one.id == key), around.site))


def grouped(name: str, around: Around) -> list[tuple[str, list[Choice]]]:
    """Return the choices of a list under their headings; most lists have one without words."""
    found = choices_of(name, around)
    if name != "skills":
        return [("", found)]
    of = {one.id: one.department_id for one in around.town.services}
    headings = [(one.id, around.text(one.name)) for one in around.town.departments]
    groups = [(words, [one for one in found if of.get(one[0]) == id_]) for id_, words in headings]
    return [("", [one for one in found if one[0] not in of]), *(group for group in groups if group[1])]


def _words(name: str, values: Iterable[object]) -> Callable[[Around], Iterable[Choice]]:
    return lambda around: [(str(one), around.say(f"admin.choice_{name}_{one}")) for one in values]


def _services(around: Around) -> Iterable[Choice]:
    site = around.site
    found = (one for one in around.town.services if site is None or site.id in one.site_ids)
    return _named(found)(around)


def _skills(around: Around) -> Iterable[Choice]:
    return [(EVERY_SKILL, around.say("admin.choice_every_skill")), *_named(around.town.services)(around)]


def _languages(around: Around) -> Iterable[Choice]:
    return [(one, name_in(around.say, one)) for one in around.town.languages]


def _known_languages(around: Around) -> Iterable[Choice]:
    """Choose among those of the pages, many that visitors speak, and what else the town has already."""
    known = dict.fromkeys((*offered(), *_SPOKEN, *around.town.languages))
    return [(one, _heard(around, one, voice_of(one))) for one in known]


def _languages_of_calls(around: Around) -> Iterable[Choice]:
    return [(one, _heard(around, one, one)) for one in around.town.languages]


def _heard(around: Around, language: str, voice: str) -> str:
    """Return a language's name, with a word where calls are not spoken in it."""
    name = name_in(around.say, language)
    return around.say("admin.choice_silent", language=name) if around.why_silent(voice) else name


def silent_words(name: str, around: Around) -> str:
    """Say what it means that languages of a list are not spoken here, and what to do; empty for none."""
    if name not in _OF_SOUND:
        return ""
    why: dict[str, list[str]] = {}
    for one in around.town.languages:
        reason = around.why_silent(voice_of(one) if name == "known_languages" else one)
        why.setdefault(reason, []).append(name_in(around.say, one))
    told = [
        around.say(f"admin.silent_{reason}", languages=", ".join(why[reason]))
        for reason in ("voice", "words")
        if reason in why
    ]
    is_any = told or any(around.why_silent(voice_of(one)) for one, _ in choices_of(name, around))
    return " ".join([around.say("admin.silent_means"), *told]) if is_any else ""


def _interpreted(around: Around) -> Iterable[Choice]:
    return sorted(((one, name_in(around.say, one)) for one in INTERPRETED), key=lambda pair: pair[1])


def _states(around: Around) -> Iterable[Choice]:
    none = ("", around.say("admin.choice_states_none"))
    words = {one: around.say(f"admin.choice_states_{one}") for one in around.states}
    return [none, *sorted(words.items(), key=lambda pair: pair[1])]


def _time_zones(_: Around) -> Iterable[Choice]:
    near = sorted(zoneinfo.available_timezones(), key=lambda one: (not one.startswith("Europe/"), one))
    return [(one, one.replace("_", " ")) for one in near]


_LISTS: Final[Mapping[str, Callable[[Around], Iterable[Choice]]]] = {
    "sites": _of_town("sites"),
    "departments": _of_town("departments"),
    "categories": _of_town("categories"),
    "areas": _of_site("areas"),
    "areas_of": _areas_of,
    "clerks": _of_town("clerks"),
    "rooms": _of_site("rooms"),
    "counters": _of_site("counters"),
    "services": _services,
    "skills": _skills,
    "pictures": lambda around: around.town.pictures.items(),
    "languages": _languages,
    "known_languages": _known_languages,
    "languages_of_calls": _languages_of_calls,
    "interpreted": _interpreted,
    "states": _states,
    "time_zones": _time_zones,
    "weekdays": _words("weekday", range(7)),
    "admissions": _words("admission", Admission),
    "assessments": _words("assessment", Assessment),
    "call_modes": _words("call_mode", CallMode),
    "channels": _words("channel", Channel),
    "combining": _words("combines", Combines),
    "check_ins": _words("check_in", CheckIn),
    "challenges": _words("challenge", Challenge),
    "chimes": _words("chime", Chime),
    "faces": _words("face", Face),
    "logos": lambda around: [("", around.say("look.no_logo")), *around.town.pictures.items()],
    "number_styles": _words("number_style", NumberStyle),
    "person_fields": _words("person_field", PERSON_FIELDS),
    "replies": _words("reply", Reply),
    "reminders": _words("reminder", (0, *reversed(CHOICES_MIN))),
}
