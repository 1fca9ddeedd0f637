"""Status bytes as Epson's reference words them."""

import pytest

from kiosk import status
from kiosk.status import Condition, Word


@pytest.mark.parametrize(
    ("byte", "kind"),
    [
        (0x12, Word.REAL_TIME),
        (0x7E, Word.REAL_TIME),
        (0x1A, Word.REAL_TIME),
        (0x00, Word.PROCESSED),
        (0x0F, Word.PROCESSED),
        (0x10, Word.UNASKED),
        (0x11, Word.FLOW),
        (0x13, Word.FLOW),
        (ord("H"), Word.NONSENSE),
        (0xFF, Word.NONSENSE),
        (0x01, Word.NONSENSE),
    ],
)
def test_each_byte_is_told_by_its_fixed_bits(byte: int, kind: Word) -> None:
    assert status.kind_of(byte) is kind


@pytest.mark.parametrize(
    ("byte", "condition"),
    [
        (0x12, Condition()),
        (0x1E, Condition(None, paper_low=True)),
        (0x7E, Condition("paper_out", paper_low=True)),
        (0x72, Condition("paper_out")),
        (ord("2"), None),
    ],
)
def test_paper_is_told_by_pairs_of_bits(byte: int, condition: Condition | None) -> None:
    assert status.paper(byte) == condition


@pytest.mark.parametrize(
    ("byte", "code"),
    [(0x16, "cover_open"), (0x32, "paper_out"), (0x52, "printer_error"), (0x12, "printer_offline")],
)
def test_offline_printer_has_a_cause(byte: int, code: str) -> None:
    assert status.offline_cause(byte) == code


def test_errors_are_named_for_the_technician() -> None:
    assert status.error_cause(0x1A) == "cutter"
    assert status.error_cause(0x7A) == "cutter, not recoverable, recovers by itself"
    assert status.error_cause(0x12) == ""
