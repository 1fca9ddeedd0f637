"""What a concern is called, with its count: on pages, cards, letters and slips alike."""

from typing import Protocol

from queue_server.domain.town import Service, in_language


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
