"""Documents that depend on a question, in a cell of the table of services: "question > yes > document | …".

What must not live here: how texts are parted (`cell_parts`), and the other columns (`service_cells`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from queue_server.adapters.town.cell_parts import Cell, escaped, parted_twice
from queue_server.adapters.town.source import LONGEST_QUOTE, ShapeCode
from queue_server.adapters.town.table_columns import Say
from queue_server.domain.town import GERMAN, DocumentIf, Reply, Service, Texts

_EMPTY = DocumentIf({}, {})


def read_asked(
    before: tuple[DocumentIf, ...],
    mine: Mapping[str, Cell],
    reply: Callable[[Cell], Reply],
    wrong: Callable[..., None],
) -> tuple[DocumentIf, ...]:
    """Return what stands in the cells of a service, one for each language with a column.

    `reply` reads the word between question and document, `wrong(cell, code, …)` takes what is wrong. A
    language without a column keeps its words while the German ones stay. What cannot be read leaves all as it
    was.
    """
    were = [_only(one, GERMAN) for one in before]
    cells = {language: _rows(cell, language, reply, wrong) for language, cell in mine.items()}
    german = cells.get(GERMAN, were)
    if german is None:
        return before
    for language, rows in cells.items():
        if rows is None or not _fits(rows, german, mine[language], wrong):
            return before
    is_same = [_texts(one) for one in german] == [_texts(one) for one in were]
    kept = before if is_same else [_EMPTY] * len(german)
    return tuple(
        _merged(one, kept[index], {language: rows[index] for language, rows in cells.items() if rows})
        for index, one in enumerate(german)
    )


def shown_asked(service: Service, language: str, say: Say) -> str:
    """Return what stands in the cell of a language; nothing where nobody translated anything."""
    rows = []
    for one in service.documents_if:
        question, document = (escaped(texts.get(language, ""), inner=True) for texts in _texts(one))
        word = say(f"town.word_{one.when.value}")
        rows.append(f"{question} > {word} > {document}" if question or document else "")
    return " | ".join(rows) if any(rows) else ""


def _rows(
    cell: Cell, language: str, reply: Callable[[Cell], Reply], wrong: Callable[..., None]
) -> list[DocumentIf] | None:
    """Return what a cell says in its language; None when that cannot be read."""
    found = []
    for parts in parted_twice(cell.text):
        if parts == [""] and language != GERMAN:
            found.append(_EMPTY)
        elif len(parts) != 3 or (language == GERMAN and not (parts[0] and parts[2])):
            wrong(cell, ShapeCode.NOT_THREE_PARTS, found=" > ".join(parts)[:LONGEST_QUOTE])
            return None
        else:
            question, word, document = parts
            when = reply(replace(cell, text=word))
            found.append(DocumentIf({language: document}, {language: question}, when))
    return found


def _fits(
    rows: Sequence[DocumentIf], german: Sequence[DocumentIf], cell: Cell, wrong: Callable[..., None]
) -> bool:
    """Say whether a language says the same as German; an empty cell says nothing else."""
    if rows and len(rows) != len(german):
        wrong(cell, ShapeCode.COUNT_DIFFERS, found=str(len(rows)), expected=str(len(german)))
        return False
    other = next(
        (a for a, b in zip(rows, german, strict=False) if a != _EMPTY and a.when is not b.when), None
    )
    if other is not None:
        wrong(cell, ShapeCode.ANSWER_DIFFERS, found="".join(other.question.values())[:LONGEST_QUOTE])
    return other is None


def _merged(german: DocumentIf, kept: DocumentIf, told: Mapping[str, DocumentIf]) -> DocumentIf:
    """Return a row in all languages: as the cells tell it, and what is `kept` of languages without a cell."""
    question, document = dict(german.question), dict(german.document)
    for language in [*kept.question, *kept.document, *told]:
        one = told.get(language, kept)
        for texts, said in ((question, one.question), (document, one.document)):
            if said.get(language):
                texts[language] = said[language]
    return DocumentIf(document, question, german.when)


def _only(one: DocumentIf, language: str) -> DocumentIf:
    document, question = one.document.get(language, ""), one.question.get(language, "")
    return DocumentIf({language: document}, {language: question}, one.when)


def _texts(one: DocumentIf) -> tuple[Texts, Texts]:
    return one.question, one.document
