"""What was sealed opens with its key and unchanged, or not at all."""

from datetime import UTC, datetime
from io import BytesIO

import pytest

from queue_server.adapters.backup.sealed_file import (
    CHUNK,
    MAGIC,
    TAG,
    BadBackup,
    Header,
    Opening,
    Sealing,
    read_header,
)

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK)


def content(size: int) -> bytes:
    return bytes(number * 7 % 251 for number in range(256)) * (size // 256) + b"x" * (size % 256)


def sealed(data: bytes, key: bytes = KEY) -> bytes:
    file = BytesIO()
    sealing = Sealing(file, key, Header.new(key, "0007", "e1", NOW))
    for start in range(0, len(data), 10_000):
        sealing.write(data[start : start + 10_000])
    sealing.finish()
    return file.getvalue()


def opened(data: bytes, key: bytes = KEY) -> bytes:
    opening = Opening(BytesIO(data), key)
    found = opening.read()
    opening.finish()
    assert isinstance(found, bytes)
    return found


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens(size: int) -> None:
    assert opened(sealed(content(size))) == content(size)


def test_the_header_is_read_without_a_key_and_names_no_town() -> None:
    header = read_header(BytesIO(sealed(b"musterstadt")))
    assert (header.shape, header.epoch, header.taken_at) == ("0007", "e1", "2026-11-20T02:30:00+00:00")
    assert b"musterstadt" not in sealed(b"musterstadt")


def test_the_same_content_is_never_sealed_alike() -> None:
    assert sealed(b"same") != sealed(b"same")


def test_another_key_is_told_apart_from_damage() -> None:
    with pytest.raises(BadBackup, match="another key file"):
        opened(sealed(b"content"), OTHER)


def places(data: bytes) -> list[int]:
    """Return places of every part of a file: magic, lengths, header, chunks, their seals, the end."""
    body = len(data) - 2 * (CHUNK + TAG) - 4 - TAG
    return [0, len(MAGIC), len(MAGIC) + 3, *range(len(MAGIC) + 4, body, 5), *_of_chunks(body), len(data) - 1]


def _of_chunks(body: int) -> list[int]:
    return [body, body + 1, body + CHUNK - 1, body + CHUNK, body + CHUNK + TAG, body + 2 * (CHUNK + TAG)]


def test_a_flipped_bit_is_noticed_wherever_it_is() -> None:
    whole = sealed(content(2 * CHUNK + 4))
    for place in places(whole):
        for bit in (0, 7):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << bit
            with pytest.raises(BadBackup):
                opened(bytes(damaged))


def test_a_file_that_was_cut_is_noticed_wherever_it_was() -> None:
    whole = sealed(content(2 * CHUNK + 4))
    body = places(whole)[-7]
    for end in (0, 5, len(MAGIC), len(MAGIC) + 2, body, *(body + n * (CHUNK + TAG) for n in (1, 2))):
        with pytest.raises(BadBackup):
            opened(whole[:end])
    for end in (body + 1, body + CHUNK, len(whole) - 1):
        with pytest.raises(BadBackup):
            opened(whole[:end])


def test_chunks_that_were_swapped_doubled_or_dropped_are_noticed() -> None:
    whole = sealed(content(2 * CHUNK + 4))
    length = CHUNK + TAG
    body = len(whole) - 2 * length - 4 - TAG
    head, a, b, end = whole[:body], whole[body:][:length], whole[body + length :][:length], whole[-20:]
    assert opened(head + a + b + end) == content(2 * CHUNK + 4)
    for parts in (b + a + end, a + a + b + end, a + end, b + end, a + b, a + b + end + end, a + b + end + a):
        with pytest.raises(BadBackup):
            opened(head + parts)


def test_a_chunk_of_another_file_does_not_fit() -> None:
    one, other = sealed(content(CHUNK + 9)), sealed(content(CHUNK + 9))
    with pytest.raises(BadBackup):
        opened(one[: -9 - TAG] + other[-9 - TAG :])


def test_a_newer_form_is_refused_in_words() -> None:
    whole = sealed(b"").replace(b'"form": 1', b'"form": 2')
    with pytest.raises(BadBackup, match="a newer version of Aufruf made it"):
        opened(whole)


def test_what_was_never_finished_looks_like_no_backup() -> None:
    file = BytesIO()
    sealing = Sealing(file, KEY, Header.new(KEY, "0007", "e1", NOW))
    sealing.write(content(2 * CHUNK))
    with pytest.raises(BadBackup):
        opened(file.getvalue())
