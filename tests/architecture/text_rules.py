"""No text for people outside the catalogues, and catalogues that are whole. Heuristics, but strict ones.

A line that must hold such a string all the same says why after `# not for people:`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from queue_server.web.texts import NAMED, VISITORS_FACES
from tests.architecture.source import PACKAGES, ROOT, docstrings, modules

GERMAN = "de"
STAFF_LANGUAGES = ("de", "en")
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
_TAG_LINE = re.compile(rb'^"Language:[^"]*"\n', re.MULTILINE)
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


def languages(root: Path = ROOT) -> list[str]:
    """The folders of catalogues, those of staff first; visitors' are found and stand in no list."""
    found = {path.name for path in (root / "queue_server/locale").iterdir() if any(path.glob("*.po"))}
    return [*STAFF_LANGUAGES, *sorted(found.difference(STAFF_LANGUAGES))]


@cache
def faces(root: Path = ROOT) -> list[Face]:
    return [
        Face(language, path.stem, _read(path))
        for language in languages(root)
        for path in sorted((root / "queue_server/locale" / language).glob("*.po"))
    ]


def _read(path: Path) -> Catalog:
    # The folder names the language: babel refuses tags with a part for private use.
    return read_po(BytesIO(_TAG_LINE.sub(b"", path.read_bytes())), abort_invalid=True)


def incomplete_catalogues(root: Path = ROOT) -> list[str]:
    """Keys that one language lacks, has empty, has twice, or lacks plural forms of.

    A visitors' language has some faces alone: those whole.
    """
    found = []
    keys: dict[str, dict[str, str]] = {language: {} for language in languages(root)}
    for face in faces(root):
        for key, message in face.messages.items():
            where = f"{face.language}/{face.name}.po {key}"
            if key in keys[face.language]:
                found.append(f"{where} stands in {keys[face.language][key]}.po too")
            if not all(_forms(message)) or message.fuzzy:
                found.append(f"{where} is not translated")
            keys[face.language][key] = face.name
    for language, own in keys.items():
        for other in STAFF_LANGUAGES:
            found += [f"{language}/{name}.po lacks {key}" for key, name in _beyond(keys[other], own)]
            found += [f"{other}/{name}.po lacks {key}" for key, name in _beyond(own, keys[other])]
    return list(dict.fromkeys(found))


def _beyond(keys: dict[str, str], of: dict[str, str]) -> list[tuple[str, str]]:
    """Keys that are not among others, of the faces that those have at all."""
    there = set(of.values())
    return sorted((key, name) for key, name in keys.items() if key not in of and name in there)


def different_placeholders(root: Path = ROOT) -> list[str]:
    """Keys whose placeholders differ between the languages; forms for few may leave their number out."""
    holes: dict[str, set[frozenset[str]]] = {}
    for face in faces(root):
        for key, message in face.messages.items():
            holes.setdefault(key, set()).add(frozenset().union(*map(_holes, _forms(message))))
    differing = {key for key, variants in holes.items() if len(variants) > 1}
    forms = {
        key
        for face in faces(root)
        for key, message in face.messages.items()
        if any(_holes(form) - {"n"} != _holes(_forms(message)[-1]) - {"n"} for form in _forms(message))
    }
    return sorted(differing | forms)


SAME: Final = frozenset(
    {"booking.sms", "common.product", "kiosk.keys_marked", "page.menu", "post.page_sms", "start.real_title"}
)
"""These may read as in German: names, and words that Turkish or Ukrainian share with it."""
MOST_WORDS = 15
"""So many words a sentence of plain German may have; good ones have eight."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?:])\s+")


def left_in_german(root: Path = ROOT) -> list[str]:
    """Texts of visitors' languages that read as the German ones do: most likely copied and forgotten."""
    german = {
        key: _forms(one)
        for face in faces(root)
        if face.language == GERMAN
        for key, one in face.messages.items()
    }
    return [
        f"{face.language}/{face.name}.po {key}"
        for face in faces(root)
        if face.language.partition("-")[0] != GERMAN and face.name in VISITORS_FACES
        for key, message in face.messages.items()
        if key not in SAME and _forms(message) == german.get(key) and _has_words(message)
    ]


def _has_words(message: Message) -> bool:
    return any(re.search(r"[^\W\d_]{2}", _PLACEHOLDER.sub("", form)) for form in _forms(message))


def long_sentences(root: Path = ROOT) -> list[str]:
    """Sentences of plain German that nobody would call plain."""
    return [
        f"{face.name}.po {key}: {sentence}"
        for face in faces(root)
        if face.language == "de-x-leicht"
        for key, message in face.messages.items()
        for form in _forms(message)
        for sentence in _SENTENCE_ENDS.split(form)
        if len(sentence.split()) > MOST_WORDS
    ]


def _holes(form: str) -> set[str]:
    return {match[1] or match[2] for match in _PLACEHOLDER.finditer(form)}


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
    named |= {f"{key}{NAMED}" for key in named & _with_room(root)}  # chosen by the room's name: web.texts
    return sorted(key for key in keys if key not in named and not key.startswith(begun))


def rooms_without_a_name(root: Path = ROOT) -> list[str]:
    """Texts with a room that have none for one with a name of its own: "Zimmer Trauzimmer"."""
    keys = {key for face in faces(root) for key in face.messages}
    return sorted(key for key in _with_room(root) if not key.endswith(NAMED) and f"{key}{NAMED}" not in keys)


def _with_room(root: Path) -> set[str]:
    messages = ((key, one) for face in faces(root) for key, one in face.messages.items())
    return {key for key, one in messages if "room" in _holes(_forms(one)[-1])}


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    for pattern in ("*.py", "*.html", "*.js", "*.txt", "*.toml"):
        for path in _files(root, pattern):
            yield path, path.read_text(encoding="utf-8")
