"""Who sits at the keyboard."""

import getpass

import pytest

from queue_server.commands.noting import at_the_keyboard


@pytest.fixture(autouse=True)
def nobody_behind_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.delenv("DOAS_USER", raising=False)


def test_behind_sudo_it_is_the_person_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "mueller")
    assert at_the_keyboard() == "mueller"


def test_without_sudo_it_is_the_systems_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "aufruf")
    assert at_the_keyboard() == "aufruf"


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert at_the_keyboard().startswith("uid ")
