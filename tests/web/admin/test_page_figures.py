"""The page of figures: who sees which, what stands on it, and the table to take away."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread, current_thread
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy.engine import Connection

from queue_server.adapters.post import sheet_letters
from queue_server.adapters.town import store as town_store
from queue_server.domain.access import Actor, Role
from queue_server.domain.figures import open_data
from queue_server.web import figures_groups
from queue_server.web.admin import page_figures
from queue_server.web.report_mail import ReportMail
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.admin.counted import count_the_past
from tests.web.admin.setup import read
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_all_acts_are_noted import lines
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import field, words
from tests.web.test_page_status import NARROW, photograph
from tests.web.test_report_mail import Undrawn, named

FIGURES = "/admin/figures"
GAPS = """() => Math.min(...[...document.querySelectorAll('.chart__feet')].flatMap(one => {
  const names = [...one.querySelectorAll('text')];
  const boxes = names.map(name => name.getBoundingClientRect()).filter(box => box.width);
  return boxes.slice(1).map((box, n) => box.left - boxes[n].right);
}))"""
CUT = """() => [...document.querySelectorAll('.figures__groups')]
  .some(one => one.scrollWidth > one.parentElement.clientWidth)"""
LOST = """() => [...document.querySelectorAll('main table')].filter(one => {
  const around = one.closest('.table-wrap[role=region]');
  return !around || around.tabIndex !== 0 || around.getBoundingClientRect().right > innerWidth;
}).map(one => one.textContent)"""


async def test_a_month_is_shown_beside_the_one_before(town: Town) -> None:
    await count_the_past(town)
    page = words(await read(town, f"{FIGURES}?day=2026-02-10"))
    assert "Februar 2026" in page
    assert "Besuche 1.200 davor 1.320" in page, "twenty days of sixty; January had twenty-two"
    assert "Nächster freier Termin" in page
    assert "Auslastung der Schalter 70 % davor 70 %" in page
    assert "Aufrufe gezeigt und gehört 97 %" in page


async def test_a_day_begins_when_it_does_in_the_town(town: Town) -> None:
    newest = f"{FIGURES}?period=days&from=2026-03-10&to=2026-03-10"
    assert 'rel="next"' not in await read(town, newest)
    town.clock.forward(hours=14.5)
    assert town.clock().day == 10, "in Greenwich it is still the same day"
    assert 'rel="next"' in await read(town, newest)


async def test_what_was_promised_and_what_could_be_booked_is_told(town: Town) -> None:
    await count_the_past(town)
    page = words(await read(town, f"{FIGURES}?day=2026-02-10"))
    assert "Zeit für Termine gebucht 80 % davor 80 % So viel der Zeit" in page
    assert re.search(r"Genannte Wartezeit traf zu [56]\d % davor [56]\d %", page)
    assert re.search(r"Zum Termin verspätet \d+ % davor", page)


async def test_one_table_compares_concerns_sites_weekdays_or_hours(town: Town) -> None:
    await count_the_past(town)
    page = await read(town, f"{FIGURES}?day=2026-02-10")
    assert "Anliegen, für die niemand kam oder buchte" not in page, "nothing was counted of others"
    assert "/admin/figures/report?month=2026-02" in page.split("<dl")[0], "the ways stand at the head"
    of_weekdays = table_of(await read(town, f"{FIGURES}?day=2026-02-10&by=weekday"))
    assert [row[0] for row in of_weekdays] == [
        "Wochentag",
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
    ]
    assert [row[1] for row in of_weekdays[1:]] == ["240"] * 5
    for row in of_weekdays[1:]:
        visits, booked, walk_ins = map(int, row[1:4])
        assert booked + walk_ins == visits
        assert all(cell.endswith("%") for cell in row[6:]), "late, missed, held"
    of_hours = table_of(await read(town, f"{FIGURES}?day=2026-02-10&by=hour"))
    assert of_hours[1][0] == "07:00"
    assert sum(int(row[1]) for row in of_hours[1:]) == 1200
    of_sites = table_of(await read(town, f"{FIGURES}?day=2026-02-10&by=site"))
    assert [row[1] for row in of_sites] == ["Besuche", "1.200", "0"]
    assert of_sites[1][-2:] == ["70 %", "80 %"], "use of counters, and of the time for appointments"
    assert "by=site" in await read(town, f"{FIGURES}?day=2026-02-10&by=site"), (
        "the choice stays in the addresses"
    )


def table_of(page: str) -> list[list[str]]:
    """Return the cells of the table in which things are compared."""
    table = page.split('class="table figures__groups"')[1].split("</table>", maxsplit=1)[0]
    return [
        [
            re.sub("<[^>]+>", "", cell).replace("\xa0", " ")
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        for row in table.split("</tr>")[:-1]
    ]


async def test_a_period_can_be_a_week_a_quarter_a_year_or_any_days(town: Town) -> None:
    await count_the_past(town)
    for query, title, visits in (
        ("period=week&day=2026-02-11", "9. Februar 2026 bis 15. Februar 2026", "Besuche 300"),
        ("period=quarter&day=2025-11-11", "4. Quartal 2025", "Besuche 3.960"),
        ("period=year&day=2025-05-05", "2025", "Besuche 13.080"),
        ("period=days&from=2026-02-03&to=2026-02-02", "2. Februar 2026 bis 3. Februar 2026", "Besuche 120"),
        ("period=nonsense&day=never&site=nowhere&service=none", "März 2026", "Besuche 360"),
    ):
        page = words(await read(town, f"{FIGURES}?{query}"))
        assert title in page
        assert visits in page, query


async def test_pictures_say_below_when_and_beside_how_much(town: Town) -> None:
    await count_the_past(town)
    for query, most, names in (
        ("period=year&day=2025-05-05", "2.000", "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez"),
        ("period=week&day=2026-02-11", "100", "Mo Di Mi Do Fr Sa So"),
        ("day=2026-02-10", "100", "2.2. 9.2. 16.2. 23.2."),
        ("period=days&from=2026-02-02&to=2026-02-10", "100", "2.2. 3.2. 4.2. 5.2. 6.2. 7.2. 8.2. 9.2. 10.2."),
        (
            "period=days&from=2025-03-01&to=2026-03-09",
            "2.000",
            "Mär 25 Mai 25 Jul 25 Sep 25 Nov 25 Jan 26 Mär 26",
        ),
    ):
        page = await read(town, f"{FIGURES}?{query}")
        tops = re.findall(r'class="chart__top"[^>]*>([^<]*)<', page)
        assert tops[0] == most, query
        assert tops[1].endswith(" Min.")
        of_visits = page.split('class="chart__feet"')[1].split("</svg>")[0]
        assert " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", of_visits)) == names


async def test_today_is_counted_as_it_runs(town: Town) -> None:
    assert "nichts gezählt" in words(await read(town, FIGURES))
    await town.take()
    assert "Besuche 1 " in words(await read(town, FIGURES))


async def test_one_concern_can_be_looked_at_alone(town: Town) -> None:
    await count_the_past(town)
    service = town.house.town_and_site("rathaus")[0].services[0]
    page = words(await read(town, f"{FIGURES}?day=2026-02-10&service={service.id}"))
    assert "Auslastung der Schalter" not in page, "no counter is there for one concern"
    assert page.count(service.name["de"]) >= 2


async def test_who_administers_one_site_and_who_leads_a_department_see_theirs_alone(town: Town) -> None:
    await count_the_past(town)
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    page = words(await read(town, f"{FIGURES}?day=2026-02-10&site=rathaus", who))
    assert "nichts gezählt" in page
    department = town.house.town_and_site("rathaus")[0].departments[0]
    lead = await let_in(town, Actor(Role.LEAD, MUSTER, leads=frozenset({department.id})), "lea")
    page = words(await read(town, f"{FIGURES}?day=2026-02-10", lead))
    assert "Besuche" in page
    assert "Auslastung der Schalter" not in page
    assert (await town.client.get(FIGURES, headers=town.headers("anna"))).status_code == 403


async def downloaded(town: Town, query: str, who: dict[str, str] | None = None) -> tuple[str, str]:
    """Return a file's name and its text."""
    who = who or await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada")
    answer = await town.client.get(f"{FIGURES}/table?{query}", headers=who)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return answer.headers["content-disposition"].split('"')[1], answer.content.decode("utf-8-sig")


async def test_the_table_has_one_number_in_a_line_and_leaves_small_ones_out(town: Town) -> None:
    await count_the_past(town)
    name, text = await downloaded(town, "day=2026-02-10&site=rathaus")
    assert name == "aufruf-figures-rathaus-2026-02-01-2026-02-28.csv"
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    told = {(row["table"], row["key"], row["measure"]): row["value"] for row in rows}
    assert told["total", "", "visits"] == "1200"
    assert (
        sum(int(n) for (table, _, what), n in told.items() if (table, what) == ("by_service", "visits"))
        == 1200
    )
    assert not [n for (*_, what), n in told.items() if what == "missed" and n in {"1", "2", "3", "4"}]


async def test_the_table_names_in_the_towns_language_what_its_ids_mean(town: Town) -> None:
    await count_the_past(town)
    _, text = await downloaded(town, "day=2026-02-10&site=rathaus")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    settings, site = town.house.town_and_site("rathaus")
    names = {(row["table"], row["key"]): row["name"] for row in rows}
    assert names["by_service", settings.services[0].id] == settings.services[0].name["de"]
    assert names["by_weekday", "1"] == "Montag"
    assert names["by_hour", "09"] == "09:00–10:00"
    assert {(row["site"], row["site_name"]) for row in rows} == {("rathaus", site.name["de"])}


async def test_a_name_is_no_formula_of_a_spreadsheet(town: Town) -> None:
    await count_the_past(town)
    settings = town.house.town_and_site("rathaus")[0]
    first, *others = settings.services
    changed = replace(settings, services=(replace(first, name={**first.name, "de": "=1+1"}), *others))
    await town.house.write(partial(town_store.save_town, town=changed, now=town.clock()))
    _, text = await downloaded(town, "day=2026-02-10&site=rathaus")
    assert ";'=1+1;" in text
    assert ";=1+1" not in text


async def test_what_must_not_be_passed_on_says_so_on_the_page_in_its_name_and_first_line(
    town: Town,
) -> None:
    await count_the_past(town)
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada")
    service = town.house.town_and_site("rathaus")[0].services[0].id
    for query in (
        "day=2026-02-10",
        "day=2026-03-10&site=rathaus",
        "period=week&day=2026-02-10&site=rathaus",
        "period=quarter&day=2025-11-10&site=rathaus",
        "period=days&from=2026-02-01&to=2026-02-28&site=rathaus",
        f"day=2026-02-10&site=rathaus&service={service}",
    ):
        name, text = await downloaded(town, query, who)
        assert name.startswith("aufruf-internal-figures-"), query
        assert text.startswith("Nur für den internen Gebrauch, nicht weitergeben\r\nfrom;to;site;"), query
        assert "nur für den internen Gebrauch" in words(await read(town, f"{FIGURES}?{query}", who)), query
    page = words(await read(town, f"{FIGURES}?day=2026-02-10&site=rathaus", who))
    assert "Diese Tabelle darf weitergegeben werden" in page


async def test_there_is_no_file_of_what_was_never_counted(town: Town) -> None:
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada")
    answer = await town.client.get(f"{FIGURES}/table?day=2021-02-10&site=rathaus", headers=who)
    assert answer.status_code == 404
    assert f"{FIGURES}/table" not in await read(town, f"{FIGURES}?day=2021-02-10&site=rathaus", who)


async def test_the_monthly_sheet_stands_beside_last_month_and_last_year(town: Town) -> None:
    await count_the_past(town)
    page = words(await read(town, f"{FIGURES}/report?month=2026-03"))
    assert "Monatsblatt März 2026" in page
    assert "März 2026 Februar 2026 März 2025 Besuche 360 1.200 1.260" in page
    assert "Im Internet" in page
    assert "Nächster freier Termin nach Anliegen" in page
    assert "Februar 2026 Januar 2026 Februar 2025" in words(await read(town, f"{FIGURES}/report")), (
        "the last whole one"
    )
    page = words(await read(town, f"{FIGURES}/report?month=2025-03"))
    assert "Besuche 1.260 – –" in page, "nothing counted is not nought"
    for month in ("0001-01", "9999-12", "never"):
        assert "Februar 2026 Januar 2026" in words(await read(town, f"{FIGURES}/report?month={month}"))
    department = town.house.town_and_site("rathaus")[0].departments[0]
    lead = await let_in(town, Actor(Role.LEAD, MUSTER, leads=frozenset({department.id})), "lea")
    assert "Monatsblatt" in await read(town, f"{FIGURES}/report", lead)


async def test_the_sheet_can_be_had_as_a_pdf_with_the_same_figures(town: Town) -> None:
    await count_the_past(town)
    assert 'href="/admin/figures/report.pdf?month=2026-02&amp;site="' in await read(town, f"{FIGURES}/report")
    headers = town.headers("administrator")
    answer = await town.client.get(f"{FIGURES}/report.pdf?month=2026-02", headers=headers)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="Monatsblatt-2026-02.pdf"'
    assert answer.content.startswith(b"%PDF-")
    refused = await town.client.get(f"{FIGURES}/report.pdf", headers=town.headers("anna"))
    assert refused.status_code == 403
    town.house.sheet_papers = Undrawn()
    answer = await town.client.get(f"{FIGURES}/report.pdf?month=2026-01", headers=headers)
    page = words(await read(town, answer.headers["location"]))
    assert "Das PDF konnte gerade nicht gezeichnet werden." in page
    assert "Monatsblatt Januar 2026" in page


async def test_the_words_of_the_pdf_are_those_of_the_page(town: Town) -> None:
    await count_the_past(town)
    told: list[Any] = []

    class Heard:
        async def draw(self, words: Any) -> bytes:
            told.append(words)
            return b"%PDF-"

    town.house.sheet_papers = Heard()
    headers = town.headers("administrator")
    await town.client.get(f"{FIGURES}/report.pdf?month=2026-03&site=rathaus", headers=headers)
    [paper] = told
    page = words(await read(town, f"{FIGURES}/report?month=2026-03&site=rathaus"))
    assert (paper["title"], paper["accent"], paper["logo"]) == ("Monatsblatt März 2026", "#0a4b58", "")
    assert paper["keys"][0] == ("Besuche", "360", "Vormonat 1.200 · Vorjahr 1.260")
    for _, lines_ in paper["parts"]:
        for name, values in lines_:
            assert " ".join(f"{name} {' '.join(values)}".split()) in page
    assert sum(bar["low"] + bar["high"] > 0 for bar in paper["pictures"][0]["bars"]) == 6, "days with visits"


async def test_what_became_of_the_sheet_by_mail_is_told_and_it_is_sent_again(town: Town) -> None:
    await count_the_past(town)
    await named(town, "none@musterstadt.example", "good@musterstadt.example", "away@musterstadt.example")
    town.clock.now = datetime(2026, 3, 1, 8, tzinfo=UTC)
    await ReportMail(town.house, sheet_letters).turn()
    assert "Per E-Mail none@musterstadt.example wird gesendet" in words(await read(town, f"{FIGURES}/report"))

    def work(conn: Connection) -> None:
        at = town.clock()
        none, good, away = sheet_letters.claim(conn, at, "anna", 9, "mail")
        later = at + timedelta(hours=1)
        told: list[Any] = [(none, "failed", None, "mailbox_unknown"), (good, "sent", None, "")]
        sheet_letters.note_all(conn, [*told, (away, "waiting", later, "mail_unreachable")], at)

    await town.house.write(work)
    shown = await read(town, f"{FIGURES}/report")
    page = words(shown)
    assert "none@musterstadt.example nicht angekommen: Dieses Postfach gibt es nicht." in page
    assert "good@musterstadt.example gesendet am 1. März 2026, 09:00" in page
    assert "wartet: Der Mailserver ist nicht zu erreichen. Nächster Versuch am 1. März 2026, 10:00." in page
    assert "aufruf mail test" in page
    lead = await let_in(town, Actor(Role.LEAD, MUSTER, leads=frozenset({"buergerbuero"})), "lea")
    assert "musterstadt.example" not in await read(town, f"{FIGURES}/report", lead), "no addresses for others"
    await named(town, "new@musterstadt.example", "good@musterstadt.example")
    body = {"csrf": field(shown, "csrf"), "month": "2026-02"}
    headers = town.headers("administrator")
    answer = await town.client.post(f"{FIGURES}/report", data=body, headers=headers)
    page = words(await read(town, answer.headers["location"]))
    assert "Das Blatt wird noch einmal gesendet." in page
    assert "new@musterstadt.example wird gesendet" in page
    assert "none@musterstadt.example nicht gesendet" in page
    assert (await lines(town))[0]["act"] == "letters_sent_again"
    refused = await town.client.post(f"{FIGURES}/report", data={**body, "month": "x"}, headers=headers)
    assert refused.status_code == 400


async def test_the_page_can_be_read_on_a_phone_by_day_and_night(served_town: Town, browser: Browser) -> None:
    town = served_town
    await count_the_past(town)
    cookie = (await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada"))["cookie"]
    name, _, value = cookie.partition("=")
    address = f"http://{town.address}"
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}{FIGURES}?day=2026-02-10")
    await expect(page.get_by_role("heading", name="Februar 2026")).to_be_visible()
    await axe_by_day_and_night(page)
    await photograph(page, "figures")
    for by in ("concern", "site", "weekday", "hour"):
        await page.goto(f"{address}{FIGURES}?day=2026-02-10&by={by}")
        assert not await page.evaluate(CUT), by
    await page.set_viewport_size(NARROW)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.goto(f"{address}{FIGURES}?period=quarter&day=2025-11-10")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await photograph(page, "figures-narrow")
    assert await page.evaluate(GAPS) > 4, "names below a picture do not touch"
    assert await page.evaluate(LOST) == [], "what is wider than the screen scrolls by itself, by keys too"
    await page.goto(f"{address}{FIGURES}/report?month=2026-02")
    await axe_by_day_and_night(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper = await page.pdf(format="A4", prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1, "one sheet"
    await context.close()


async def test_figures_are_put_together_away_from_the_event_loop(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year's took 30 to 45 ms, in which no display got a frame."""
    await count_the_past(town)
    at_work: list[Thread] = []

    def watched(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            at_work.append(current_thread())
            return work(*args)

        return run

    monkeypatch.setattr(page_figures, "tables", watched(open_data.tables))
    monkeypatch.setattr(figures_groups, "by_concern", watched(figures_groups.by_concern))
    await read(town, FIGURES)
    await read(town, f"{FIGURES}/table")
    assert len(at_work) == 2
    assert current_thread() not in at_work
