"""Who hears what and when: displays first, each its own picture, resuming by (epoch, seq)."""

import asyncio
import json
from dataclasses import replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.adapters.database import Database
from queue_server.domain.town import Display
from queue_server.live import phones
from queue_server.live.batches import Moved
from queue_server.services import counter, reception, screens, site_view
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from tests.live.hub_hall import EPOCH, Listener, LiveHall, live, until
from tests.town_hall import CAR, CARD, PASS, SOMEBODY, Hand, the_town

NEEDS = ["deaf", "fetch_me", "companion"]


async def called(hall: LiveHall, counter_id: str = "c1", clerk_id: str = "anna", service: str = PASS) -> int:
    """Let somebody take a number and be called; return the call's sequence number."""
    taken = await hall.take(service, kiosk_id=None)
    answer = await hall.call(counter_id, clerk_id, ticket_id=taken["id"], finish_current=True)
    return int(answer["seq"])


# -- displays ------------------------------------------------------------------------------------------


async def test_a_call_is_shown_and_announced_where_its_visitor_waits(live_hall: LiveHall) -> None:
    foyer, upstairs = live_hall.display("d-foyer"), live_hall.display("d-upstairs")
    before = len(upstairs.frames)
    first = await called(live_hall)
    assert foyer.heard == [first]
    assert foyer.last["seq"] == first
    second = await called(live_hall, "c3", "carla", CAR)
    assert (foyer.heard, upstairs.heard) == ([first], [second])
    assert len(foyer.numbers) == len(upstairs.numbers) == 1
    assert len(upstairs.frames) > before


async def test_a_display_may_be_for_some_services_only(live_hall: LiveHall) -> None:
    town = the_town()
    narrow = Display("d-cards", "Ausweise", ("foyer",), (CARD,))
    site = replace(town.sites[0], displays=(*town.sites[0].displays, narrow))
    await live_hall.hub.adopt([site, town.sites[1]], 2)
    cards = live_hall.display("d-cards")
    await called(live_hall, service=PASS)
    card = await called(live_hall, "c2", "bernd", CARD)
    assert cards.heard == [card]


async def test_a_frame_goes_out_only_when_the_picture_changes(live_hall: LiveHall) -> None:
    await called(live_hall)
    foyer = live_hall.display()
    count = len(foyer.frames)
    await live_hall.act(counter.start)  # the call is no longer open
    assert len(foyer.frames) == count + 1
    await live_hall.do(lambda u: reception.give_quote(u, choose(u.town, u.site, [(CARD, 1)])))
    await live_hall.do(lambda u: counter.open_counter(u, "c1", "anna", "second browser"))
    assert len(foyer.frames) == count + 1


async def test_displays_hear_before_the_clerk_and_the_clerk_before_the_phones(live_hall: LiveHall) -> None:
    order: list[str] = []
    live_hall.display(on_write=lambda: order.append("display"))
    phone = Listener(on_write=lambda: order.append("phone"))
    await live_hall.hub.join_phone("hall", phone.connection)
    await asyncio.sleep(0.6)  # the phones' turn after joining is over
    await live_hall.take()
    await asyncio.sleep(0.6)
    order.clear()
    asked = asyncio.ensure_future(live_hall.call())
    asked.add_done_callback(lambda _: order.append("clerk"))
    await asked
    await until(lambda: "phone" in order)
    assert order == ["display", "clerk", "phone"]


async def test_a_burst_is_one_frame_with_every_call(live_hall: LiveHall) -> None:
    tickets = [await live_hall.take(CARD) for _ in range(2)]
    foyer = live_hall.display()
    count = len(foyer.frames)

    def both(unit: Unit) -> Answer:
        for ticket, at, clerk in zip(tickets, ("c1", "c2"), ("anna", "bernd"), strict=True):
            counter.call(unit, at, clerk, ticket_id=ticket["id"])
        return {}

    await live_hall.do(both)
    assert len(foyer.frames) == count + 1
    assert len(foyer.last["announce"]) == 2
    assert [c["seq"] for c in foyer.last["announce"]] == sorted(foyer.heard)


async def test_a_board_is_drawn_while_the_disk_writes_and_sent_once_it_is_kept(live_hall: LiveHall) -> None:
    display = live_hall.display()
    seen = await live_hall.sequencer.look("hall", site_view.view)
    coming = replace(seen, seq=seen.seq + 1, waiting_count=7)
    live_hall.hub.before_commit(Moved({"hall": coming.seq}, {"hall": coming}))
    assert len(display.frames) == 1  # the welcome
    live_hall.hub.publish("hall", coming)
    assert (display.last["seq"], display.last["board"]["waiting_count"]) == (coming.seq, 7)


async def test_what_was_drawn_for_a_commit_that_failed_is_shown_to_nobody(live_hall: LiveHall) -> None:
    display = live_hall.display()
    seen = await live_hall.sequencer.look("hall", site_view.view)
    lost, kept = (replace(seen, seq=seen.seq + 1, waiting_count=count) for count in (7, 8))
    live_hall.hub.before_commit(Moved({"hall": lost.seq}, {"hall": lost}))
    live_hall.hub.publish("hall", kept)
    assert [frame["board"]["waiting_count"] for frame in display.frames] == [0, 8]


async def test_a_slow_disk_makes_no_call_younger(live_hall: LiveHall) -> None:
    """A call is as old as it is when its board goes out, not when it was drawn."""
    await called(live_hall)
    display = live_hall.display()
    seen = await live_hall.sequencer.look("hall", site_view.view)
    coming = replace(seen, seq=seen.seq + 1, waiting_count=7)
    live_hall.hub.before_commit(Moved({"hall": coming.seq}, {"hall": coming}))
    live_hall.hand.later(seconds=3)
    live_hall.hub.publish("hall", coming)
    assert display.last["board"]["calls"][0]["age_ms"] == 3000


async def test_a_recall_rings_again(live_hall: LiveHall) -> None:
    """A call without an identity of its own did not ring when it was repeated."""
    foyer = live_hall.display()
    first = await called(live_hall)
    again = (await live_hall.act(counter.recall))["seq"]
    assert foyer.heard == [first, again]
    assert [c["seq"] for c in foyer.last["board"]["calls"]] == [again]
    assert foyer.last["announce"][0]["kind"] == "recall"


async def test_an_undone_call_leaves_the_board(live_hall: LiveHall) -> None:
    foyer = live_hall.display()
    await called(live_hall)
    await live_hall.act(counter.undo)
    assert foyer.last["board"]["calls"] == []


async def test_a_reload_shows_and_does_not_sound(live_hall: LiveHall) -> None:
    """Failure 6: same picture, no old call spoken again."""
    stayed = live_hall.display()
    await called(live_hall)
    reloaded = live_hall.display()
    assert reloaded.heard == []
    assert reloaded.last["board"] == stayed.last["board"]
    assert (reloaded.last["epoch"], reloaded.last["seq"]) == (EPOCH, stayed.last["seq"])


async def test_who_resumes_hears_what_was_missed_once(live_hall: LiveHall) -> None:
    """Failure 13: the screens stay right over a break."""
    first = await called(live_hall)
    second = await called(live_hall)
    back = live_hall.display(epoch=EPOCH, since=first)
    assert back.heard == [second]
    third = await called(live_hall)
    assert back.heard == [second, third]


@pytest.mark.parametrize(("epoch", "beyond"), [("another", 0), (None, 0), (EPOCH, 1)])
async def test_an_unknown_stream_is_adopted_without_sound(
    live_hall: LiveHall, epoch: str | None, beyond: int
) -> None:
    """A restored backup must not pose as the old stream."""
    newest = await called(live_hall)
    back = live_hall.display(epoch=epoch, since=newest + beyond if beyond else 0)
    assert back.heard == []
    assert len(back.numbers) == 1


async def test_a_call_older_than_a_minute_is_shown_and_not_announced(live_hall: LiveHall) -> None:
    await called(live_hall)
    live_hall.hand.later(seconds=60)
    assert len(live_hall.display(epoch=EPOCH, since=0).heard) == 1
    live_hall.hand.later(seconds=1)
    late = live_hall.display(epoch=EPOCH, since=0)
    assert late.heard == []
    assert late.last["board"]["calls"][0]["age_ms"] == 61_000


async def test_an_older_picture_never_replaces_a_newer(live_hall: LiveHall) -> None:
    old = await live_hall.sequencer.look("hall", site_view.view)
    foyer = live_hall.display()
    await called(live_hall)
    count = len(foyer.frames)
    live_hall.hub.publish("hall", old)
    assert len(foyer.frames) == count


async def test_a_board_lists_a_dozen_past_calls_and_every_open_one(live_hall: LiveHall) -> None:
    for _ in range(screens.LAST_SHOWN + 6):
        await called(live_hall)
    await called(live_hall, "c2", "bernd")
    board = live_hall.display().last["board"]["calls"]
    assert sum(not call["open"] for call in board) == screens.LAST_SHOWN
    assert sum(call["open"] for call in board) == 2
    seqs = [call["seq"] for call in board]
    assert seqs == sorted(seqs, reverse=True)


async def test_a_slow_display_gets_one_frame_with_all_it_must_hear(live_hall: LiveHall) -> None:
    slow = live_hall.display()
    slow.paper.backed_up = True
    missed = [await called(live_hall) for _ in range(3)]
    count = len(slow.frames)
    slow.paper.backed_up = False
    assert slow.paper.on_drain is not None
    slow.paper.on_drain()
    assert len(slow.frames) == count + 1
    assert [c["seq"] for c in slow.last["announce"]] == missed
    assert slow.last["seq"] == missed[-1]


async def test_staff_who_look_on_are_no_witnesses(live_hall: LiveHall) -> None:
    looking = Listener()
    live_hall.hub.watch_display("hall", "d-foyer", looking.connection)
    await called(live_hall)
    assert len(looking.numbers) == 1
    assert ("display_gone", "d-foyer") in await live_hall.notices()
    assert (await live_hall.status())["reason"] == "no_display"


async def test_everybody_gets_the_beat(live_hall: LiveHall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff who looked on got none, and their picture greyed out."""
    monkeypatch.setattr("queue_server.live.hub.HEARTBEAT_S", 0.01)
    monkeypatch.setattr("queue_server.live.hub.PHONE_BEAT_S", 0.02)
    await live_hall.hub.stop()
    looking, display, page, phone = Listener(), Listener(), Listener(), Listener()
    live_hall.hub.watch_display("hall", "d-foyer", looking.connection)
    live_hall.hub.join_display("hall", "d-foyer", display.connection, None, None)
    live_hall.hub.join_counter("hall", "c1", page.connection)
    await live_hall.hub.join_phone("hall", phone.connection)
    await live_hall.hub.start(site for _, site in live_hall.hand.store.sites.values())
    everybody = (looking, display, page, phone)
    await until(lambda: all(b'"beat"' in b"".join(listener.paper.written) for listener in everybody))


async def test_what_the_setup_lost_is_cut_off(live_hall: LiveHall) -> None:
    foyer, upstairs = live_hall.display("d-foyer"), live_hall.display("d-upstairs")
    town = the_town()
    site = replace(town.sites[0], displays=town.sites[0].displays[:1])
    await live_hall.hub.adopt([site], 2)
    assert (foyer.paper.was_cut, upstairs.paper.was_cut) == (False, True)
    assert foyer.last["board"]["config_version"] == 2
    assert foyer.last["board"]["program"] == version("aufruf"), "an older program's page is loaded anew"
    assert list(live_hall.hub.rooms) == ["hall"]
    for method in (live_hall.hub.leave_display, live_hall.hub.leave_counter):
        method("hall", "d-upstairs", upstairs.connection)
        method("annex", "annex-1", upstairs.connection)


# -- the resume property -------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(breaks=st.lists(st.integers(0, 3), min_size=1, max_size=10), seed=st.integers(0, 3))
def test_however_often_it_breaks_a_display_hears_every_call_once(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, breaks: list[int], seed: int
) -> None:
    """Resuming gives the same final board, and every call ≤ 60 s old exactly once."""
    asyncio.run(_break_and_resume(empty_sqlite, tmp_path_factory, breaks, seed))


async def _break_and_resume(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, breaks: list[int], seed: int
) -> None:
    path = tmp_path_factory.mktemp("resume") / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    hand = Hand(database, the_town())
    hand.open()
    async with live(hand) as hall:
        steady, made = hall.display(), []
        shaky, heard = hall.display(), list[int]()
        for missed in breaks:
            last = shaky.last
            hall.hub.leave_display("hall", "d-foyer", shaky.connection)
            heard += shaky.heard
            for n in range(missed):
                made.append(await called(hall))
                if (n + seed) % 2:
                    made.append((await hall.act(counter.recall))["seq"])
            shaky = hall.display(epoch=last["epoch"], since=last["seq"])
            made.append(await called(hall))
        heard += shaky.heard
        assert sorted(heard) == sorted(set(heard))
        assert shaky.last["board"] == steady.last["board"]
        # A recall takes the place of the call it repeats: only its own number is still to be heard.
        replaced = {a for a, b in pairwise(made) if b == a + 1}
        assert set(made) - replaced <= set(heard) <= set(made)
        assert steady.heard == made
    hand.store.close()
    database.dispose()


# -- counters ------------------------------------------------------------------------------------------


async def test_a_burst_of_changes_is_one_picture_for_a_clerk(live_hall: LiveHall) -> None:
    page = Listener()
    live_hall.hub.join_counter("hall", "c1", page.connection)
    await until(lambda: page.frames)
    await asyncio.gather(*(live_hall.take(CARD) for _ in range(20)))
    await until(lambda: page.last["counter"]["today"]["waiting_count"] == 20)
    assert len(page.frames) <= 4


async def test_a_clerk_sees_needs_and_colleagues(live_hall: LiveHall) -> None:
    taken = await live_hall.take(needs=NEEDS)
    picture = await live_hall.hub.counter_picture("hall", "c1")
    (waiting,) = picture["waiting"]
    assert (waiting["number"], waiting["needs"]) == (taken["number"], sorted(NEEDS))
    assert [c["clerk"] for c in picture["counters"]] == ["Anna", "Bernd", "Carla"]


# -- the displays' word --------------------------------------------------------------------------------


async def test_blocked_sound_never_looks_healthy(live_hall: LiveHall) -> None:
    """Failure 22: neither alone nor behind a second browser that works."""
    display, second = live_hall.display(), live_hall.display()
    works = {"audio": {"unlocked": True, "output": True}}
    assert ("display_silent", "d-foyer") in await live_hall.notices()
    live_hall.hub.take_health("hall", "d-foyer", works, display.connection)
    assert ("display_silent", "d-foyer") in await live_hall.notices()
    live_hall.hub.take_health("hall", "d-foyer", works, second.connection)
    assert ("display_silent", "d-foyer") not in await live_hall.notices()
    blocked = {"audio": {"unlocked": False, "output": True}}
    live_hall.hub.take_health("hall", "d-foyer", blocked, display.connection)
    assert ("display_silent", "d-foyer") in await live_hall.notices()
    live_hall.hub.leave_display("hall", "d-foyer", display.connection)
    assert ("display_silent", "d-foyer") not in await live_hall.notices()


@pytest.mark.parametrize(
    "nonsense", [{}, {"audio": None}, {"audio": "on"}, {"audio": {"unlocked": 1}}, {"audio": []}]
)
async def test_a_device_that_talks_nonsense_is_not_healthy(
    live_hall: LiveHall, nonsense: dict[str, object]
) -> None:
    display = live_hall.display()
    live_hall.hub.take_health("hall", "d-foyer", nonsense, display.connection)
    assert ("display_silent", "d-foyer") in await live_hall.notices()


async def test_the_clerk_reads_what_the_display_reports(live_hall: LiveHall) -> None:
    live_hall.display()
    seq = await called(live_hall)
    assert (await live_hall.status())["sound"] == "waiting"
    live_hall.say("d-foyer", seq, "shown")
    live_hall.say("d-foyer", seq, "queued", 6000)
    status = await live_hall.status()
    assert (status["shown_count"], status["assigned_count"]) == (1, 1)
    assert (status["sound"], status["starts_in_ms"], status["fetch"]) == ("queued", 6000, False)
    live_hall.say("d-foyer", seq, "started")
    assert (await live_hall.status())["sound"] == "started"


async def test_a_display_of_another_area_is_no_witness(live_hall: LiveHall) -> None:
    live_hall.display("d-upstairs")
    seq = await called(live_hall)
    live_hall.say("d-upstairs", seq, "shown")
    assert (await live_hall.status())["reason"] == "no_display"


async def test_a_report_on_no_call_is_nothing(live_hall: LiveHall) -> None:
    live_hall.say("d-foyer", 10**9, "shown")
    live_hall.hub.take_report("nowhere", "d-foyer", {"call": 1, "kind": "shown"})


async def test_the_clerk_is_told_to_fetch_after_two_seconds_without_a_press(live_hall: LiveHall) -> None:
    live_hall.display()
    page = Listener()
    live_hall.hub.join_counter("hall", "c1", page.connection)
    live_hall.hub.confirmations._monotonic = asyncio.get_running_loop().time
    await called(live_hall)
    await until(lambda: page.frames and page.last["counter"]["call"])
    assert not page.last["counter"]["call"]["fetch"]
    await until(lambda: page.last["counter"]["call"]["fetch"], within_s=2.6)
    assert page.last["counter"]["call"]["reason"] == "not_shown"


async def test_eight_calls_within_a_second_give_no_false_fetch(live_hall: LiveHall) -> None:
    """Failure 23, the clerk's side: the eighth is spoken 42 s later, and nobody is sent for."""
    live_hall.display()
    seqs = [await called(live_hall) for _ in range(7)]
    seqs.append(await called(live_hall, "c2", "bernd"))
    for place, seq in enumerate(seqs):
        live_hall.say("d-foyer", seq, "shown")
        live_hall.say("d-foyer", seq, "queued", 6000 * place)
    for _ in range(43):
        live_hall.monotonic += 1
        status = await live_hall.status("c2")
        assert not status["fetch"], status
    live_hall.say("d-foyer", seqs[-1], "started")
    assert (await live_hall.status("c2"))["sound"] == "started"


async def test_a_display_out_of_service_is_not_waited_for(live_hall: LiveHall) -> None:
    live_hall.display()
    live_hall.hub.set_out_of_service("hall", "d-foyer", out=True)
    await called(live_hall)
    status = await live_hall.status()
    assert (status["assigned_count"], status["reason"]) == (0, "no_display")
    assert ("display_out", "d-foyer") in await live_hall.notices()


async def test_a_display_that_was_out_of_service_before_the_start_still_is(live_hall: LiveHall) -> None:
    live_hall.display()
    live_hall.hub.take_out_of_service(["d-foyer", "a display that is gone"])
    await called(live_hall)
    assert (await live_hall.status())["assigned_count"] == 0
    live_hall.hub.set_out_of_service("hall", "d-foyer", out=False)
    assert ("display_out", "d-foyer") not in await live_hall.notices()


async def test_fetch_mode_says_so_at_once(live_hall: LiveHall) -> None:
    live_hall.display()
    await live_hall.do(lambda u: counter.switch_call_mode(u, SOMEBODY, "fetch"))
    await called(live_hall)
    status = await live_hall.status()
    assert (status["fetch"], status["reason"], status["sound"]) == (True, "fetch_mode", "none")


# -- kiosks --------------------------------------------------------------------------------------------


async def test_a_kiosk_hears_why_no_numbers_are_given(live_hall: LiveHall) -> None:
    kiosk = Listener()
    live_hall.hub.join_kiosk("hall", "kiosk", kiosk.connection, agent=False)
    await until(lambda: kiosk.frames)
    assert kiosk.last["kiosk"]["giving"]
    await live_hall.do(lambda u: counter.switch_issuing(u, SOMEBODY, issuing=False))
    await until(lambda: not kiosk.last["kiosk"]["giving"])
    assert kiosk.last["kiosk"]["reason"] == "stopped"


async def test_printer_trouble_reaches_kiosk_and_staff(live_hall: LiveHall) -> None:
    """Failure 5: staff are told."""
    kiosk, agent = Listener(), Listener()
    live_hall.hub.join_kiosk("hall", "kiosk", kiosk.connection, agent=False)
    live_hall.hub.join_kiosk("hall", "kiosk", agent.connection, agent=True)
    live_hall.hub.take_printer("hall", "kiosk", "paper_out")
    await until(lambda: kiosk.frames and kiosk.last["kiosk"]["printer"] == "paper_out")
    assert ("printer_trouble", "kiosk") in await live_hall.notices()
    live_hall.hub.take_printer("hall", "kiosk", "ready")
    assert ("printer_trouble", "kiosk") not in await live_hall.notices()
    live_hall.hub.leave_kiosk("hall", "kiosk", agent.connection)
    assert live_hall.hub.rooms["hall"].printers["kiosk"] == "agent_gone"


async def test_jobs_go_to_the_agent_and_words_to_the_page(live_hall: LiveHall) -> None:
    kiosk, agent = Listener(), Listener()
    live_hall.hub.join_kiosk("hall", "kiosk", kiosk.connection, agent=False)
    assert not live_hall.hub.has_agent("hall", "kiosk")
    live_hall.hub.join_kiosk("hall", "kiosk", agent.connection, agent=True)
    assert live_hall.hub.has_agent("hall", "kiosk")
    live_hall.hub.offer_jobs("hall", "kiosk", 7, [])
    live_hall.hub.tell_kiosk("hall", "kiosk", {"slip": {"state": "printed"}})
    assert agent.frames == [{"epoch": EPOCH, "seq": 7, "jobs": []}]
    assert kiosk.frames == [{"slip": {"state": "printed"}}]


# -- phones --------------------------------------------------------------------------------------------


async def test_phones_share_one_picture_at_most_twice_a_second_but_a_call_at_once(
    live_hall: LiveHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert phones.PHONES_EVERY_S == 0.5
    monkeypatch.setattr(phones, "PHONES_EVERY_S", 10)  # that many tickets may take a busy machine a second
    listening = [Listener() for _ in range(3)]
    for phone in listening:
        await live_hall.hub.join_phone("hall", phone.connection)
    first = listening[0]
    await live_hall.take()
    await until(lambda: len(first.frames) == 2)
    for _ in range(20):
        await live_hall.take(CARD)
    assert len(first.frames) == 2
    taken = await live_hall.call()
    await until(lambda: any(c["number"] == taken["number"] for c in first.last["queue"]["called"]))
    assert len({id(phone.paper.written[-1]) for phone in listening}) == 1


async def test_a_thousand_phones_that_come_back_share_one_look(live_hall: LiveHall) -> None:
    """Each asked the writer by itself, and the hall stood still while it answered."""
    looks = 0
    look = live_hall.sequencer.look

    async def counted(*asked: object) -> object:
        nonlocal looks
        looks += 1
        return await look(*asked)  # type: ignore[arg-type]

    live_hall.sequencer.look = counted  # type: ignore[method-assign, assignment]
    phones = [Listener() for _ in range(1000)]
    await asyncio.gather(*(live_hall.hub.join_phone("hall", phone.connection) for phone in phones))
    assert looks == 1
    assert all(phone.frames for phone in phones)


async def test_a_phone_that_joins_misses_nothing(live_hall: LiveHall) -> None:
    """The picture of its joining was older than what had gone out meanwhile."""
    there = Listener()
    await live_hall.hub.join_phone("hall", there.connection)
    late = [Listener() for _ in range(30)]

    async def joins(listener: Listener, n: int) -> None:
        await asyncio.sleep(n * 0.004)
        await live_hall.hub.join_phone("hall", listener.connection)

    joining = asyncio.gather(*(joins(listener, n) for n, listener in enumerate(late)))
    for _ in range(10):
        await called(live_hall)
        await asyncio.sleep(0.01)
    await joining
    newest = live_hall.hand.store.view("hall", live_hall.hand.now).hall.seq
    await until(lambda: all(one.last["seq"] == newest for one in [there, *late]))
    for one in [there, *late]:
        seqs = [frame["seq"] for frame in one.frames]
        assert seqs == sorted(seqs)


async def test_a_call_while_a_phone_joins_reaches_it_at_once(live_hall: LiveHall) -> None:
    """It was drawn its picture before the call and was not yet among those who are told of one."""
    phone = Listener()
    room = live_hall.hub.rooms["hall"]
    look = live_hall.sequencer.look

    async def looked_just_before(*asked: object) -> object:
        found: object = await look(*asked)  # type: ignore[arg-type]
        live_hall.sequencer.look = look  # type: ignore[method-assign]
        await called(live_hall)
        return found

    live_hall.sequencer.look = looked_just_before  # type: ignore[method-assign, assignment]
    await live_hall.hub.join_phone("hall", phone.connection)
    await until(lambda: room.view is not None and phone.last["seq"] == room.view.seq, within_s=0.4)
    assert phone.last["queue"]["called"]


# -- privacy -------------------------------------------------------------------------------------------


async def test_public_pictures_hold_no_concern_no_need_and_no_name(live_hall: LiveHall) -> None:
    """Failure 27: display, phone and kiosk are told numbers, rooms, order and ranges."""
    display, phone, kiosk = live_hall.display(), Listener(), Listener()
    await live_hall.hub.join_phone("hall", phone.connection)
    live_hall.hub.join_kiosk("hall", "kiosk", kiosk.connection, agent=False)
    for service in (PASS, CARD, CAR):
        await live_hall.take(service, needs=NEEDS)
    await live_hall.call()
    await until(lambda: phone.last["queue"]["called"] and kiosk.frames)
    for listener in (display, phone, kiosk):
        told = json.dumps(listener.frames)
        for secret in (*NEEDS, "anna", "Anna", '"pass"', '"card"', '"car"', "concern", "services", "needs"):
            assert secret not in told, (secret, told)
