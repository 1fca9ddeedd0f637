"""The report's page and file; what stands on the sheet is in `test_figures_sheet`."""

import threading
from datetime import date
from typing import Any

import pytest

from queue_server.domain.access import Actor, Role
from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.period import Period
from queue_server.domain.town import Town as Settings
from queue_server.web import figures_sheet, report_mail, sheet_words
from queue_server.web.admin import page_report
from queue_server.web.texts import Texts
from tests.web.askers import MUSTER
from tests.web.running import Town
from tests.web.test_page_department import let_in


async def test_the_words_of_the_sheet_are_made_beside_the_event_loop(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tens of milliseconds for a town with many concerns: every screen waited for them."""
    threads: list[int] = []

    def noting(say: Texts, of: Settings, month: Period, found: list[Gathered], today: date) -> dict[str, Any]:
        threads.append(threading.get_ident())
        return figures_sheet.sheet(say, of, month, found, today)

    async def undrawn(words: dict[str, Any]) -> bytes:
        return b""

    for module in (page_report, sheet_words, report_mail):
        monkeypatch.setattr(module, "sheet", noting)
    monkeypatch.setattr(town.house.sheet_papers, "draw", undrawn)
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada")
    page = await town.client.get(figures_sheet.REPORT, headers=who)
    paper = await town.client.get(f"{figures_sheet.REPORT}.pdf", headers=who)
    assert (page.status_code, paper.status_code) == (200, 303)
    assert len(threads) == 2
    assert threading.get_ident() not in threads
