"""What a concern is called, with its count, on pages, cards, letters and slips alike; and who is told it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, Protocol

from queue_server.domain.papers import Answers, Paper, papers_of
from queue_server.domain.town import Clerk, Service, Town, in_language, skills_of


class Say(Protocol):
    """The texts of one language."""

    @property
    def language(self) -> str: ...
    def __call__(self, key: str, **values: object) -> str: ...


def counts_persons(service: Service) -> bool:
    """Say whether the count of a service means people: one family, not four registrations."""
    return service.included > 1


def named(say: Say, service: Service, count: int) -> tuple[int, str]:
    """Return how many times to print before the name, and the name: a family is one, "…, 4 Personen"."""
    name = in_language(service.name, say.language)
    if counts_persons(service):
        return 1, say("common.for_persons", name=name, n=count) if count > 1 else name
    return count, name


def in_words(say: Say, service: Service, count: int) -> str:
    """Return name and count as one text: "2 × Reisepass beantragen"."""
    times, name = named(say, service, count)
    return say("common.counted", count=times, name=name) if times > 1 else name


NOBODY: Final[frozenset[str]] = frozenset()
"""The skills of who serves nobody: a mail, a slip, a sheet on the wall."""


def told_to_others(services: Iterable[Service], skills: Collection[str] = NOBODY) -> Iterator[Service]:
    """Yield the services that may be named where others read along: the sensitive ones are left out.

    `skills` are those of the reader, who knows what they serve. Every mail, slip, card and list goes through
    here; the visitor's own pages do not, nor does what is only offered.
    """
    return (one for one in services if not one.sensitive or one.id in skills)


def untold(town: Town, clerk: Clerk | None) -> frozenset[str]:
    """Return the ids of the services of which this reader learns only that there is something."""
    skills = skills_of(town, clerk) if clerk is not None else NOBODY
    told = {one.id for one in told_to_others(town.services, skills)}
    return frozenset(one.id for one in town.services if one.id not in told)


def paper_words(say: Say, paper: Paper) -> str:
    """Return a document as a line; where nobody answered whether it is needed, the line says when it is."""
    text = in_language(paper.text, say.language)
    if paper.only_if is None:
        return text
    question = in_language(paper.only_if.question, say.language)
    return say(f"common.only_if_{paper.only_if.when.value}", document=text, question=question)


def papers_in_words(say: Say, services: Iterable[Service], answers: Answers | None = None) -> list[str]:
    """Return what to bring, each line once: what is certain first."""
    return list(dict.fromkeys(paper_words(say, one) for one in papers_of(services, answers or {})))
