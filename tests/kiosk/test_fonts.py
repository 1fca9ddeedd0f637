"""Fonts for slips: every language of the catalogues on a machine without any font of its own."""

import logging

import pytest
from PIL import ImageFont

from kiosk import fonts
from queue_server.web.texts import load_texts, offered


@pytest.mark.parametrize("language", offered())
def test_a_bare_machine_prints_every_language_without_boxes(language: str) -> None:
    bundled = fonts._bundled()
    assert bundled is not None
    font = ImageFont.truetype(bundled, 24)
    slip = load_texts()[language].of_faces("slip")
    signs = {sign for entry in slip.values() for sign in "".join(entry)}
    assert [sign for sign in signs if not sign.isspace() and not fonts.has_character(font, sign)] == []


def test_letters_that_cannot_be_joined_are_told_to_the_operator(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("PIL.features.check", lambda _: False)
    with caplog.at_level(logging.WARNING):
        assert not fonts.can_shape.__wrapped__()
    assert "libfribidi0" in caplog.text
