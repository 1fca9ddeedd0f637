"""What is read aloud and what is not, run by node as the browser would: no page, no server, no voice."""

from tests.kiosk.test_helps import run

PAD = """
    const signs = (...texts) => texts.map((textContent) => ({textContent}));
    const within = (parents) => ({closest: (selector) => parents[selector] ?? null});
    const own = {".typed__sign": signs("1", "0", "3", "")};
    const keypad = {querySelectorAll: (selector) => own[selector] ?? []};
    const keyboard = {querySelector: () => ({value: "Özil"})};
"""


def test_what_is_typed_is_told_by_its_count() -> None:
    """Failure 27: the hall does not hear number and time of an appointment, nor a name."""
    told = run(
        "reading.js",
        PAD
        + """
        const keys = [{".keypad__keys": {parentElement: keypad}}, {".typing": keyboard}, {}];
        return keys.map((parents) => m.typedBy(within(parents)));
        """,
    )
    assert told == [3, 4, None]


def test_the_audio_bar_is_none_of_the_controls_of_a_dialog() -> None:
    names = run(
        "reading.js",
        """
        const node = (name) => ({name, checkVisibility: () => true, closest: () => null});
        const [yes, onward, no] = ["yes", "onward", "no"].map(node);
        const root = {...node("dialog"), querySelectorAll: () => [yes, no, onward]};
        return m.controlsOf([root, null], {contains: (one) => one === onward}).map(({name}) => name);
        """,
    )
    assert names == ["yes", "no"]


def test_onward_leads_out_of_a_field_but_not_away_from_its_caret() -> None:
    inside = run(
        "audio.js",
        """
        const fields = [["", 0], ["Anna", 4], ["Anna", 1], ["Anna", 0], ["anna@example.org", null]];
        return fields.map(([value, selectionStart]) => m.isInside({value, selectionStart}));
        """,
    )
    assert inside == [False, False, True, True, False]


SPEAKER = """
    const sources = [], load = async () => new ArrayBuffer(1), volume = {gain: () => 1};
    globalThis.setTimeout = () => {};
    globalThis.AudioContext = class {
      createGain() { return {connect() {}, gain: {}}; }
      async resume() {}
      async decodeAudioData() { return {duration: 1}; }
    };
    globalThis.AudioBufferSourceNode = class {
      constructor() { sources.push(this); }
      connect() {}
      start() {}
      stop() {}
    };
    const settle = () => new Promise(setImmediate);
    const end = async () => { sources.at(-1).onended(); await settle(); };
    const speaker = m.makeSpeaker({load, volume});
"""


def test_only_what_was_asked_for_keeps_the_page_open() -> None:
    """Failure 18: the waiting time of a busy hall is told again and again, to nobody, and the page closes."""
    states = run(
        "speaker.js",
        SPEAKER
        + """
        const states = [];
        const note = () => states.push(speaker.isAnswering());
        return (async () => {
          speaker.say(["page", "wait"]); await settle(); note();
          speaker.add(["ahead", "ahead again"]); await end(); note();
          await end(); note();
          await end(); await end(); note();
          speaker.add(["called"]); await settle(); note();
          speaker.say(["button"]); await settle(); note();
          return [states, sources.length];
        })();
        """,
    )
    assert states == [[True, True, False, False, False, True], 6]


def test_papers_of_a_confidential_concern_are_not_said_aloud() -> None:
    """Failure 27: a paper may tell the hall as much as the concern itself."""
    papers = run(
        "visit.js",
        """
        const of = (sensitive, ...names) => ({service: {sensitive, documents: names.map((de) => ({de}))}});
        const list = [of(true, "Pass", "Attest"), of(false, "Pass", "Foto")];
        return m.papersOf(list, "en").map(({text, isOpen}) => [text, isOpen]);
        """,
    )
    assert papers == [["Pass", True], ["Attest", False], ["Foto", True]]


def test_a_long_text_is_read_in_pieces_and_none_of_it_is_lost() -> None:
    """One voice serves halls and kiosks: a call waits for a piece, not for a page."""
    text = "Bitte bringen Sie alles mit. " + "wort " * 200 + "Ende."
    pieces = run(
        "reading.js",
        f"""
        globalThis.Node = {{TEXT_NODE: 3, ELEMENT_NODE: 1}};
        globalThis.document = {{documentElement: {{lang: "de"}}}};
        const words = {{nodeType: 3, data: "{text}"}};
        const page = {{nodeType: 1, tagName: "P", dataset: {{}}, childNodes: [words], children: [],
            matches: (one) => one.startsWith("tr,"), querySelector: () => null, checkVisibility: () => true,
            closest: (one) => (one === "[lang]" ? {{lang: "de"}} : null)}};
        return m.partsOf(page).map((one) => one.text);
        """,
    )
    assert max(map(len, pieces)) <= 300
    assert pieces[0] == "Bitte bringen Sie alles mit."
    assert " ".join(pieces) == text
