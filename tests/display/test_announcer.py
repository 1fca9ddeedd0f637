"""The rules of announcing, without sound: times are numbers, actions are lists."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Module = Callable[[str, str], Awaitable[Any]]

SETTING = """
const call = (seq, more = {}) => ({seq, key: `t${seq}`, number: 100 + seq, open: true, ...more});
const frame = (calls, announce = calls, epoch = "e") => ({epoch, board: {calls}, announce});
const clips = {de: {number: 2000, room: 1000}, en: {number: 2000, room: 1000}};
const a = m.makeAnnouncer({languages: ["de", "en"], gapMs: 500, leadMs: 0});
const of = (actions, type) => actions.filter((x) => x.type === type).map((x) => x.call.seq);
"""


@pytest.fixture
def announcer(module: Module) -> Callable[[str], Awaitable[Any]]:
    return lambda body: module("/static/display/announcer.js", SETTING + body)


async def test_a_call_waits_for_its_clips_but_not_for_ever(announcer: Any) -> None:
    plays = await announcer("""
        a.take(frame([call(1)]), 0);
        const played = (t) => a.step(t).filter((x) => x.type === "play").map((x) => x.parts.length);
        return [0, 1000, 1499, 1500].map(played);
    """)
    assert plays == [[], [], [], [1]]


async def test_two_waiting_calls_are_said_in_full_and_three_are_a_crowd(announcer: Any) -> None:
    manners = await announcer('return [1, 2, 3].map((n) => m.manner(n, ["de", "en"]));')
    full = {"chime": "long", "languages": ["de", "en"]}
    assert manners == [full, full, {"chime": "short", "languages": ["de"]}]


async def test_the_parts_of_an_announcement_follow_each_other(announcer: Any) -> None:
    plan = await announcer("""
        const lengths = {chime: {long: 1000}, pauses: {afterChime: 1, beforeRoom: 2, betweenLanguages: 3}};
        const languages = ["de", "en"];
        return m.timeline({chime: "long", languages}, clips, {...lengths, languages});
    """)
    assert [part["atMs"] for part in plan["parts"]] == [0, 1001, 3003, 4006, 6008]
    assert plan["lengthMs"] == 7008


async def test_a_call_is_said_in_its_visitors_language_too_but_not_in_a_crowd(announcer: Any) -> None:
    spoken = await announcer("""
        const more = {...clips, tr: {number: 2000, room: 1000}};
        const parts = (list) => list.flatMap((x) => x.parts ?? []).filter((x) => x.kind === "room");
        const wordsOf = (list) => parts(list).map((x) => x.language);
        const own = call(1, {language: "tr"});
        a.take(frame([own]), 0);
        const alone = wordsOf(a.clips(1, more, 10));
        a.take(frame([own, call(2, {language: "tr"}), call(3), call(4)]), 20);
        a.clips(2, more, 30);
        return [alone, wordsOf([...a.ended(1, 20000), ...a.step(20500)])];
    """)
    assert spoken == [["de", "en", "tr"], ["de"]]


async def test_the_visitors_own_language_is_not_said_twice(announcer: Any) -> None:
    languages = await announcer("""
        a.take(frame([call(1, {language: "en"})]), 0);
        const parts = a.clips(1, clips, 10).flatMap((x) => x.parts ?? []);
        return parts.filter((x) => x.kind === "number").map((x) => x.language);
    """)
    assert languages == ["de", "en"]


async def test_a_crowd_speaks_another_language_when_the_first_has_no_clip(announcer: Any) -> None:
    assert await announcer('return m.speakable({en: {number: 5}}, ["de"], ["de", "en"]);') == ["en"]


async def test_nothing_starts_before_the_last_has_ended_and_the_gap_is_over(announcer: Any) -> None:
    """Failure 23: no announcement cut off or overlapping."""
    played = await announcer("""
        a.take(frame([call(1), call(2)]), 0);
        const played = [...of(a.clips(1, clips, 10), "play"), ...of(a.clips(2, clips, 10), "play")];
        for (const list of [a.step(9000), a.ended(1, 9000), a.step(9499)]) played.push(...of(list, "play"));
        return [played, of(a.step(9500), "play")];
    """)
    assert played == [[1], [2]]


async def test_standing_in_the_queue_never_silences_a_call(announcer: Any) -> None:
    played = await announcer("""
        a.take(frame([call(1), call(2)]), 0);
        a.clips(1, clips, 0); a.clips(2, clips, 0);
        a.ended(1, 90000);
        return of(a.step(90500), "play");
    """)
    assert played == [2]


async def test_a_call_that_could_not_be_heard_for_a_minute_stays_silent(announcer: Any) -> None:
    actions = await announcer("""
        a.setMute("locked", 0);
        const muted = of(a.take(frame([call(1), call(2)]), 0), "muted");
        a.step(60000);
        const old = a.step(60001);
        return [muted, of(old, "dropped"), a.setMute(null, 60002)];
    """)
    assert actions == [[1, 2], [1, 2], []]


async def test_sound_that_comes_back_in_time_is_announced_and_played(announcer: Any) -> None:
    actions = await announcer("""
        a.setMute("no_output", 0);
        a.take(frame([call(1)]), 0);
        a.clips(1, clips, 100);
        return a.setMute(null, 30000).map((x) => x.type);
    """)
    assert actions == ["queued", "play"]


async def test_a_withdrawn_call_is_dropped_and_a_running_one_stopped(announcer: Any) -> None:
    actions = await announcer("""
        a.take(frame([call(1), call(2)]), 0);
        a.clips(1, clips, 0);
        return a.take(frame([], []), 100).map((x) => [x.type, x.call.seq, x.reason ?? ""]);
    """)
    assert actions == [["dropped", 2, "withdrawn"], ["stop", 1, ""]]


async def test_service_that_began_drops_the_queued_and_spares_the_running(announcer: Any) -> None:
    actions = await announcer("""
        a.take(frame([call(1), call(2)]), 0);
        a.clips(1, clips, 0);
        const served = [call(1, {open: false}), call(2, {open: false})];
        return a.take(frame(served, []), 100).map((x) => [x.type, x.call.seq]);
    """)
    assert actions == [["dropped", 2]]


async def test_a_recall_replaces_the_waiting_call_of_its_ticket(announcer: Any) -> None:
    waiting = await announcer("""
        a.take(frame([call(1), call(2, {key: "x"})]), 0);
        a.take(frame([call(1), call(2, {key: "x"}), call(3, {key: "x"})], [call(3, {key: "x"})]), 10);
        return a.waitingSeqs();
    """)
    assert waiting == [1, 3]


async def test_a_recall_does_not_stop_the_sound_of_the_call_before(announcer: Any) -> None:
    actions = await announcer("""
        a.take(frame([call(1, {key: "x"})]), 0);
        a.clips(1, clips, 0);
        return of(a.take(frame([call(2, {key: "x"})]), 100), "stop");
    """)
    assert actions == []


async def test_the_same_call_in_two_frames_is_queued_once(announcer: Any) -> None:
    waiting = await announcer("""
        a.setMute("locked", 0);
        a.take(frame([call(1)]), 0); a.take(frame([call(1)]), 10);
        return a.waitingSeqs();
    """)
    assert waiting == [1]


async def test_another_epoch_forgets_what_waited_and_may_reuse_its_numbers(announcer: Any) -> None:
    waiting = await announcer("""
        a.take(frame([call(1), call(2)]), 0);
        a.take(frame([call(2, {key: "new"})], [], "f"), 10);
        const none = a.waitingSeqs();
        a.take(frame([call(2, {key: "new"}), call(1, {key: "n1"})], [call(1, {key: "n1"})], "f"), 20);
        return [none, a.waitingSeqs()];
    """)
    assert waiting == [[], [1]]


async def test_an_audio_clock_that_stands_still_frees_the_queue(announcer: Any) -> None:
    actions = await announcer("""
        a.take(frame([call(1)]), 0);
        a.clips(1, null, 0);
        return [a.step(4600).length, a.step(4800).map((x) => x.type), a.idle()];
    """)
    assert actions == [0, ["stop", "failed"], True]


async def test_what_is_promised_is_said_again_only_when_it_moves(announcer: Any) -> None:
    told = await announcer("""
        const queued = (list) => list.filter((x) => x.type === "queued");
        const starts = (list) => queued(list).map((x) => [x.call.seq, x.startsInMs]);
        const first = starts(a.take(frame([call(1), call(2)]), 0));
        a.clips(1, clips, 0);
        const later = [starts(a.clips(2, clips, 0)), starts(a.step(100))];
        return [first, ...later, starts(a.take(frame([call(1), call(2), call(3), call(4)]), 200))];
    """)
    assert [seq for seq, _ in told[0]] == [1, 2]
    assert [seq for seq, _ in told[1]] in ([], [2])
    assert told[2] == []
    assert {3, 4} <= {seq for seq, _ in told[3]}
