"""What of a letter a town may write itself: subject, opening and a paragraph of its own, with placeholders.

What lives here: which placeholders there are, what makes a text unfit, and how one is filled. What must
not: where such texts are stored, the shipped ones (`locale/*/post.po`). All that a visitor needs (time,
place, number, reference, links) stands in lines of its own that nobody can write away, so a text may say
less than the shipped one and no letter is broken by it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from queue_server.domain.town import Town, in_language
from queue_server.services.letter_kinds import ASKING, NOT_TO_COME, Kind, Notice, Say
from queue_server.services.letter_words import plain, when

FIELDS: Final = ("subject", "opening", "own")
MOST: Final[Mapping[str, int]] = {"subject": 120, "opening": 600, "own": 1500}
_HOLE: Final = re.compile(r"\{(\w+)\}")
_PARAGRAPHS: Final = re.compile(r"\n\s*\n")
_SUBJECT_MAY: Final = ("when", "town")
_EVERY: Final = ("when", "site", "town", "reference", "number")


class TextCode(StrEnum):
    """Why a text is refused; stable, with a text in each catalogue (`letters.problem_<code>`)."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    PLACEHOLDER_MISSING = "placeholder_missing"
    NOT_IN_SUBJECT = "not_in_subject"
    CONCERN_IN_SUBJECT = "concern_in_subject"
    LOOSE_BRACE = "loose_brace"


@dataclass(frozen=True, slots=True)
class TextProblem:
    """One thing that makes a text unfit. `found` is the placeholder, the service, or the length allowed."""

    field: str
    code: TextCode
    found: str = ""


def text_id(kind: str, language: str) -> str:
    """Return the name under which a town's texts for this letter are kept."""
    return f"{kind}.{language}"


def placeholders(kind: Kind, field: str) -> tuple[str, ...]:
    """Return what may stand in braces. The concern and the name are never among it."""
    if field == "subject":
        return _SUBJECT_MAY
    return _EVERY if kind not in NOT_TO_COME | ASKING else _EVERY[:-1]


def shipped(kind: Kind, say: Say) -> dict[str, str]:
    """Return the texts that come with the product, as templates; none has a paragraph of its own."""
    return {
        "subject": say(f"post.subject_{kind}"),
        "opening": say(f"post.opening_{kind}"),
        "own": "",
    }


def tidied(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed without unseen marks: one line each, and paragraphs in the own text."""
    own = texts.get("own", "").replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = [plain(part) for part in _PARAGRAPHS.split(own)]
    return {
        "subject": plain(texts.get("subject", "")),
        "opening": plain(texts.get("opening", "")),
        "own": "\n\n".join(part for part in paragraphs if part),
    }


def problems(kind: Kind, texts: Mapping[str, str], town: Town, language: str) -> list[TextProblem]:
    """Return all that makes these texts unfit for this letter, in the order of the fields."""
    found = [problem for field in FIELDS for problem in _of_field(kind, field, texts[field])]
    name = _concern_named(texts["subject"], town, language)
    return [*found, TextProblem("subject", TextCode.CONCERN_IN_SUBJECT, name)] if name else found


def _of_field(kind: Kind, field: str, text: str) -> Iterable[TextProblem]:
    if not text and field != "own":
        yield TextProblem(field, TextCode.EMPTY)
        return
    if len(text) > MOST[field]:
        yield TextProblem(field, TextCode.TOO_LONG, str(MOST[field]))
    holes = list(dict.fromkeys(_HOLE.findall(text)))
    for hole in holes:
        if hole not in placeholders(kind, field):
            known = field == "subject" and hole in _EVERY
            code = TextCode.NOT_IN_SUBJECT if known else TextCode.UNKNOWN_PLACEHOLDER
            yield TextProblem(field, code, "{" + hole + "}")
    if field == "subject" and "when" not in holes:
        # Two letters on two appointments would be told apart by nothing.
        yield TextProblem(field, TextCode.PLACEHOLDER_MISSING, "{when}")
    if any(brace in _HOLE.sub("", text) for brace in "{}"):
        yield TextProblem(field, TextCode.LOOSE_BRACE)


def _concern_named(subject: str, town: Town, language: str) -> str:
    """Return a service that the subject names: it stands on locked screens."""
    folded = subject.casefold()
    names = (in_language(service.name, language) for service in town.services)
    return next((name for name in names if name and name.casefold() in folded), "")


def filled(notice: Notice, say: Say, field: str) -> str:
    """Return one of a letter's texts, the town's or the shipped one, with its placeholders filled."""
    template = notice.own.get(field, "") or shipped(notice.kind, say)[field]
    values = _values(notice, say)
    # Not `format`: what an administrator typed must not reach into objects.
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), template)


def _values(notice: Notice, say: Say) -> dict[str, str]:
    return {
        "when": when(notice, say),
        "site": in_language(notice.site.name, say.language),
        "town": in_language(notice.town.name, say.language),
        "reference": notice.appointment.reference,
        "number": str(notice.appointment.number or ""),
    }
