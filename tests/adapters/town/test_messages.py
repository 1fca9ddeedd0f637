"""Problems are told in plain words, in both languages."""

from importlib import resources

import pytest
from babel.messages.pofile import read_po

from queue_server.adapters.calendars.accounts import AccountCode
from queue_server.adapters.town.file import FileProblem
from queue_server.adapters.town.messages import describe
from queue_server.adapters.town.source import ShapeCode
from queue_server.domain.town_problem import Code


def texts(language: str) -> dict[str, str]:
    with resources.files("queue_server").joinpath("locale", language, "town.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}


GERMAN = texts("de").__getitem__


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_code_has_a_text(language: str) -> None:
    codes = {f"town.problem.{code}" for code in (*Code, *ShapeCode, *AccountCode)}
    assert {key for key in texts(language) if key.startswith("town.problem.")} == codes


@pytest.mark.parametrize("code", [*Code, *ShapeCode, *AccountCode])
def test_every_problem_can_be_told_in_both_languages(code: str) -> None:
    problem = FileProblem("town.toml", 3, 7, str(code), "sites[1]", "100 %", "right", "ritgh")
    for language in ("de", "en"):
        told = describe(problem, texts(language).__getitem__)
        assert "%(" not in told
        assert told.startswith("town.toml, ")


def test_nearest_word_is_asked_for() -> None:
    problem = FileProblem(
        "a.toml", 14, 58, "unknown_reference", "rooms[3].area", "rathaus-ge", "x", "rathaus-eg"
    )
    assert describe(problem, GERMAN) == (
        "a.toml, Zeile 14, Spalte 58 (rooms[3].area): „rathaus-ge“ gibt es nicht. Meinten Sie „rathaus-eg“?"
    )


def test_without_a_near_word_the_possible_ones_are_told() -> None:
    problem = FileProblem("a.toml", 1, 1, "unknown_reference", "area", "yard", "foyer, hall")
    assert describe(problem, GERMAN).endswith("„yard“ gibt es nicht. Möglich sind: foyer, hall.")


def test_text_that_lists_the_possible_ones_does_not_say_it_twice() -> None:
    problem = FileProblem("a.toml", 1, 1, "not_a_choice", "call_mode", "x", "fetch, screen")
    assert describe(problem, GERMAN).count("Möglich") == 1


def test_percent_sign_in_the_file_is_only_text() -> None:
    """Failure 14: what stands in the file is never taken for a placeholder."""
    problem = FileProblem("a.toml", 1, 1, "duplicate", "name", "%(file)s %s")
    assert describe(problem, GERMAN).endswith("„%(file)s %s“ gibt es schon.")
