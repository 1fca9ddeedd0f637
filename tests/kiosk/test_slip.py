"""Print jobs as JSON."""

from typing import Any

import pytest

from kiosk.slip import Line, Slip, SlipInvalid, slip_from

from .slips import LINK, a_job


def test_job_becomes_a_slip() -> None:
    slip = slip_from(a_job(mark="Nachdruck", paper=58))
    assert slip.lines[0] == Line("Personalausweis (2)", "Anliegen")
    assert (slip.number, slip.qr, slip.mark, slip.paper) == ("417", LINK, "Nachdruck", 58)


def test_number_alone_is_a_slip() -> None:
    assert slip_from({"number": "417"}) == Slip("417")


def test_lines_may_be_plain_texts_and_unknown_keys_are_left() -> None:
    assert slip_from({"number": "1", "lines": ["Pass"], "later": 1}).lines == (Line("Pass"),)


@pytest.mark.parametrize(
    ("job", "field"),
    [
        ("417", "slip"),
        ({}, "number"),
        ({"number": " "}, "number"),
        ({"number": "\u200f"}, "number"),
        ({"number": 417}, "number"),
        ({"number": "123456789"}, "number"),
        ({"number": "1", "headline": ["x"]}, "headline"),
        ({"number": "1", "lines": "x"}, "lines"),
        ({"number": "1", "lines": ["x"] * 41}, "lines"),
        ({"number": "1", "lines": ["x", 2]}, "lines[1]"),
        ({"number": "1", "lines": [{"label": "x"}]}, "lines[0].value"),
        ({"number": "1", "lines": [{"label": 1, "value": "x"}]}, "lines[0].label"),
        ({"number": "1", "footer": ["x" * 301]}, "footer[0]"),
        ({"number": "1", "header": [None]}, "header[0]"),
        ({"number": "1", "qr": "javascript:alert(1)"}, "qr"),
        ({"number": "1", "qr": "https://x/\x1b@"}, "qr"),
        ({"number": "1", "direction": "up"}, "direction"),
        ({"number": "1", "direction": []}, "direction"),
        ({"number": "1", "paper": 57}, "paper"),
        ({"number": "1", "paper": {}}, "paper"),
        ({"number": "1", "time": "14:20 Uhr am Donnerstag"}, "time"),
        ({"number": "1", "time_caption": 1420}, "time_caption"),
    ],
)
def test_wrong_job_names_the_field(job: Any, field: str) -> None:
    with pytest.raises(SlipInvalid) as caught:
        slip_from(job)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")
