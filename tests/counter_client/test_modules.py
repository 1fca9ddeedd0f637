"""The page's pure modules in the browser they are made for: what is shown, offered, sent and said."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.counter_client.pictures import CONFIG, a_picture, a_ticket

Module = Callable[..., Awaitable[Any]]

WITH_MODEL = """
const {modelOf} = await import('/static/counter/model.js');
const model = modelOf(given.picture, given.elapsed ?? 0, given.config);
"""


async def with_model(module: Module, name: str, expression: str, picture: Any, **more: Any) -> Any:
    config = CONFIG | more.pop("config", {})
    given = {"picture": picture, "config": config, **more}
    return await module(name, f"{WITH_MODEL} return {expression};", given)


CALLED, SERVING, WAITING = a_ticket(417, "called"), a_ticket(417, "serving"), a_ticket(302)
PRIMARY = [
    ("closed", a_picture(state="closed", clerk_id=None), "open"),
    ("a colleague's", a_picture(clerk_id="bernd"), "take_over"),
    ("idle", a_picture(waiting=[WAITING]), "next"),
    ("a break", a_picture(state="paused", waiting=[WAITING]), "resume"),
    ("called", a_picture(CALLED, waiting=[WAITING]), "come"),
    ("called in vain", a_picture(CALLED, waiting=[WAITING], call_age_ms=60_000), "recall"),
    ("called twice", a_picture(CALLED, waiting=[WAITING], call_age_ms=60_000, recalled=True), "no_show_next"),
    ("called twice, nobody else", a_picture(CALLED, call_age_ms=60_000, recalled=True), "no_show"),
    ("serving", a_picture(SERVING, waiting=[WAITING]), "done_next"),
    ("serving, nobody waits", a_picture(SERVING), "finish"),
    ("serving before a break", a_picture(SERVING, waiting=[WAITING], state="paused"), "finish"),
]


@pytest.mark.parametrize(("picture", "act"), [p[1:] for p in PRIMARY], ids=[p[0] for p in PRIMARY])
async def test_one_button_names_the_next_act(module: Module, picture: Any, act: str) -> None:
    assert await with_model(module, "acts", "m.primary(model).id", picture) == act


async def test_next_waits_when_nobody_waits(module: Module) -> None:
    assert await with_model(module, "acts", "m.primary(model).waits", a_picture()) is True


async def test_who_is_no_clerk_here_only_watches(module: Module) -> None:
    picture = a_picture(CALLED, clerk_id="bernd", waiting=[WAITING])
    got = await with_model(
        module, "acts", "[m.primary(model), m.beside(model), m.onTicket(model, model.waiting[0])]", picture,
        config={"clerk_id": None},
    )  # fmt: skip
    assert got == [None, [], ["reprint"]]


async def test_time_alone_turns_has_come_into_call_again(module: Module) -> None:
    picture = a_picture(CALLED, waiting=[WAITING], call_age_ms=20_000)
    acts = [
        await with_model(module, "acts", "m.primary(model).id", picture, elapsed=e)
        for e in (0, 39_000, 40_000)
    ]
    assert acts == ["come", "come", "recall"]


async def test_ages_grow_while_no_picture_comes(module: Module) -> None:
    waiting = a_ticket(302, waiting_ms=60_000, due_in_ms=5_000)
    picture = a_picture(
        a_ticket(417, "serving", waiting_ms=60_000, state_age_ms=0), waiting=[waiting], undo_ms=3_000
    )
    got = await with_model(
        module, "model",
        "[model.waiting[0].waiting_ms, model.waiting[0].due_in_ms, model.current.waiting_ms,"
        " model.current.state_age_ms, model.undoMs]",
        picture, elapsed=10_000,
    )  # fmt: skip
    assert got == [70_000, -5_000, 60_000, 10_000, 0]


async def test_only_the_primary_button_ends_a_service_without_a_question(module: Module) -> None:
    picture = a_picture(SERVING, waiting=[WAITING], parked=[a_ticket(500, "parked")])
    beside = await with_model(module, "acts", "m.beside(model).map(one => [one.id, one.asks])", picture)
    assert dict(beside) == {
        "finish": True, "park": False, "transfer": True, "concern": True, "join": True, "put_back": True,
    }  # fmt: skip
    on_parked = await with_model(module, "acts", "m.onTicket(model, model.parked[0])", picture)
    assert on_parked == ["park_resume"]


async def test_while_somebody_is_called_nobody_else_is(module: Module) -> None:
    picture = a_picture(CALLED, waiting=[WAITING], missed=[a_ticket(500, "no_show")])
    acts = await with_model(
        module,
        "acts",
        "[...m.onTicket(model, model.waiting[0]), ...m.onTicket(model, model.missed[0])]",
        picture,
    )
    assert not {"call", "ends_call"} & set(acts)
    assert "join" in acts


async def test_done_next_names_the_visit_it_ends(module: Module) -> None:
    """A second tab that still shows the visit before must not end the one that runs now."""
    picture = a_picture(SERVING, waiting=[WAITING])
    commands = await with_model(module, "acts", "m.commandsOf('done_next', model, given.config)", picture)
    assert commands == [["/api/v1/counters/c-1/calls", {"current": 4170, "finish_current": True}]]


async def test_the_sites_own_call_mode_is_null(module: Module) -> None:
    expression = "m.commandsOf('call_mode', model, given.config)[0][1].call_mode"
    assert await with_model(module, "acts", expression, a_picture()) == "fetch"
    assert await with_model(module, "acts", expression, a_picture(call_mode="fetch")) is None


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (a_picture(CALLED), ""),
        (a_picture(a_ticket(417, "called", needs=["deaf"])), "needs"),
        (a_picture(a_ticket(417, "called", needs=["more_time"])), ""),
        (a_picture(CALLED, call_mode="fetch"), "fetch_mode"),
        (a_picture(CALLED, call={"fetch": True, "reason": "not_shown", "starts_in_ms": None}), "not_shown"),
        (a_picture(a_ticket(417, "serving", needs=["deaf"])), ""),
    ],
)
async def test_when_to_fetch_and_why(module: Module, picture: Any, reason: str) -> None:
    assert await with_model(module, "model", "m.fetchReason(model)", picture) == reason


async def test_what_a_screen_reader_hears(module: Module) -> None:
    called, serving = a_picture(a_ticket(302, "called")), a_picture(a_ticket(302, "serving"))
    given = {
        "config": CONFIG,
        "pictures": [a_picture(), a_picture(waiting=[WAITING]), called, serving, a_picture()],
    }
    body = """
    const {modelOf} = await import('/static/counter/model.js');
    const models = given.pictures.map(p => modelOf(p, 0, given.config));
    const befores = [null, ...models].slice(0, -1);
    return befores.map((before, i) => m.newsBetween(before, models[i]).map(n => n.key));
    """
    assert await module("news", body, given) == [
        [], ["counter.said_first"], ["counter.said_called"], ["counter.said_serving"], ["counter.said_free"],
    ]  # fmt: skip


REPORT = "m.report(model, (key, values) => key + JSON.stringify(values ?? {}))"


async def test_the_report_counts_displays_and_seconds(module: Module) -> None:
    counts = {"seq": 1, "assigned_count": 2, "shown_count": 2}
    call = {**counts, "sound": "queued", "starts_in_ms": 6000, "fetch": False, "reason": ""}
    got = await with_model(module, "words", REPORT, a_picture(CALLED, call=call), elapsed=1500)
    assert got["kind"] == "waiting"
    assert got["text"] == 'counter.report_shown{"shown":2,"all":2} · counter.sound_queued{"n":5}'
    done = await with_model(module, "words", REPORT, a_picture(CALLED, call=call | {"sound": "started"}))
    assert done["kind"] == "good"


async def test_documents_are_named_once(module: Module) -> None:
    ticket = a_ticket(services=[{"id": "passport", "count": 2}, {"id": "id-card", "count": 1}])
    given = {"ticket": ticket, "services": CONFIG["services"]}
    body = "return [m.concern(given.ticket, given.services), m.documents(given.ticket, given.services)]"
    got = await module("words", body, given)
    assert got == [["2 × Reisepass", "Personalausweis"], ["Foto", "Ausweis"]]


async def test_a_long_service_is_counted_in_hours(module: Module) -> None:
    assert await module("words", "return [7000, 760000, 3723000, -5].map(m.clock)") == [
        "0:07",
        "12:40",
        "1:02:03",
        "0:00",
    ]


async def test_a_count_ends_at_most_and_at_nothing(module: Module) -> None:
    body = """
    let state = m.startPick();
    const press = (act) => {
      state = m.pick(state, act, 'passport', given);
      return state.chosen.map(o => o.id + o.count);
    };
    return ['add', 'add', 'more', 'more', 'more', 'less', 'less', 'less'].map(press);
    """
    got = await module("picker", body, CONFIG["services"])
    assert [one[0] if one else "" for one in got] == [
        "passport1", "passport1", "passport2", "passport3", "passport3", "passport2", "passport1", "",
    ]  # fmt: skip


def a_document(service: str, sign: str, *, missing: bool = False) -> dict[str, Any]:
    return {"service": service, "document": sign * 12, "name": {"de": "Foto"}, "missing": missing}


NOTED = [
    {
        "ticket": 4170,
        "number": 417,
        "state": "serving",
        "documents": [a_document("passport", "a"), a_document("passport", "b", missing=True)],
    },
    {"ticket": 3020, "number": 302, "state": "finished", "documents": []},
    {"ticket": 3030, "number": 303, "state": "finished", "documents": [a_document("id-card", "a")]},
]


async def test_a_visit_that_is_over_is_noted_for_ten_minutes(module: Module) -> None:
    body = "return [0, 599999, 600000].map((ms) => m.stillNoted(given, ms).map((one) => one.number));"
    assert await module("missing", body, NOTED) == [[417, 303], [417, 303], [417]]


async def test_a_digit_notes_the_document_of_its_row_and_takes_it_back(module: Module) -> None:
    body = "return ['1', '2', '3', '4', '0', 'e'].map((key) => m.byDigit(given, key));"
    first, second, third, *none = await module("missing", body, NOTED)
    assert first == {"ticket": 4170, "service": "passport", "document": "a" * 12, "missing": True}
    assert second["missing"] is False
    assert third["ticket"] == 3030
    assert none == [None, None, None]


async def test_a_key_with_ctrl_or_held_down_means_the_browser_and_not_the_page(module: Module) -> None:
    body = "return [{}, {ctrlKey: true}, {metaKey: true}, {altKey: true}, {repeat: true}].map(m.isPlain);"
    assert await module("keys", body) == [True, False, False, False, False]


async def test_a_missing_document_is_offered_where_there_is_one_to_note(module: Module) -> None:
    expression = (
        "[[], given.noting].map((noting) => m.beside({...model, noting}).some((one) => one.id === 'missing'))"
    )
    assert await with_model(module, "acts", expression, a_picture(SERVING), noting=NOTED) == [False, True]


async def test_keys_act_only_while_nothing_has_the_focus(module: Module) -> None:
    body = """
    const press = (key, more = {}) => ({key, repeat: false, ctrlKey: false, ...more});
    const free = {on: true, free: true};
    return [m.actOfKey(press('n'), free), m.actOfKey(press('N'), free), m.actOfKey(press('?'), free),
            m.actOfKey(press('n'), {on: true, free: false}), m.actOfKey(press('n'), {on: false, free: true}),
            m.actOfKey(press('n', {repeat: true}), free), m.actOfKey(press('p', {ctrlKey: true}), free),
            m.actOfKey(press('y'), free)];
    """
    assert await module("keys", body) == ["primary", "primary", "help", None, None, None, None, None]


async def test_the_focus_of_a_closed_dialog_holds_no_key_back(module: Module) -> None:
    """Chromium gives the focus back some milliseconds after Escape: a quick hand's next key was lost."""
    body = """
    document.body.innerHTML = '<dialog open><input></dialog><dialog><button></dialog><button>';
    const [typing, closed, button] = document.querySelectorAll('input, button');
    return [typing, closed, button, document.body, null].map(m.isFree);
    """
    assert await module("keys", body) == [False, True, False, True, True]


async def test_every_key_stands_for_one_act(module: Module) -> None:
    keys = await module("acts", "return Object.values(m.KEYS)")
    assert len(keys) == len(set(keys))


async def test_a_transfer_to_a_counter_keeps_the_concern(module: Module) -> None:
    expression = (
        "[m.transferBody('c-2', {chosen: [{id: 'passport', count: 1}]}, model),"
        " m.transferBody('', {chosen: [{id: 'id-card', count: 1}]}, model)]"
    )
    got = await with_model(module, "asking", expression, a_picture(SERVING))
    assert got == [{"counter": "c-2"}, {"services": [{"id": "id-card", "count": 1}]}]


SEND = """
const asked = [];
const answers = given.answers.slice();
const ask = async (path, options) => {
  asked.push(JSON.parse(options.body).request_id);
  const answer = answers.shift();
  if (answer === 'cut') throw new TypeError('Failed to fetch');
  return new Response(JSON.stringify(answer.body), {status: answer.status});
};
const answer = await m.send('/x', {}, {ask, wait: async () => {}});
return {answer, asked: asked.length, ids: new Set(asked).size};
"""


async def test_a_lost_answer_is_asked_for_again_with_the_same_id(module: Module) -> None:
    """Failure 2: one press, one result, however often it is sent."""
    bad_gateway = {"status": 502, "body": {}}
    got = await module(
        "commands", SEND, {"answers": ["cut", bad_gateway, {"status": 201, "body": {"seq": 3}}]}
    )
    assert got == {"answer": {"ok": True, "data": {"seq": 3}}, "asked": 3, "ids": 1}


async def test_a_refusal_is_never_sent_again(module: Module) -> None:
    refusal = {"status": 409, "body": {"error": {"code": "nobody_waiting", "message": "…"}}}
    got = await module("commands", SEND, {"answers": [refusal]})
    assert got["asked"] == 1
    assert got["answer"]["code"] == "nobody_waiting"


async def test_silence_has_an_end(module: Module) -> None:
    got = await module("commands", SEND, {"answers": ["cut"] * 9})
    assert got["answer"] == {"ok": False, "code": "network", "params": {}}
    assert got["ids"] == 1


async def test_drawing_again_keeps_focus_and_what_is_typed(module: Module) -> None:
    body = """
    const root = document.createElement('div');
    document.body.append(root);
    const rows = (...names) => m.draw(root, names.map(name => m.h('input', {key: name, 'data-name': name})));
    rows('a', 'b', 'c');
    const b = root.querySelector('[data-name=b]');
    b.focus();
    b.value = 'typed';
    rows('new', 'b', 'c', 'd');
    const found = [...root.children].map(node => node.dataset.name);
    const kept = [document.activeElement === b, b.value, b.isConnected];
    root.remove();
    return [found, kept];
    """
    assert await module("dom", body) == [["new", "b", "c", "d"], [True, "typed", True]]


async def test_markup_in_a_name_shows_as_text(module: Module) -> None:
    """Failure 14: HTML in a name is shown, never run."""
    body = """
    const root = document.createElement('div');
    m.draw(root, m.h('p', {title: given}, given));
    return [root.querySelectorAll('img').length, root.textContent];
    """
    assert await module("dom", body, "<img src=x onerror=alert(1)>") == [0, "<img src=x onerror=alert(1)>"]


async def test_a_wish_for_an_interpreter_names_the_language_and_what_to_do(module: Module) -> None:
    asked = "const t = (key, given) => `${key} ${given?.language ?? ''}`;"
    got = await module(
        "words",
        f"{asked} return [m.need('interpreter_tr', t, {{tr: 'Türkisch'}}), m.need('deaf', t), "
        "m.needAct('interpreter_tr', t), m.needAct('interpreter_arranged', (key) => key)];",
        {},
    )
    assert got == [
        "counter.need_interpreter_in Türkisch",
        "counter.need_deaf ",
        "counter.need_act_interpreter ",
        "",
    ]


async def test_who_waits_for_a_room_without_steps_is_told_to_the_clerks(module: Module) -> None:
    got = await module(
        "words",
        "return m.notice({code: 'no_room_for', count: '2'}, {site: {kiosks: {}, displays: {}}},"
        " (key, given) => `${key} ${given?.n ?? ''}`);",
        {},
    )
    assert got["title"] == "counter.notice_no_room 2"
