"""What stands at the head of the shared stylesheet, and the words of the display, are true and whole."""

import re

from tests.display.peer import ROOT, texts


def test_every_class_that_is_documented_has_a_style() -> None:
    css = (ROOT / "queue_server/web/static/components.css").read_text()
    head, rules = css.split("*/", 1)
    for name in set(re.findall(r"(?<![\w/])\.([a-z][a-z_]+(?:--[a-z]+)?)", head)) - {"css", "js"}:
        assert f".{name}" in rules, name


def test_german_and_english_say_the_same_things() -> None:
    german, english = texts("de", "display"), texts("en", "display")
    assert german.keys() == english.keys()
    for key, text in german.items():
        places = [set(re.findall(r"\{\w+\}", str(one))) for one in (text, english[key])]
        assert places[0] == places[1], key
