"""A set-up with its pictures in a zip: it comes back whole, and a bad one is refused in words."""

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.adapters import packed_town as packing
from queue_server.adapters.packed_town import Packed, is_packed, pack, read_packed, unpack
from queue_server.adapters.picture_file import id_of
from queue_server.adapters.town.file import to_toml
from queue_server.adapters.town.source import TownFileError
from queue_server.domain.town import Town
from tests.adapters.town.random_towns import towns
from tests.domain.town_builders import a_town

HEADS = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP"]
BODIES = st.builds(lambda head, rest: head + rest, st.sampled_from(HEADS), st.binary(max_size=300))
PICTURE = HEADS[0] + b"a market"
ID = id_of(PICTURE)
TOML = to_toml(a_town()).encode()
WHOLE = Packed(TOML, {ID: "Der Markt"}, {ID: PICTURE})


def a_zip(*files: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as file:
        for name, body in files:
            file.writestr(name, body)
    return target.getvalue()


def code_of(raw: bytes) -> str:
    with pytest.raises(TownFileError) as refused:
        unpack(raw, "a.zip")
    [problem] = refused.value.problems
    return problem.code


@settings(deadline=None, max_examples=30)
@given(towns(), st.lists(BODIES, max_size=4), st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_set_up_comes_back_with_its_pictures(town: Town, bodies: list[bytes], words: str) -> None:
    """Nothing is lost on the way, and the same set-up gives the same bytes."""
    pictures = {id_of(body): body for body in bodies}
    names = dict.fromkeys(pictures, f"Bild {' '.join(words.split())}".strip())
    given = Packed(to_toml(town).encode(), names, pictures)
    raw = pack(given)
    assert pack(given) == raw
    back, found = read_packed(raw, "a.zip")
    assert (back, found) == (town, given)


def test_a_plain_text_is_still_a_file() -> None:
    assert read_packed(TOML, "a.toml") == (a_town(), Packed(TOML))
    assert not is_packed(TOML)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_zip_with_wrong_bytes_is_refused_or_is_whole(data: st.DataObject) -> None:
    """Whatever became of the bytes on the way, nobody gets another picture than was sent."""
    raw = bytearray(pack(WHOLE))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(raw[: data.draw(st.integers(4, len(raw)))])
    try:
        found = unpack(cut, "a.zip")
    except TownFileError:
        return
    assert all(id_of(body) == id_ for id_, body in found.bodies.items())
    assert found.toml in {TOML, cut}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("pictures.toml", b"")], "packed_without_town"),
        ([("town.toml", TOML), ("readme.txt", b"")], "packed_other_file"),
        ([("town/town.toml", TOML)], "packed_other_file"),
        ([("town.toml", TOML), ("pictures/../town.toml", b"")], "packed_other_file"),
        ([("town.toml", TOML), ("/etc/passwd", b"")], "packed_other_file"),
        ([("town.toml", TOML), ("__MACOSX/._town.toml", b"")], "packed_other_file"),
        ([("town.toml", TOML), (f"pictures/{ID}.svg", b"<svg/>")], "packed_other_file"),
        ([("town.toml", TOML), (f"pictures/{ID}.png", PICTURE)], "picture_unnamed"),
        ([("town.toml", TOML), (f"pictures/{ID}.png", PICTURE + b"x")], "picture_differs"),
        ([("town.toml", TOML), (f"pictures/{ID}.jpg", PICTURE)], "picture_differs"),
        ([("town.toml", TOML), ("pictures.toml", f"[pictures]\n{ID} = ' '".encode())], "picture_unnamed"),
        ([("town.toml", TOML), ("pictures.toml", f"[pictures]\n{ID} = 1".encode())], "picture_unnamed"),
        ([("town.toml", TOML), ("pictures.toml", b"[pictures]\nx = 'y'")], "bad_picture"),
        ([("town.toml", TOML), ("pictures.toml", b"pictures = 'y'")], "not_a_table"),
        ([("town.toml", TOML), ("pictures.toml", b"[pictures")], "syntax"),
    ],
)
def test_what_does_not_belong_in_it_is_refused_by_a_stable_code(
    files: list[tuple[str, bytes]], code: str
) -> None:
    assert code_of(a_zip(*files)) == code


def test_the_folder_itself_may_stand_in_it_as_a_desktop_packs_it() -> None:
    names = ("pictures.toml", f"[pictures]\n{ID} = 'Der Markt'".encode())
    raw = a_zip(("town.toml", TOML), ("pictures/", b""), names, (f"pictures/{ID}.png", PICTURE))
    assert unpack(raw, "a.zip") == WHOLE


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused() -> None:
    assert code_of(a_zip(("town.toml", TOML), ("town.toml", b""))) == "packed_other_file"


def test_a_few_bytes_that_unpack_to_gigabytes_are_refused(monkeypatch: Any) -> None:
    much = b"#" * (packing.LONGEST_TEXT + 1)
    raw = a_zip(("town.toml", much))
    assert len(raw) < 10_000
    assert code_of(raw) == "packed_too_much"
    picture = HEADS[0] + b"\0" * packing.LONGEST_PICTURE
    assert code_of(a_zip((f"pictures/{id_of(picture)}.png", picture))) == "packed_too_much"
    monkeypatch.setattr(packing, "LONGEST_TOGETHER", len(TOML))
    assert code_of(pack(WHOLE)) == "packed_too_much"


def test_a_zip_of_a_thousand_files_is_refused_before_it_is_opened(monkeypatch: Any) -> None:
    raw = a_zip(*((f"{n}.toml", b"") for n in range(packing.MOST_FILES + 1)))

    def opened(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    assert code_of(raw) == "packed_too_much"


def test_a_head_that_lies_about_the_length_unpacks_no_more_than_it_says() -> None:
    raw = bytearray(a_zip(("town.toml", b"#" * 5000)))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = raw.index(mark) + at
        raw[place : place + 4] = (100).to_bytes(4, "little")
    assert code_of(bytes(raw)) == "packed_broken"


@pytest.mark.parametrize("packed_as", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_is_packed_in_another_way_is_refused(packed_as: int) -> None:
    assert code_of(a_zip(("town.toml", TOML), packing=packed_as)) == "packed_broken"


def test_a_locked_zip_is_refused() -> None:
    raw = bytearray(a_zip(("town.toml", TOML)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    assert code_of(bytes(raw)) == "packed_broken"


def test_a_text_that_is_too_long_is_refused() -> None:
    assert code_of(b"#" * (packing.LONGEST_TEXT + 1)) == "file_too_long"


def test_a_mistake_in_the_text_of_a_zip_has_its_line() -> None:
    with pytest.raises(TownFileError) as refused:
        read_packed(a_zip(("town.toml", b"[town]\nid = 7\n")), "a.zip")
    assert {one.file for one in refused.value.problems} == {"a.zip/town.toml"}
