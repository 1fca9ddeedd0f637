"""What stands in the hall: displays and their sound, printers, and how their pages were opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from queue_server.domain.doctor.findings import Finding

FINE: Final = frozenset({"ready", "busy", "paper_low"})
"""What a printer that prints says of itself."""
NO_PRINTER: Final = "preview"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose a device is."""

    organisation_id: str
    site_id: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Display:
    """A display as the server knows it. `unlocked`, `output`: None as long as it has not said.

    `missed` counts its last calls in a row that it was assigned to and never reported as shown.
    """

    place: Place
    id: str
    connected: bool = False
    unlocked: bool | None = None
    output: bool | None = None
    missed: int = 0
    out_of_service: bool = False
    old_page: bool = False


MISSED_CALLS: Final = 2


def displays(facts: tuple[Display, ...]) -> Iterator[Finding]:
    for one in facts:
        if one.out_of_service:
            yield _of("display_out_of_service", one.place, one.id)
        elif not one.connected:
            yield _of("display_gone", one.place, one.id)
        else:
            yield from _connected(one)


def _connected(one: Display) -> Iterator[Finding]:
    if one.output is False:
        yield _of("display_no_output", one.place, one.id)
    elif one.unlocked is False:
        yield _of("display_sound_blocked", one.place, one.id)
    if one.missed >= MISSED_CALLS:
        yield _of("display_call_not_shown", one.place, one.id)
    if one.old_page:
        yield _of("display_old_page", one.place, one.id)


@dataclass(frozen=True, slots=True)
class Printer:
    """A kiosk's printer: the last word of the agent beside it, empty when none was heard yet."""

    place: Place
    id: str
    target: str
    has_agent: bool = False
    word: str = ""
    out_of_service: bool = False


def printers(facts: tuple[Printer, ...]) -> Iterator[Finding]:
    for one in facts:
        if one.out_of_service:
            continue
        if not one.has_agent:
            # Nothing is missed where slips are only shown.
            if one.target != NO_PRINTER or one.word:
                yield _of("printer_agent_gone", one.place, one.id)
        elif one.word == "paper_out":
            yield _of("printer_paper_out", one.place, one.id)
        elif one.word == "paper_low":
            yield _of("printer_paper_low", one.place, one.id)
        elif one.word and one.word not in FINE:
            yield _of("printer_trouble", one.place, one.id, why=one.word)
        if one.target == NO_PRINTER:
            yield _of("printer_preview", one.place, one.id)


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of the hall that was opened without TLS from another machine: the browser holds things back."""

    place: Place
    kind: str
    id: str


def screens(facts: tuple[Screen, ...]) -> Iterator[Finding]:
    for one in facts:
        yield _of(f"{one.kind}_insecure", one.place, one.id)


def _of(code: str, place: Place, id_: str, **params: str | int) -> Finding:
    return Finding(code, id_, params, place.organisation_id, place.site_id, place.is_open)
