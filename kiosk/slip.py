"""The slip: what one print job says, already in the visitor's language, and how it is read from JSON.

Knows nothing of printers, fonts or bytes (`printing`), and translates nothing: the server did.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from kiosk.ink import harmless

Direction = Literal["ltr", "rtl"]
PaperWidth = Literal[58, 80]

LONGEST_NUMBER: Final = 8
LONGEST_TIME: Final = 20
LONGEST_TEXT: Final = 300
LONGEST_LINK: Final = 500
MOST_LINES: Final = 40
PICTURE: Final = re.compile(r"/pictures/[0-9a-f]{32}")


class SlipInvalid(ValueError):  # noqa: N818 - errors name the refusal
    """A print job that cannot become a slip; names the field and what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the slip: a value, usually with a label beside it."""

    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """The printed paper of one ticket. Texts may hold any character: the printing makes them harmless."""

    number: str
    headline: str = ""
    lines: tuple[Line, ...] = ()
    qr: str | None = None
    qr_caption: str = ""
    header: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    mark: str | None = None
    language: str = "de"
    direction: Direction = "ltr"
    paper: PaperWidth = 80
    time: str = ""
    time_caption: str = ""
    logo: str = ""
    """Where the server has the town's logo; empty for none."""


def slip_from(job: object) -> Slip:
    """Read a slip from a decoded JSON object; unknown keys are ignored, so that older agents live on.

    Raises `SlipInvalid` naming the first field that is wrong.
    """
    if not isinstance(job, Mapping):
        raise SlipInvalid("slip", "must be an object")
    fields = cast("Mapping[str, object]", job)
    number = _text(fields, "number", LONGEST_NUMBER)
    if not harmless(number):
        raise SlipInvalid("number", "must not be empty")
    return Slip(
        number=number,
        headline=_text(fields, "headline"),
        lines=tuple(_line(item, f"lines[{at}]") for at, item in enumerate(_items(fields, "lines"))),
        qr=_link(fields),
        qr_caption=_text(fields, "qr_caption"),
        header=_texts(fields, "header"),
        footer=_texts(fields, "footer"),
        mark=_text(fields, "mark") or None,
        language=_text(fields, "language", 35) or "de",
        direction=_direction(fields),
        paper=_paper(fields),
        time=_text(fields, "time", LONGEST_TIME),
        time_caption=_text(fields, "time_caption"),
        logo=_logo(fields),
    )


def _given(fields: Mapping[str, object], key: str, otherwise: object) -> object:
    value = fields.get(key)
    return otherwise if value is None else value


def _text(fields: Mapping[str, object], key: str, longest: int = LONGEST_TEXT) -> str:
    return _checked(_given(fields, key, ""), key, longest)


def _checked(value: object, field: str, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str):
        raise SlipInvalid(field, f"must be a text, not {type(value).__name__}")
    if len(value) > longest:
        raise SlipInvalid(field, f"has {len(value)} characters, at most {longest} fit")
    return value


def _items(fields: Mapping[str, object], key: str) -> list[object]:
    value = _given(fields, key, [])
    if not isinstance(value, list):
        raise SlipInvalid(key, f"must be a list, not {type(value).__name__}")
    if len(value) > MOST_LINES:
        raise SlipInvalid(key, f"has {len(value)} entries, at most {MOST_LINES} fit")
    return value


def _texts(fields: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(_checked(item, f"{key}[{at}]") for at, item in enumerate(_items(fields, key)))


def _line(item: object, field: str) -> Line:
    if isinstance(item, Mapping):
        label = _checked(_given(item, "label", ""), f"{field}.label")
        return Line(value=_checked(item.get("value"), f"{field}.value"), label=label)
    return Line(value=_checked(item, field))


def _link(fields: Mapping[str, object]) -> str | None:
    link = _text(fields, "qr", LONGEST_LINK)
    if not link:
        return None
    if not link.startswith(("https://", "http://")):
        raise SlipInvalid("qr", "must be an http(s) address")
    if not all("!" <= character <= "~" for character in link):
        raise SlipInvalid("qr", "must be an address in plain ASCII")
    return link


def _logo(fields: Mapping[str, object]) -> str:
    """Return the path of a picture; whatever else stands there is no reason to print nothing."""
    path = fields.get("logo")
    return path if isinstance(path, str) and PICTURE.fullmatch(path) else ""


def _direction(fields: Mapping[str, object]) -> Direction:
    match _given(fields, "direction", "ltr"):
        case "ltr" | "rtl" as direction:
            return direction
    raise SlipInvalid("direction", "must be ltr or rtl")


def _paper(fields: Mapping[str, object]) -> PaperWidth:
    match _given(fields, "paper", 80):
        case 58:
            return 58
        case 80:
            return 80
    raise SlipInvalid("paper", "must be 58 or 80 (millimetres)")
