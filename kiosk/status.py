"""What a printer's status bytes say (ESC/POS `DLE EOT n`, `GS r 1`). Pure: bytes in, words out."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

ASK_PRINTER: Final = 1
ASK_OFFLINE_CAUSE: Final = 2
ASK_ERROR_CAUSE: Final = 3
ASK_PAPER: Final = 4

PAPER_OUT: Final = "paper_out"
PAPER_LOW: Final = "paper_low"
COVER_OPEN: Final = "cover_open"
PRINTER_ERROR: Final = "printer_error"
PRINTER_OFFLINE: Final = "printer_offline"
PRINTER_UNREACHABLE: Final = "printer_unreachable"
PRINTER_SILENT: Final = "printer_silent"
PRINTER_NONSENSE: Final = "printer_nonsense"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a printer is: `code` None means ready; `paper_low` is a warning only."""

    code: str | None = None
    paper_low: bool = False
    detail: str = ""


class Word(Enum):
    """The kinds of bytes a printer sends, told apart by the bits that are fixed in each."""

    REAL_TIME = auto()  # 0xx1xx10: an answer to DLE EOT
    PROCESSED = auto()  # 0000xx..: the answer to GS r 1, given when everything before it was processed
    UNASKED = auto()  # 0xx1xx00: the first of four bytes of automatic status back
    FLOW = auto()  # XON, XOFF
    NONSENSE = auto()


def kind_of(byte: int) -> Word:
    """Tell what a byte from the printer is."""
    if byte in {0x11, 0x13}:
        return Word.FLOW
    if byte & 0x93 == 0x12:
        return Word.REAL_TIME
    if byte & 0x93 == 0x10:
        return Word.UNASKED
    if byte & 0x90 == 0 and byte & 0x0F in {0x00, 0x03, 0x0C, 0x0F}:
        return Word.PROCESSED
    return Word.NONSENSE


def paper(byte: int) -> Condition | None:
    """Read the answer to `DLE EOT 4`; None: no printer says that (each fact is told by two equal bits).

    A mail server's greeting "220" passes as a status byte, but not as this one.
    """
    low, out = byte & 0x0C, byte & 0x60
    if low not in {0, 0x0C} or out not in {0, 0x60}:
        return None
    return Condition(PAPER_OUT if out else None, paper_low=bool(low))


def is_offline(byte: int) -> bool:
    """Read the answer to `DLE EOT 1`."""
    return bool(byte & 0x08)


def offline_cause(byte: int) -> str:
    """Read the answer to `DLE EOT 2` of a printer that is offline."""
    if byte & 0x04:
        return COVER_OPEN
    if byte & 0x20:
        return PAPER_OUT
    if byte & 0x40:
        return PRINTER_ERROR
    return PRINTER_OFFLINE


def error_cause(byte: int) -> str:
    """Read the answer to `DLE EOT 3`, for the log and the technician."""
    causes = {0x08: "cutter", 0x20: "not recoverable", 0x40: "recovers by itself"}
    return ", ".join(cause for bit, cause in causes.items() if byte & bit)


def ended_without_paper(byte: int) -> bool:
    """Read the answer to `GS r 1`: True when the paper had ended by then, so the slip may be half."""
    return byte & 0x0C == 0x0C
