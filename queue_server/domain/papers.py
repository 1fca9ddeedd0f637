"""Which documents a visit needs, by the answers to a few questions.

What lives here: the questions of a concern, the list that follows from answers, and the names by which both
are known. What must not: words for pages, and who gave an answer (it is kept with the visitor's data alone).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from queue_server.domain.town import GERMAN, DocumentIf, Reply, Service, Texts

Answers: TypeAlias = Mapping[str, Reply]
"""Key of a question → what the visitor said; a question that was left out is missing."""

MOST_ANSWERS: Final = 20
_ANSWER: Final = re.compile(r"([0-9a-f]{12}):(yes|no)")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask, once for all services that want to know it."""

    key: str
    text: Texts


@dataclass(frozen=True, slots=True)
class Paper:
    """One line of the list. `only_if`: nobody has answered yet whether it is needed."""

    text: Texts
    only_if: DocumentIf | None = None


def key_of(texts: Texts) -> str:
    """Return the name of a document or question: it follows from the German words, and changes with them.

    So what is counted is counted for the words that people have read; better words begin at nothing.
    """
    words = " ".join(texts.get(GERMAN, "").split())
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def questions_of(services: Iterable[Service]) -> list[Question]:
    """Return what to ask, each question once, in the order of the services."""
    found: dict[str, Question] = {}
    for service in services:
        for one in service.documents_if:
            key = key_of(one.question)
            found.setdefault(key, Question(key, one.question))
    return list(found.values())


def papers_of(services: Iterable[Service], answers: Answers) -> list[Paper]:
    """Return what to bring, each document once: what is certain first, then what depends on an answer."""
    certain: dict[str, Paper] = {}
    open_: dict[str, Paper] = {}
    for service in services:
        for text in service.documents:
            certain.setdefault(key_of(text), Paper(text))
        for one in service.documents_if:
            answer = answers.get(key_of(one.question))
            if answer is one.when:
                certain.setdefault(key_of(one.document), Paper(one.document))
            elif answer is None:
                open_.setdefault(key_of(one.document), Paper(one.document, one))
    return [*certain.values(), *(paper for key, paper in open_.items() if key not in certain)]


def documents_of(service: Service) -> dict[str, Texts]:
    """Return every document that a service may ask for, by its key."""
    texts = [*service.documents, *(one.document for one in service.documents_if)]
    return {key_of(text): text for text in texts}


def read_answers(words: Iterable[object]) -> dict[str, Reply]:
    """Return answers that were written as `key:yes`; what is none is passed over."""
    found: dict[str, Reply] = {}
    for word in words:
        match = _ANSWER.fullmatch(word) if isinstance(word, str) else None
        if match and len(found) < MOST_ANSWERS:
            found[match[1]] = Reply(match[2])
    return found


def written_answers(answers: Answers) -> tuple[str, ...]:
    """Return answers as `read_answers` reads them."""
    return tuple(f"{key}:{reply.value}" for key, reply in answers.items())


def answers_to(services: Iterable[Service], answers: Answers) -> dict[str, Reply]:
    """Return the answers that these services ask for: what was said about another concern is forgotten."""
    return {one.key: answers[one.key] for one in questions_of(services) if one.key in answers}
