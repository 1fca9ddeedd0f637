"""A mistake is told with its place, and leads to the form that mends it."""

from dataclasses import replace

import pytest

from queue_server.adapters.changing_town import problems
from queue_server.adapters.town.file import sample_town
from queue_server.domain.town import Site, Town
from queue_server.domain.town_problem import Code
from queue_server.web.admin.problem_words import place_of, place_words, problem_words, told
from queue_server.web.texts import load_texts

SAY = load_texts()["de"]


def with_site(**values: object) -> Town:
    town = sample_town()
    first: Site = replace(town.sites[0], **values)  # type: ignore[arg-type]
    return replace(town, sites=(first, *town.sites[1:]))


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"kiosks": ()}, None, ""),
        ({"lead_min": -1}, Code.OUT_OF_RANGE, "/admin/setup/site/rathaus#f-lead_min"),
        ({"displays": ()}, Code.SITE_WITHOUT_DISPLAY, "/admin/setup/display?site=rathaus"),
        ({"rooms": ()}, Code.UNKNOWN_REFERENCE, "/admin/setup/counter/rathaus-1#f-room_id"),
    ],
)
def test_each_mistake_leads_to_its_form(values: dict[str, object], code: Code | None, path: str) -> None:
    town = with_site(**values)
    found = problems(town)
    assert [one.code for one in found][:1] == ([code] if code else [])
    for one in found[:1]:
        shown = problem_words(SAY, town, one)
        assert shown["path"] == path
        assert place_of(town, one.path).id == shown["id"]
        assert "%" not in told(SAY, one)


def test_a_thing_is_named_once_however_much_is_wrong_with_it() -> None:
    town = with_site(rooms=())
    found = place_words(SAY, town, problems(town))
    assert len({(one["what"], one["id"]) for one in found}) == len(found)
    assert {one["what"] for one in found} == {"counter"}
