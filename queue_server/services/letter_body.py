"""The lines of a letter, from which its text and its HTML are drawn: so they cannot say different things.

What must not live here: the words (`locale/*/post.po`, and what the town wrote), the look (a template).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from queue_server.domain.papers import read_answers
from queue_server.domain.town import in_language
from queue_server.services.letter_kinds import ASKING, FAREWELLS, NOT_TO_COME, OVER, Kind, Notice, Say, Visit
from queue_server.services.letter_texts import filled
from queue_server.services.letter_words import (
    area_words,
    come_at,
    concern_words,
    moment,
    plain,
    services_of,
    services_of_all,
    time_words,
    when,
)
from queue_server.services.wording import papers_in_words, told_to_others

_RULE: Final = "-" * 40
_ACTS_TITLES: Final = {
    Kind.CONFIRM: "post.acts_confirm",
    Kind.MUST_MOVE: "post.acts_must_move",
    Kind.RESCUED: "post.acts_rescued",
}
_ASKS_FOR: Final = frozenset({Kind.CONFIRM, Kind.MUST_MOVE})


@dataclass(frozen=True, slots=True)
class Fact:
    """One line with its label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """One address with its label."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Body:
    """A letter's lines, the same for text and HTML. `first_act`: the letter asks for its first act."""

    heading: str
    greeting: str
    opening: str
    own: tuple[str, ...] = ()
    said_title: str = ""
    said: str = ""
    number: str = ""
    number_label: str = ""
    number_hint: str = ""
    facts: tuple[Fact, ...] = ()
    notice: str = ""
    documents_title: str = ""
    documents: tuple[str, ...] = ()
    forms_title: str = ""
    forms: tuple[Link, ...] = ()
    acts_title: str = ""
    acts: tuple[Link, ...] = ()
    acts_hint: str = ""
    first_act: bool = False
    closing: tuple[str, ...] = ()


def body_of(notice: Notice, say: Say) -> Body:
    """Return the lines of a letter."""
    name = plain(notice.name)
    acts = _links(*_acts(notice, say))
    said_title, said = _said(notice, say)
    body = Body(
        heading=say(f"post.heading_{notice.kind}"),
        greeting=say("post.greeting_name", name=name) if name else say("post.greeting"),
        opening=filled(notice, say, "opening"),
        own=tuple(part for part in filled(notice, say, "own").split("\n\n") if part),
        said_title=said_title,
        said=said,
        facts=tuple(_facts(notice, say)),
        acts=acts,
        acts_title=say(_acts_title(notice.kind)) if acts else "",
        acts_hint=say("post.acts_hint") if acts and notice.kind not in OVER else "",
        first_act=notice.kind in _ASKS_FOR,
        closing=tuple(_closing(notice, say)),
    )
    return body if notice.kind in NOT_TO_COME else _to_bring(body, notice, say)


def _to_bring(body: Body, notice: Notice, say: Say) -> Body:
    documents, forms = _documents(notice, say), _forms(notice, say)
    admission = in_language(notice.site.admission_notice, say.language)
    return replace(
        body,
        number=str(notice.appointment.number or ""),
        number_label=say("post.number"),
        number_hint=say("post.number_hint"),
        notice=admission if notice.kind is not Kind.ADMISSION else "",
        documents=documents,
        documents_title=say("post.documents") if documents else "",
        forms=forms,
        forms_title=say("post.forms") if forms else "",
    )


def _said(notice: Notice, say: Say) -> tuple[str, str]:
    """Return what the town hall wrote for this one letter, or how to be let in when that is its message."""
    if notice.kind is Kind.ADMISSION:
        return say("post.how_to_enter"), in_language(notice.site.admission_notice, say.language)
    return (say("post.said"), plain(notice.answer)) if notice.answer else ("", "")


def _acts(notice: Notice, say: Say) -> Iterable[tuple[str, str]]:
    kind, links = notice.kind, notice.links
    if kind in OVER:
        yield say("post.act_book"), links.book
        return
    yield say("post.act_confirm"), links.confirm
    yield say("post.act_choose" if kind is Kind.MUST_MOVE else "post.act_move"), links.move
    if kind is Kind.MUST_MOVE and not links.move:
        yield say("post.act_book"), links.book
    yield say("post.act_withdraw" if kind in ASKING else "post.act_cancel"), links.cancel
    yield say("post.act_look" if kind in ASKING else "post.act_manage"), links.manage


def _acts_title(kind: Kind) -> str:
    if kind in OVER:
        return "post.acts_again"
    return _ACTS_TITLES.get(kind, "post.acts")


def as_text(body: Body) -> str:
    """Return the lines as plain text, for reading without HTML."""
    acts = [
        _listed(body.acts_title, [f"{act.label}:\n{act.address}" for act in body.acts]),
        body.acts_hint,
    ]
    blocks = [
        body.greeting,
        body.opening,
        *body.own,
        f"{body.said_title}: {body.said}" if body.said else "",
        *(acts if body.first_act else ()),
        f"{body.number_label}: {body.number}\n{body.number_hint}" if body.number else "",
        "\n".join(f"{fact.label}: {fact.value}" for fact in body.facts),
        body.notice,
        _listed(body.documents_title, [f"[ ] {document}" for document in body.documents]),
        _listed(body.forms_title, [f"{form.label}: {form.address}" for form in body.forms]),
        *(acts if not body.first_act else ()),
        _RULE,
        "\n".join(body.closing),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _facts(notice: Notice, say: Say) -> Iterable[Fact]:
    site, one = notice.site, notice.appointment
    minutes = say("post.minutes", when=when(notice, say), n=one.minutes)
    yield Fact(say("post.when_till_now" if notice.kind is Kind.MUST_MOVE else "post.when"), minutes)
    gone = notice.kind in NOT_TO_COME
    if not gone and notice.kind not in ASKING:
        yield Fact(say("post.come"), come_at(notice, say))
    if notice.until is not None:
        label = say("post.confirm_by" if notice.kind is Kind.CONFIRM else "post.until")
        yield Fact(label, moment(notice.until, notice.site, say))
    place = (in_language(site.name, say.language), site.address)
    yield Fact(say("post.where"), say("common.comma").join(part for part in place if part))
    if not gone and (area := area_words(notice, say)):
        yield Fact(say("post.area"), area)
    yield from _what(notice, one, say)
    for second in notice.also:
        key = "post.then_line" if second.number and not gone else "post.then_cancelled"
        time = time_words(second.starts_at, site)
        yield Fact(say("post.then"), say(key, time=time, number=second.number))
        yield from _what(notice, second, say)


def _what(notice: Notice, visit: Visit, say: Say) -> Iterable[Fact]:
    is_secret = any(one.sensitive for one in services_of(notice, visit))
    concern = say("common.comma").join(concern_words(notice, visit, say))
    if concern or not is_secret:
        yield Fact(say("post.concern"), concern)
    if notice.talk_with and not is_secret:
        yield Fact(say("post.talk_with"), say("common.comma").join(notice.talk_with))
    yield Fact(say("post.reference"), visit.reference)


def _documents(notice: Notice, say: Say) -> tuple[str, ...]:
    """Return what to bring, by what the visitor answered; of sensitive services only where it stands."""
    services = list(services_of_all(notice))
    answers = read_answers(notice.paper_answers.split())
    lines = papers_in_words(say, told_to_others(services), answers)
    hides = any(one.sensitive and (one.documents or one.documents_if) for one in services)
    if notice.links.manage and hides:
        lines.append(say("post.documents_on_page"))
    return tuple(lines)


def _forms(notice: Notice, say: Say) -> tuple[Link, ...]:
    told = told_to_others(services_of_all(notice))
    return _links(*((in_language(one.name, say.language), one.link) for one in told))


def _closing(notice: Notice, say: Say) -> Iterable[str]:
    if notice.site.phone:
        yield say("post.phone", phone=notice.site.phone)
    yield say("post.automatic")
    yield say(_forgotten(notice.kind))
    site_name = in_language(notice.site.name, say.language)
    yield " · ".join(dict.fromkeys((in_language(notice.town.name, say.language), site_name)))


def _forgotten(kind: Kind) -> str:
    if kind is Kind.MISSED:
        return "post.forgotten_soon"
    return "post.forgotten_now" if kind in FAREWELLS else "post.forgotten"


def _links(*pairs: tuple[str, str]) -> tuple[Link, ...]:
    return tuple(Link(label, url) for label, url in pairs if url.startswith(("https://", "http://")))


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *lines]) if lines else ""
