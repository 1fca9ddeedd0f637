"""The paper preview on bytes of its own and on any bytes."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kiosk import preview
from kiosk.preview import interpret, write_slip
from kiosk.slip import PaperWidth


def ink_box(data: bytes) -> tuple[int, int, int, int] | None:
    return interpret(data, 80).picture.point(lambda value: 255 - value).getbbox()


def test_paper_is_as_wide_as_paper_is() -> None:
    assert interpret(b"", 80).picture.width == 640
    assert interpret(b"", 58).picture.width == 464


def test_text_is_read_in_its_code_page() -> None:
    assert interpret(b"\x1bt\x00\x81ber\n\x1bt\x13\xd5\n\x1bt\x10\x96", 80).text == "über\n€\n–"


def test_alignment_moves_the_line() -> None:
    left, centre, right = (ink_box(b"\x1ba" + bytes([n]) + b"H\n") for n in range(3))
    assert left
    assert centre
    assert right
    assert left[0] < 50
    assert abs(centre[0] + centre[2] - 640) < 12
    assert right[2] > 590


def test_larger_letters_are_larger() -> None:
    small, large = ink_box(b"H\n"), ink_box(b"\x1d!\x11H\n")
    assert small
    assert large
    assert large[3] - large[1] >= 2 * (small[3] - small[1]) - 1


def test_raster_shows_its_dots_exactly() -> None:
    seen = interpret(b"\x1dv0\x00\x01\x00\x02\x00\x80\x01", 80).picture
    assert [seen.getpixel((32, 16)), seen.getpixel((33, 16)), seen.getpixel((39, 17))] == [0, 255, 0]


def test_unknown_commands_are_reported() -> None:
    assert interpret(b"A\x1bp\x00\x19\xfaB", 80).unknown[0] == "1b 70"
    assert interpret(b"\x1bt\x63", 80).unknown == ["code page 99"]
    assert interpret(b"\x1dv0\x00\xff\xff\xff\xffshort", 80).unknown


@given(st.binary(max_size=300), st.sampled_from([58, 80]))
def test_no_bytes_break_it(data: bytes, paper: PaperWidth) -> None:
    seen = interpret(data, paper)
    assert seen.picture.height <= preview.LONGEST + 100


def test_a_feed_of_dots_is_as_long_as_it_says() -> None:
    fed, plain = interpret(b"\x1bJ\x40A\n", 80).picture, interpret(b"A\n", 80).picture
    assert fed.height == plain.height + 0x40


def test_a_feed_that_breaks_off_does_not_pull_the_paper_back() -> None:
    assert interpret(b"\x1b3\xff\x1bJ", 80).picture.height > 0


def test_broken_bytes_do_not_eat_the_memory() -> None:
    assert interpret(b"\x1bd\xff" * 2000, 80).picture.height <= preview.LONGEST + 100


def test_job_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    write_slip(tmp_path / "spool", "../../etc/passwd", b"x\n", 80)
    assert sorted(path.name for path in (tmp_path / "spool").iterdir()) == [
        "slip-______etc_passwd.bin",
        "slip-______etc_passwd.png",
    ]


def test_oldest_slips_go(tmp_path: Path) -> None:
    for n in range(preview.KEPT):
        (tmp_path / f"slip-old{n}.png").touch()
        (tmp_path / f"slip-old{n}.bin").touch()
        os.utime(tmp_path / f"slip-old{n}.png", (n, n))
    write_slip(tmp_path, "new", b"x\n", 80)
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == 2 * preview.KEPT
    assert "slip-new.png" in left
    assert "slip-old0.png" not in left
