"""The key file and the sealed references."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.adapters.server_key import (
    KEY_BYTES,
    LETTERS,
    KeyFileProblem,
    Secrets,
    create_key_file,
    ensure_key_file,
    load_key_file,
    one_time_password,
    pairing_code,
)

SECRETS = Secrets(bytes(range(KEY_BYTES)))
OTHER_SERVER = Secrets(bytes(KEY_BYTES))


@given(st.text(min_size=1, max_size=40), st.integers(0, 2**16 - 1))
def test_what_was_sealed_opens_to_the_same_reference_and_version(ref: str, version: int) -> None:
    assert SECRETS.open_seal("ticket", SECRETS.seal("ticket", ref, version)) == (ref, version)


def test_the_same_secret_comes_again_for_a_reprint() -> None:
    assert SECRETS.seal("ticket", "rathaus:417", 1) == SECRETS.seal("ticket", "rathaus:417", 1)


def test_raising_the_version_makes_another_secret() -> None:
    old, new = (SECRETS.seal("ticket", "rathaus:417", version) for version in (1, 2))
    assert old != new
    assert SECRETS.open_seal("ticket", old) == ("rathaus:417", 1)


def test_a_tickets_secret_opens_nothing_else() -> None:
    token = SECRETS.seal("ticket", "rathaus:417", 1)
    for other in ("appointment", "manage", "ticket2", ""):
        assert SECRETS.open_seal(other, token) is None


def test_another_servers_secret_opens_nothing() -> None:
    assert SECRETS.open_seal("ticket", OTHER_SERVER.seal("ticket", "rathaus:417", 1)) is None


def test_any_changed_character_closes_it() -> None:
    token = SECRETS.seal("ticket", "rathaus:417", 1)
    for place, letter in enumerate(token):
        changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        assert SECRETS.open_seal("ticket", changed) is None


@pytest.mark.parametrize("spelling", ["{}=", "{}==", " {}", "{}\n", "{}!", "{}ä", "{}A", ""])
def test_only_one_spelling_opens_it(spelling: str) -> None:
    token = SECRETS.seal("ticket", "rathaus:417", 1)
    assert SECRETS.open_seal("ticket", spelling.format(token)) is None


@given(st.text(max_size=400))
def test_nonsense_is_refused_and_never_raises(nonsense: str) -> None:
    assert SECRETS.open_seal("ticket", nonsense) is None


def test_the_secret_fits_an_address_and_a_qr_code() -> None:
    token = SECRETS.seal("ticket", "buergerzentrum:123456", 1)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(token) < 60


def test_a_reference_that_does_not_fit_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="too long"):
        SECRETS.seal("ticket", "x" * 300, 1)
    with pytest.raises(ValueError, match="version"):
        SECRETS.seal("ticket", "x", -1)


def test_derived_keys_differ_by_purpose_and_server() -> None:
    assert len({SECRETS.derive("csrf"), SECRETS.derive("mail"), OTHER_SERVER.derive("csrf")}) == 3


def test_printing_it_shows_no_key() -> None:
    assert repr(SECRETS) == "Secrets(…)"


def test_a_new_key_is_for_its_owner_alone_and_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    made = create_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == KEY_BYTES
    assert load_key_file(path).seal("ticket", "a", 1) == made.seal("ticket", "a", 1)
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    create_key_file(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        create_key_file(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    with ThreadPoolExecutor(8) as pool:
        seals = {made.seal("ticket", "a", 1) for made in pool.map(ensure_key_file, [path] * 32)}
    assert len(seals) == 1


def test_a_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    create_key_file(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileProblem, match="chmod 600"):
        load_key_file(path)


def test_a_missing_or_damaged_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "server.key"
    with pytest.raises(KeyFileProblem, match="cannot read"):
        load_key_file(path)
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(KeyFileProblem, match="32 bytes"):
        load_key_file(path)


def test_passwords_and_codes_are_readable_and_differ() -> None:
    passwords = {one_time_password() for _ in range(200)}
    codes = {pairing_code() for _ in range(200)}
    assert len(passwords) == len(codes) == 200
    assert {len(password) for password in passwords} == {16}
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) == set(LETTERS)
    assert not set("".join(passwords)) & set("0o1il2z5s8b")
