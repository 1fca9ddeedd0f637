"""Slips as bytes, judged by the picture that the bytes make."""

import logging
import subprocess
import sys
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops
from PIL.Image import Image as Picture

from kiosk import digits
from kiosk.preview import Preview, interpret, picture
from kiosk.printing import DOTS, UnknownProfile, render
from kiosk.slip import PaperWidth, slip_from

from .slips import ARABIC, LINK, UKRAINIAN, a_job


def printed(profile: str = "default", *, drawn: bool = False, **changes: Any) -> Preview:
    slip = slip_from(a_job(**changes))
    return interpret(render(slip, profile, drawn=drawn), slip.paper)


APPOINTED: dict[str, Any] = {"time": "14:20 Uhr", "time_caption": "Ihr Termin: Dienstag, 10. März"}


def black_box(page: Picture) -> tuple[int, int, int, int]:
    box = page.point(lambda value: 0 if value else 255).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("paper", [80, 58])
@pytest.mark.parametrize("changes", [{}, UKRAINIAN, ARABIC, {"mark": "Nachdruck"}, APPOINTED])
def test_slip_is_understood_cut_once_and_its_code_readable(
    paper: PaperWidth, changes: dict[str, Any]
) -> None:
    seen = printed(paper=paper, **changes)
    assert seen.unknown == []
    assert seen.cut_count == 1
    assert [code.text for code in zxingcpp.read_barcodes(seen.picture)] == [LINK]


@pytest.mark.parametrize("profile", ["default", "TM-T88V", "TM-T20II", "POS-5890", "simple"])
@pytest.mark.parametrize("paper", [80, 58])
def test_nothing_reaches_over_the_edge_of_the_paper(profile: str, paper: PaperWidth) -> None:
    seen = printed(
        profile,
        paper=paper,
        time="12:34:56 Uhr Uhr Uhr",
        header=["x" * 300],
        lines=[{"label": "l" * 9, "value": "v" * 99}],
    )
    left, _, right, _ = black_box(seen.picture)
    margin, dots = (32, 576) if paper == 80 else (40, 384)
    assert left >= margin
    assert right <= margin + dots


def test_appointed_time_stands_large_below_the_number() -> None:
    plain, appointed = printed(), printed(**APPOINTED)
    assert "Ihr Termin: Dienstag, 10. März" in appointed.text
    added = appointed.picture.height - plain.picture.height
    number = DOTS[80] * 36 // 100
    assert number // 2 < added < number, "large, and not taken for the number"


def test_german_is_text_in_code_pages_letter_by_letter() -> None:
    text = printed().text
    for part in (
        "Führungszeugnis (1)",
        "Erdgeschoß",
        "etwa 10–25 Minuten",
        "Bitte hören",
        "37 €",
        "Rathaus am Markt",
    ):
        assert part in text


def test_text_that_no_page_holds_is_drawn_and_not_garbage() -> None:
    seen = printed(**UKRAINIAN, header=[], qr=None)
    assert seen.text == ""  # no letter went through a code page, no question mark either
    without = printed(
        **{**UKRAINIAN, "headline": "", "lines": [], "qr_caption": "", "footer": []}, header=[], qr=None
    )
    assert seen.picture.height > without.picture.height + 100


def test_arabic_letters_are_joined() -> None:
    joined = printed(number="1", headline="رقمك", direction="rtl", lines=[], header=[], footer=[], qr=None)
    apart = printed(number="1", headline="ر ق م ك", direction="rtl", lines=[], header=[], footer=[], qr=None)
    assert joined.picture.height > 0
    assert _ink(joined.picture) != _ink(apart.picture)


def _ink(page: Picture) -> int:
    return page.histogram()[0]


def test_arabic_labels_stand_on_the_right() -> None:
    only: dict[str, Any] = {
        "headline": "",
        "header": [],
        "footer": [],
        "qr": None,
        "qr_caption": "",
        "mark": None,
    }
    seen = printed(**{**ARABIC, **only, "lines": [{"label": "الخدمة", "value": ""}]})
    page = seen.picture
    rule = max(y for y in range(page.height) if not any(page.crop((32, y, 608, y + 1)).tobytes()))
    left, _, right, _ = black_box(page.crop((0, rule + 1, 640, page.height)))
    assert left > 480
    assert right > 600


@pytest.mark.parametrize(("paper", "least"), [(80, 200), (58, 130)])
def test_number_is_huge(paper: PaperWidth, least: int) -> None:
    bare = picture(render(slip_from({"number": "417", "paper": paper})), paper)
    rows = [y for y in range(bare.height) if len(set(bare.crop((0, y, bare.width, y + 1)).tobytes())) > 1]
    runs = [y for y in rows if 60 < y < 60 + least]
    assert len(runs) > least * 0.85  # 8 dots are a millimetre: 25 mm and 16 mm


@pytest.mark.parametrize(
    ("one", "other"), [("1", "7"), ("6", "8"), ("0", "8"), ("6", "9"), ("3", "8"), ("5", "6")]
)
def test_digits_cannot_be_taken_for_each_other(one: str, other: str) -> None:
    pair = [digits.digit(digit, 100) for digit in (one, other)]
    different = ImageChops.difference(*pair).histogram()[255]
    inked = max(_ink(glyph) for glyph in pair)
    assert different > inked * 0.2


def test_zero_is_struck_only_beside_letters() -> None:
    def third(number: str) -> bytes:
        return picture(render(slip_from({"number": number})), 80).tobytes()

    assert digits.digit("0", 100, struck=True) != digits.digit("0", 100)
    assert third("A07") != third("107")


def test_four_digits_fit_on_narrow_paper() -> None:
    left, _, right, _ = black_box(printed(number="1680", paper=58).picture)
    assert left >= 40
    assert right <= 424


def test_reprint_carries_its_mark() -> None:
    """Failure 5: the same number again, and everybody sees that it is a reprint."""
    plain, marked = printed(), printed(mark="Nachdruck")
    assert marked.picture.height > plain.picture.height
    assert marked.text == plain.text


EVIL = "\x1b@\x1dV\x00\x10\x14\x01\r\n\x00\u202eABC"


@pytest.mark.parametrize("field", ["headline", "qr_caption", "mark", "header", "footer", "lines"])
def test_control_bytes_in_any_field_are_text(field: str) -> None:
    """Failure 14: printer control bytes in a text cut nothing and reset nothing."""
    value: Any = [EVIL] if field in {"header", "footer", "lines"} else EVIL
    slip = slip_from(a_job(**{field: value}))
    seen = interpret(render(slip), 80)
    assert seen.cut_count == 1
    assert seen.unknown == []
    assert field == "mark" or "?@" in seen.text


def test_control_bytes_in_a_number_are_text() -> None:
    """Failure 14."""
    seen = printed(number="4\x1b@\x007")
    assert (seen.cut_count, seen.unknown) == (1, [])


def test_second_ticket_is_as_right_as_the_first() -> None:
    slip = slip_from(a_job())
    first, second = render(slip), render(slip)
    assert first == second
    both = interpret(first + second, 80)
    assert both.cut_count == 2
    assert both.text.count("Führungszeugnis") == 2


def test_everything_can_be_drawn_for_printers_with_odd_pages() -> None:
    seen = printed(drawn=True)
    assert seen.text == ""
    assert [code.text for code in zxingcpp.read_barcodes(seen.picture)] == [LINK]


def test_value_without_label_stands_below_the_value_above() -> None:
    lines = printed().text.splitlines()
    above = next(line for line in lines if "Personalausweis" in line)
    below = next(line for line in lines if "Führungszeugnis" in line)
    assert above.index("Personalausweis") == below.index("Führungszeugnis")


def test_long_words_are_not_cut_while_there_is_another_way() -> None:
    word = "Aufenthaltsbescheinigungen"
    assert word in printed(paper=58, lines=[{"label": "Anliegen", "value": word}]).text


def test_unknown_profile_is_told() -> None:
    with pytest.raises(UnknownProfile):
        render(slip_from({"number": "1"}), "no such printer")


def test_rendering_leaves_logging_and_standard_output_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """python-escpos calls basicConfig() when imported and prints a complaint for each picture."""
    code = (
        "import logging, sys\n"
        "import kiosk.printing as p\n"
        "from kiosk.slip import Slip\n"
        "assert 'escpos' not in sys.modules\n"
        "p.render(Slip('417', qr='https://x.example/'))\n"
        "assert 'escpos' in sys.modules\n"
        "assert logging.getLogger().handlers == []\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert logging.getLogger().level == logging.WARNING


def test_import_of_escpos_comes_from_python_escpos() -> None:
    """`escpos` and `escpos-python` on the package index are other projects with the same import name."""
    from importlib.metadata import packages_distributions

    assert set(packages_distributions()["escpos"]) == {"python-escpos"}


def test_pictures_are_black_and_white() -> None:
    assert set(digits.digit("8", 64).tobytes()) == {0, 255}
    assert Image.new("L", (1, 1)).mode == digits.digit("8", 64).mode
