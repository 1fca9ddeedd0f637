"""The display's page is told what its display is set to, or what its site says."""

import json
import re
from dataclasses import replace
from typing import Any

from queue_server.adapters.town.store import save_town
from queue_server.domain.town import Chime, Display
from tests.web.running import START, Town


async def config(town: Town) -> dict[str, Any]:
    answer = await town.ask("display", "GET", "/display/rathaus-eg")
    found = re.search(r'id="config">(.*?)</script>', answer.text, re.DOTALL)
    assert found, answer.text
    return dict(json.loads(found[1]))


async def test_a_display_has_a_chime_languages_times_and_texts_of_its_own(town: Town) -> None:
    before = await config(town)
    assert (before["languages"], before["min_on_screen_s"]) == (["de", "en"], 30)
    assert before["quiet"] == {"after_s": 60, "texts": [], "pictures": []}
    settings, site = town.house.town_and_site("rathaus")
    texts = ({"de": "Guten Tag", "en": "Hello", "fr": "Bonjour"}, {"de": "Nur deutsch"})
    own: Display = replace(
        site.displays[0],
        spoken=("en", "de"),
        chime=Chime.TONE,
        min_on_screen_s=45,
        quiet_after_s=20,
        quiet_texts=texts,
    )
    sites = (replace(site, displays=(own, *site.displays[1:])), *settings.sites[1:])
    await town.house.write(lambda conn: save_town(conn, replace(settings, sites=sites), START))
    await town.house.renew_settings()
    after = await config(town)
    assert (after["languages"], after["min_on_screen_s"]) == (["en", "de"], 45)
    assert after["chime_url"] == after["chime_short_url"] == "/static/sounds/tone.wav"
    english, german = {"language": "en", "text": "Hello"}, {"language": "de", "text": "Guten Tag"}
    only = [{"language": "de", "text": "Nur deutsch"}]
    assert after["quiet"] == {"after_s": 20, "texts": [[english, german], only], "pictures": []}
    assert before["config_version"] < after["config_version"], "pages load themselves anew"
