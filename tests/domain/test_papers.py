"""Which documents a visit needs, by the answers to a few questions."""

from dataclasses import replace

from queue_server.domain.papers import (
    MOST_ANSWERS,
    Paper,
    answers_to,
    documents_of,
    key_of,
    papers_of,
    questions_of,
    read_answers,
    written_answers,
)
from queue_server.domain.town import DocumentIf, Reply
from tests.domain.town_builders import a_service

CHILD, ABROAD = {"de": "Für ein Kind?"}, {"de": "Aus dem Ausland?"}
PHOTO, CONSENT, BIRTH = {"de": "Foto"}, {"de": "Zustimmung"}, {"de": "Geburtsurkunde"}
OLD_ID = DocumentIf({"de": "Alter Pass"}, CHILD, Reply.NO)
NEEDS_CONSENT, NEEDS_BIRTH = DocumentIf(CONSENT, CHILD), DocumentIf(BIRTH, ABROAD)
PASSPORT = a_service(documents=(PHOTO,), documents_if=(NEEDS_CONSENT, OLD_ID, NEEDS_BIRTH))
CARD = replace(PASSPORT, id="card", documents=(PHOTO, BIRTH), documents_if=(NEEDS_CONSENT,))


def said(**replies: str) -> dict[str, Reply]:
    keys = {"child": key_of(CHILD), "abroad": key_of(ABROAD)}
    return {keys[name]: Reply(reply) for name, reply in replies.items()}


def test_a_question_is_asked_once_for_all_services() -> None:
    assert [one.text for one in questions_of([PASSPORT, CARD])] == [CHILD, ABROAD]


def test_answers_decide_what_to_bring() -> None:
    yes = papers_of([PASSPORT], said(child="yes", abroad="no"))
    assert yes == [Paper(PHOTO), Paper(CONSENT)]
    assert papers_of([PASSPORT], said(child="no", abroad="no")) == [Paper(PHOTO), Paper(OLD_ID.document)]


def test_what_nobody_answered_stays_on_the_list_with_its_question() -> None:
    assert papers_of([PASSPORT], said(child="yes")) == [
        Paper(PHOTO),
        Paper(CONSENT),
        Paper(BIRTH, NEEDS_BIRTH),
    ]


def test_a_document_that_one_service_needs_anyhow_stands_once_and_without_a_question() -> None:
    assert papers_of([PASSPORT, CARD], said(child="no")).count(Paper(BIRTH)) == 1
    assert Paper(BIRTH, NEEDS_BIRTH) not in papers_of([PASSPORT, CARD], {})


def test_answers_come_back_as_they_were_written() -> None:
    answers = said(child="yes", abroad="no")
    assert read_answers(written_answers(answers)) == answers
    many = [f"{number:012x}:yes" for number in range(MOST_ANSWERS + 5)]
    assert len(read_answers([*many, "x:yes", "0" * 12 + ":perhaps", None])) == MOST_ANSWERS
    assert len(" ".join(written_answers(read_answers(many)))) <= 400, "fits into its column"


def test_an_answer_about_another_concern_is_forgotten() -> None:
    assert answers_to([CARD], said(child="yes", abroad="yes")) == said(child="yes")


def test_a_document_is_named_by_its_words() -> None:
    assert key_of({"de": " Foto ", "en": "photo"}) == key_of(PHOTO) != key_of(BIRTH)
    assert [*documents_of(PASSPORT)] == [key_of(one) for one in (PHOTO, CONSENT, OLD_ID.document, BIRTH)]
