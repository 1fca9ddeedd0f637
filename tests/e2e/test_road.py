"""The road of the house, walked once from end to end: start page, kiosk, paper, counter, screen, phone."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser

from tests.e2e.faces.announcement import Clips, follow_each_other, hear_all
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage, Shown
from tests.e2e.faces.kiosk import UPRIGHT, KioskPage, PaperPage, read_qr
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.start import StartPage
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording


async def test_from_the_start_page_to_the_called_visitor(
    reachable: Server,
    town: Town,
    browsers: Browsers,
    browser: Browser,
    null_sink: Recording,
    first_floor: Recording,
    elsewhere: Recording,
    tmp_path: Path,
) -> None:
    """Issue "the hall works", done when 1: shown, really spoken, confirmed to the clerk, ringing."""
    start = await StartPage.open(browsers, browser, reachable.url)
    display = DisplayPage(await start.enter("display", "rathaus-eg"))
    upstairs = await DisplayPage.open(
        browsers, await browsers.launch("first_floor"), reachable.url, "rathaus-og"
    )
    hall = await StartPage.open(browsers, browser, reachable.url, viewport=UPRIGHT, has_touch=True)
    kiosk, paper = KioskPage(await hall.enter("kiosk", "rathaus-kiosk")), PaperPage(await hall.paper())
    counter = CounterPage(await start.counter())
    await counter.sign_in("anna", "rathaus-1")

    await kiosk.to_confirmation("Ausweise", "Personalausweis")
    given = await kiosk.take(taps=3)
    assert await kiosk.shown_number() == given.number
    await kiosk.slip_is("ready")
    await paper.has_slips(1)
    link = read_qr(Image.open(BytesIO(await paper.newest_picture())))
    assert link is not None
    assert link.startswith(f"{reachable.url}/t/")
    phone = await PhonePage.open(browsers, await browsers.launch("elsewhere", may_play=False), link)
    assert await phone.number() == given.number
    await phone.is_in("waiting")
    await phone.switch_ringing_on()
    await counter.lists("waiting", given.number)
    clips = Clips(town, tmp_path)
    await clips.ready_for(given.number)

    await counter.press("next")

    await display.shows(given.number, within_s=1)
    assert await display.calls() == [Shown(given.number, "1")]
    await counter.has(given.number, "called")
    report = await counter.reads_report("good")
    assert "1 von 1" in report
    await phone.is_in("called")
    await phone.rings()
    assert await upstairs.calls() == []

    call = (await town.board())["calls"][0]
    heard = await hear_all(null_sink, await clips.announcement(call))
    assert follow_each_other(heard), heard
    gong = await clips.gong()
    await elsewhere.hear(gong.path, within_s=5)
    assert first_floor.heard_at(gong.path, least=0.5) == []

    await counter.press("come")
    await display.shows(given.number)  # for its minimum time
    await phone.is_in("serving")
    await counter.press("finish")
    await counter.stands_at("idle")
    await phone.is_in("ended")
