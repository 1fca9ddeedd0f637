"""No text for people stands in code, templates or scripts; each rule is shown to bite."""

from pathlib import Path

import pytest

from tests.architecture import text_rules as rules
from tests.architecture.source import ROOT


def written(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return root


def test_no_text_stands_in_python() -> None:
    assert rules.texts_in_python(ROOT) == []


def test_no_text_stands_in_templates() -> None:
    assert rules.texts_in_templates(ROOT) == []


def test_no_text_stands_in_scripts() -> None:
    assert rules.texts_in_scripts(ROOT) == []


@pytest.mark.parametrize("text", ["Nächster", "Bitte warten", "Sie haben die Nummer 417", "für"])
def test_german_in_python_is_found(tmp_path: Path, text: str) -> None:
    root = written(tmp_path, "queue_server/web/pages.py", f"def page():\n    return {text!r}\n")
    assert rules.texts_in_python(root) == [f"queue_server/web/pages:2 {text!r}"]


@pytest.mark.parametrize(
    "line",
    [
        '"""Was steht hier? Für Entwickler."""',
        "KEY = 'kiosk.take_number'",
        "FOLDED = {ord('ä'): 'ae'}",
        "PROBE = 'Grüß Gott'  # not for people: bytes to compress",
        "log.info('nobody is waiting')",
    ],
)
def test_what_no_person_reads_is_fine_in_python(tmp_path: Path, line: str) -> None:
    assert rules.texts_in_python(written(tmp_path, "queue_server/web/pages.py", f"{line}\n")) == []


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Take a number</p>", "Take a number"),
        ("<p>{{ _('kiosk.hello') }} please</p>", "please"),
        ("{% if open %}Open{% endif %}", "Open"),
        ('<button aria-label="Close">×</button>', "Close"),
        ("<img alt='A clock'>", "A clock"),
        ('<button aria-label="{{ name }} calls">', "calls"),
        ("<p>&Uuml;ber uns</p>", "Über uns"),
    ],
)
def test_a_bare_word_in_a_template_is_found(tmp_path: Path, html: str, text: str) -> None:
    root = written(tmp_path, "kiosk/templates/page.html", html)
    assert rules.texts_in_templates(root) == [f"kiosk/templates/page.html: {text}"]


@pytest.mark.parametrize(
    "html",
    [
        "<!doctype html><title>Aufruf</title>",
        "{# why this is so #}<!-- and this --><p class='big'>{{ _('kiosk.hello') }}</p>",
        "{% block body_class %}kiosk{% endblock %}",
        '<script type="application/json" id="texts">{"a": "b"}</script>',
        "<p>{{ number }} · 08:15 &nbsp;</p>",
        "{{ _('counter.next') }} <kbd class='key'>N</kbd>",
        "<button aria-label=\"{{ _('kiosk.close') }}\" title=\"{{ _('kiosk.close') }}\">×</button>",
    ],
)
def test_what_no_person_reads_is_fine_in_a_template(tmp_path: Path, html: str) -> None:
    assert rules.texts_in_templates(written(tmp_path, "kiosk/templates/page.html", html)) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('node.textContent = "Please wait";', "Please wait"),
        ("button.setAttribute('aria-label', 'Close');", "Close"),
        ("const word = 'Nächster';", "Nächster"),
        ("alert(`Error ${code}`);", "Error ${code}"),
    ],
)
def test_a_text_in_a_script_is_found(tmp_path: Path, code: str, text: str) -> None:
    root = written(tmp_path, "display/static/page.js", code)
    assert rules.texts_in_scripts(root) == [f"display/static/page.js: {text}"]


@pytest.mark.parametrize(
    "code",
    [
        'node.textContent = t("display.title"); // "Nächster" stands in the catalogue',
        "node.textContent = '';",
        "/* 'für' */ node.className = 'call call--new';",
        "document.title = name;",
    ],
)
def test_what_no_person_reads_is_fine_in_a_script(tmp_path: Path, code: str) -> None:
    assert rules.texts_in_scripts(written(tmp_path, "display/static/page.js", code)) == []
