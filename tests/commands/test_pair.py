"""`aufruf pair`: a device shows a code, the operator says which one it is."""

import pytest

from queue_server.adapters import pairing
from queue_server.adapters.pairing import OpenedPairing, PairedDevice
from queue_server.commands.common import now
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place


@pytest.fixture
def asking(place: Place) -> OpenedPairing:
    with place.database() as database:
        return database.write(
            lambda conn: pairing.open_pairing(
                conn,
                organisation_id="beispielstadt",
                address="10.1.2.3",
                user_agent="Chromium on the wall",
                now=now(),
            )
        )


def collected(place: Place, secret: str) -> PairedDevice | None:
    with place.database() as database:
        return database.write(lambda conn: pairing.collect_pairing(conn, secret, now()))


def test_without_a_code_it_lists_who_asks(place: Place, aufruf: Aufruf, asking: OpenedPairing) -> None:
    said = aufruf("pair", *place.words)
    assert said.status == 0
    assert "10.1.2.3" in said.out
    assert "Chromium on the wall" in said.out
    assert asking.code not in said.out


def test_nobody_asks(place: Place, aufruf: Aufruf) -> None:
    assert aufruf("pair", *place.words).out.startswith("No device asks.")


@pytest.mark.parametrize("kind", ["display", "kiosk"])
def test_the_device_that_shows_the_code_is_let_in_once(
    place: Place, aufruf: Aufruf, asking: OpenedPairing, kind: str
) -> None:
    typed = f"{asking.code[:4].lower()}-{asking.code[4:]}"
    said = aufruf("pair", typed, f"--{kind}", f"rathaus-{kind}", *place.words)
    assert said.status == 0
    assert "A browser at 10.1.2.3 asks: Chromium on the wall" in said.out
    again = aufruf("pair", typed, f"--{kind}", f"rathaus-{kind}", *place.words)
    assert (again.status, "no device shows this code" in again.err) == (1, True)
    paired = collected(place, asking.secret)
    assert paired is not None
    assert (paired.role, paired.device_id) == (kind, f"rathaus-{kind}")


def test_the_operator_may_look_before_choosing(place: Place, aufruf: Aufruf, asking: OpenedPairing) -> None:
    said = aufruf("pair", asking.code, *place.words)
    assert said.status == 2
    assert "10.1.2.3" in said.out
    assert "--display rathaus-display, --kiosk rathaus-kiosk" in said.err
    said = aufruf("pair", asking.code, "--display", "rathaus-kiosk", *place.words)
    assert (said.status, "there is no rathaus-kiosk" in said.err) == (1, True)
    assert collected(place, asking.secret) is None


def test_a_device_without_a_code_is_wrong_use(place: Place, aufruf: Aufruf) -> None:
    assert aufruf("pair", "--display", "rathaus-display", *place.words).status == 2
