"""Frames are read back by the real client side of the websockets library."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from queue_server.live.frames import Picture, encode_json, encode_text_frame, payload_of


def read_by_a_browser(data: bytes) -> list[Frame]:
    client = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN, max_size=None)
    client.receive_data(data)
    assert client.parser_exc is None
    return [event for event in client.events_received() if isinstance(event, Frame)]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_a_frame_of_every_length_class_is_read_as_one_whole_text(size: int) -> None:
    payload = b"x" * size
    (frame,) = read_by_a_browser(encode_text_frame(payload))
    assert (frame.opcode, frame.fin, frame.rsv1, bytes(frame.data)) == (Opcode.TEXT, True, False, payload)


@pytest.mark.parametrize(("size", "header_size"), [(125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_frame_has_the_shortest_header(size: int, header_size: int) -> None:
    assert len(encode_text_frame(b"x" * size)) == size + header_size


@given(st.lists(st.text(max_size=400), max_size=5))
def test_frames_written_one_after_the_other_stay_apart(texts: list[str]) -> None:
    frames = [encode_text_frame(text.encode()) for text in texts]
    assert [bytes(frame.data).decode() for frame in read_by_a_browser(b"".join(frames))] == texts
    assert [payload_of(frame).decode() for frame in frames] == texts


def test_a_picture_is_the_message_that_the_protocol_describes() -> None:
    picture = Picture.of("e1", 7, "board", {"site": "Bürgerbüro"}, kept_name="announce", kept=[{"seq": 7}])
    assert json.loads(picture.payload) == {
        "epoch": "e1",
        "seq": 7,
        "board": {"site": "Bürgerbüro"},
        "announce": [{"seq": 7}],
    }


def test_a_picture_that_keeps_nothing_has_no_such_member() -> None:
    assert json.loads(Picture.of("e1", 7, "queue", {}).payload) == {"epoch": "e1", "seq": 7, "queue": {}}


def test_an_epoch_with_quotes_cannot_break_out_of_the_message() -> None:
    assert json.loads(Picture.of('"e\\', 1, "board", []).payload)["epoch"] == '"e\\'


def test_a_picture_is_encoded_once_for_all() -> None:
    picture = Picture.of("e1", 7, "board", {})
    assert picture.ready is picture.ready
    assert payload_of(picture.ready) == picture.payload


def test_the_newer_board_wins_and_both_announcements_stay_in_order() -> None:
    older = Picture.of("e1", 7, "board", {"n": 7}, kept_name="announce", kept=[1, 2])
    newer = Picture.of("e1", 8, "board", {"n": 8}, kept_name="announce", kept=[3])
    assert json.loads(newer.replacing(older).payload) == {
        "epoch": "e1",
        "seq": 8,
        "board": {"n": 8},
        "announce": [1, 2, 3],
    }


def test_a_silent_picture_still_carries_what_the_older_one_kept() -> None:
    older = Picture.of("e1", 7, "kiosk", {}, kept_name="jobs", kept=["slip"])
    assert json.loads(Picture.of("e1", 8, "kiosk", {}).replacing(older).payload)["jobs"] == ["slip"]


def test_replacing_a_silent_picture_costs_no_new_encoding() -> None:
    newer = Picture.of("e1", 8, "board", {})
    assert newer.replacing(Picture.of("e1", 7, "board", {})) is newer


def test_the_size_of_a_picture_grows_with_what_it_keeps() -> None:
    older = Picture.of("e1", 7, "board", "b" * 100, kept_name="announce", kept=["a" * 50])
    newer = Picture.of("e1", 8, "board", "b" * 100, kept_name="announce", kept=["a" * 50])
    assert newer.replacing(older).size == newer.size + len(encode_json("a" * 50))
