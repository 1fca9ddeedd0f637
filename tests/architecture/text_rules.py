"""No text for people outside the catalogues, and catalogues that are whole. Heuristics, but strict ones.

A line that must hold such a string all the same says why after `# not for people:`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.architecture.source import PACKAGES, ROOT, docstrings, modules

LANGUAGES = ("de", "en")
EXEMPT = "# not for people:"
PRODUCT_NAME = "Aufruf"

_UMLAUT_WORD = re.compile(r"[^\W\d_]*[äöüßÄÖÜ][^\W\d_]+|[^\W\d_]+[äöüßÄÖÜ]")
_GERMAN = re.compile(
    r"\b(bitte|nummer|zimmer|nicht|noch|und|oder|der|die|das|ist|sind|sie|ihre?|kein|keine|wird|werden)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")

# Templates: what is no text is taken away, in this order; what is left is shown to people.
_NO_TEXT = (
    re.compile(r"\{%-?\s*block \w*class\w*\s*-?%\}.*?\{%-?\s*endblock", re.DOTALL),
    re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL),
    re.compile(r"<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE),
    re.compile(r"<(script|style|kbd)\b.*?</\1>", re.DOTALL | re.IGNORECASE),
)
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_SPOKEN_ATTRIBUTE = re.compile(
    r"""\b(?:aria-label|aria-description|aria-valuetext|alt|title|placeholder|label)\s*=\s*("[^"]*"|'[^']*')"""
)

_JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\w])//[^\n]*", re.DOTALL)
_JS_STRING = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)""")
_JS_SHOWN = re.compile(
    r"""(?:\.(?:textContent|innerText|placeholder|title|alt|ariaLabel)\s*\+?=\s*"""
    r"""|setAttribute\(\s*["'](?:aria-label|title|placeholder|alt)["']\s*,\s*|\b(?:alert|confirm|prompt)\(\s*)"""
    r"""(["'`])(?P<text>(?:(?!\1).)*[^\W\d_](?:(?!\1).)*)\1"""
)


def texts_in_python(root: Path = ROOT) -> list[str]:
    """German in string literals; samples (a town's own names) are no texts of ours."""
    return [
        f"{module.at(node)} {node.value!r}"
        for module in modules(root)
        if not module.is_in("queue_server.samples")
        for lines in [module.path.read_text(encoding="utf-8").splitlines()]
        for aside in [docstrings(module.tree)]
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in aside
        if _is_german(node.value) and EXEMPT not in lines[node.lineno - 1]
    ]


def _is_german(text: str) -> bool:
    return bool(_UMLAUT_WORD.search(text) or (" " in text.strip() and _GERMAN.search(text)))


def texts_in_templates(root: Path = ROOT) -> list[str]:
    """Bare words between the tags, and in attributes that are read out."""
    return [
        f"{path.relative_to(root)}: {text}"
        for path in _files(root, "*.html")
        for text in _bare_texts(path.read_text(encoding="utf-8"))
    ]


def _bare_texts(source: str) -> Iterator[str]:
    for pattern in _NO_TEXT:
        source = pattern.sub(" ", source)
    source = _EXPRESSION.sub("\0", source)
    tags = _TAG.findall(source)
    spoken = [match[1].strip("\"'") for tag in tags for match in _SPOKEN_ATTRIBUTE.finditer(tag)]
    parts = "\n".join([*spoken, _TAG.sub("\n", source)]).replace("\0", "\n").splitlines()
    for text in (unescape(part).strip() for part in parts):
        if _LETTERS.search(text.replace(PRODUCT_NAME, "")) and not text.startswith("data:"):
            yield text


def texts_in_scripts(root: Path = ROOT) -> list[str]:
    """German in JavaScript strings, and any words that are written straight into a page."""
    found = []
    for path in _files(root, "*.js"):
        code = _JS_COMMENT.sub("", path.read_text(encoding="utf-8"))
        shown = {match["text"] for match in _JS_SHOWN.finditer(code)}
        german = {string[1:-1] for string in _JS_STRING.findall(code) if _is_german(string[1:-1])}
        found += [f"{path.relative_to(root)}: {text}" for text in sorted(shown | german)]
    return found


def _files(root: Path, pattern: str) -> list[Path]:
    return [path for package in PACKAGES for path in sorted((root / package).rglob(pattern))]


# ---- catalogues ----

_KEY = r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+"
_LOOKED_UP = re.compile(rf"""\b(?:_|t|gettext|ngettext|n_|_n)\(\s*(["'`])({_KEY})\1\s*[,)]""")
_QUOTED = re.compile(rf"""(["'`])({_KEY})\1""")
# "display.${name}" in JavaScript, f"error.{code}" in Python, 'slip.' ~ code in Jinja: any key so begun
# may be meant.
_BEGUN = re.compile(r"""["'`]([a-z][a-z0-9_]*\.(?:[a-z0-9_]+[._])*[a-z0-9_]*)(?:\$?\{|["']\s*[~+])""")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!%)\{(\w*)\}")


@dataclass(frozen=True)
class Face:
    """One .po file."""

    language: str
    name: str
    catalogue: Catalog

    @property
    def messages(self) -> dict[str, Message]:
        return {key_of(message): message for message in self.catalogue if message.id}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def faces(root: Path = ROOT) -> list[Face]:
    return [
        Face(language, path.stem, _read(path, language))
        for language in LANGUAGES
        for path in sorted((root / "queue_server/locale" / language).glob("*.po"))
    ]


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def incomplete_catalogues(root: Path = ROOT) -> list[str]:
    """Keys that one language lacks, has empty, or has twice."""
    found = []
    keys: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for face in faces(root):
        for key, message in face.messages.items():
            where = f"{face.language}/{face.name}.po {key}"
            if key in keys[face.language]:
                found.append(f"{where} stands in {keys[face.language][key]}.po too")
            if not all(_forms(message)) or message.fuzzy:
                found.append(f"{where} is not translated")
            keys[face.language][key] = face.name
    for language in LANGUAGES:
        for other in LANGUAGES:
            lacking = sorted(keys[other].items() - keys[language].items())
            found += [f"{language}/{name}.po lacks {key}" for key, name in lacking]
    return found


def different_placeholders(root: Path = ROOT) -> list[str]:
    """Keys whose placeholders differ between the languages; a singular may leave its number out."""
    holes: dict[str, set[frozenset[str]]] = {}
    for face in faces(root):
        for key, message in face.messages.items():
            names = (
                match[1] or match[2] for form in _forms(message) for match in _PLACEHOLDER.finditer(form)
            )
            holes.setdefault(key, set()).add(frozenset(names))
    return sorted(key for key, variants in holes.items() if len(variants) > 1)


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def missing_keys(root: Path = ROOT) -> list[str]:
    """Keys that are looked up and that no catalogue has."""
    known = {key for face in faces(root) for key in face.messages}
    return sorted(
        f"{path.relative_to(root)}: {key}"
        for path, text in _sources(root)
        for key in {match[2] for match in _LOOKED_UP.finditer(text)}
        if key not in known
    )


def unused_keys(root: Path = ROOT) -> list[str]:
    """Keys that nothing names, neither whole nor by their beginning."""
    sources = [text for _, text in _sources(root)]
    named = {match[2] for text in sources for match in _QUOTED.finditer(text)}
    begun = tuple({match[1] for text in sources for match in _BEGUN.finditer(text)})
    keys = {key for face in faces(root) for key in face.messages}
    return sorted(key for key in keys if key not in named and not key.startswith(begun))


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    for pattern in ("*.py", "*.html", "*.js", "*.txt", "*.toml"):
        for path in _files(root, pattern):
            yield path, path.read_text(encoding="utf-8")
