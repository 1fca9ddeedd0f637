"""The figures of `/metrics`, and all that is written about them: the guide, the dashboard, the alerts."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from tests.web.running import Town
from tests.web.test_sockets import picture

DOCS = Path(__file__).parents[2] / "docs" / "operators"
GUIDE = (DOCS / "metrics.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((DOCS / "dashboard.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
OURS, THEIRS = re.compile(r"\baufruf_[a-z_]+\b"), re.compile(r"\bprocess_[a-z_]+\b")


async def families(town: Town) -> dict[str, Any]:
    text = (await town.ask("integration", "GET", "/metrics")).text
    return {family.name: family for family in text_string_to_metric_families(text)}


@pytest.fixture
async def known(served_town: Town) -> dict[str, set[str]]:
    """Every figure that a hall gives in which everything has happened once, with its labels."""
    town = served_town
    folder = town.house.settings.backup_folder
    folder.mkdir(exist_ok=True)
    (folder / f"aufruf-{town.house.clock() - timedelta(hours=2):%Y%m%dT%H%M%SZ}.backup").touch()
    town.house.forgetting.findings, town.house.forgetting.audited_at = 0, town.house.clock()
    async with town.socket("kiosk", "/live/kiosks/rathaus-kiosk?agent=1") as agent:
        await picture(agent)
        await agent.send(json.dumps({"printer": {"state": "error", "code": "paper_out"}}))
        while (
            "aufruf_printer_ok" not in (found := await families(town))
            or not found["aufruf_printer_ok"].samples
        ):
            pass
    return {sample.name: set(sample.labels) for family in found.values() for sample in family.samples}


async def test_the_guide_the_dashboard_and_the_alerts_speak_of_what_there_is(
    known: dict[str, set[str]],
) -> None:
    ours = {name for name in known if name.startswith("aufruf_")}
    told = {
        name: set(re.findall(r"`(\w+)`", labels))
        for name, labels in re.findall(r"^\| `(aufruf_\w+)` \| ([^|]+) \|", GUIDE, re.MULTILINE)
    }
    assert told == {name: known[name] for name in ours}
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    queries += [one["query"] for one in DASHBOARD["templating"]["list"]]
    shown = {name for query in queries for name in (*OURS.findall(query), *THEIRS.findall(query))}
    assert shown <= known.keys()
    assert ours <= shown, "a figure that nobody sees"
    watched = {name for rule in RULES for name in OURS.findall(rule["expr"])}
    assert watched <= ours


def test_a_rule_says_what_is_the_matter_and_only_names_labels_of_its_figures() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names) >= 8
    told = dict(re.findall(r"^\| `(aufruf_\w+)` \| ([^|]+) \|", GUIDE, re.MULTILINE))
    for rule in RULES:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"].endswith(".")
        labels = " ".join(told[name] for name in OURS.findall(rule["expr"]))
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            assert f"`{label}`" in labels, rule["alert"]


def test_the_dashboards_panels_do_not_cover_each_other() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for one in places
        for x in range(one["x"], one["x"] + one["w"])
        for y in range(one["y"], one["y"] + one["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


@pytest.mark.parametrize(
    ("word", "ok"), [("paper_out", 0), ("agent_gone", 0), ("ready", 1), ("busy", 1), ("paper_low", 1)]
)
async def test_a_printer_s_word_is_a_figure(town: Town, word: str, ok: int) -> None:
    town.house.hub.take_printer("rathaus", "rathaus-kiosk", word)
    (sample,) = (await families(town))["aufruf_printer_ok"].samples
    assert (sample.labels, sample.value) == ({"site": "rathaus", "kiosk": "rathaus-kiosk"}, ok)


async def test_a_server_that_keeps_nothing_is_a_figure(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await families(town))["aufruf_writable"].samples[0].value == 1
    monkeypatch.setattr(type(town.house.sequencer), "outage", "disk_full")
    assert (await families(town))["aufruf_writable"].samples[0].value == 0
