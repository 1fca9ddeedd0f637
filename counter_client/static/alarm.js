// The staff alarm of a page: calling for help from here, and hearing that others do. The page tells what came over
// its socket; all else is here, so that counter and desk do the same.
//
// Nothing sounds where an alarm was raised: whoever threatens must not notice.

import { makeTexts, readJson } from "/static/texts.js";
import { banner, caller, elsewhere, isChord, MOST_MS, pressMeans, sounding, title } from "./alarm_view.js";
import { send } from "./commands.js";
import { draw } from "./dom.js";
import { makeSiren } from "./siren.js";

const TICK_MS = 500;

/** Begin; null where the town has switched the alarm off. `lost()` tells whether the socket is gone. */
export function staffAlarm({ lost = () => false } = {}) {
  const config = readJson("alarm", null);
  if (config === null) return null;
  const t = makeTexts(config.texts, document.documentElement.lang || "de");
  const box = document.querySelector('[data-part="alarm"]');
  const call = document.querySelector('[data-part="alarm_call"]');
  const raisePath = config.counter ? `/api/v1/counters/${config.counter}/alarm` : `/api/v1/sites/${config.site}/alarm`;
  const acknowledged = new Set();
  const heard = new Map(); // alarm to when it came first
  const refused = new Map(); // alarm to the code of an answer to it that failed
  let ending = null; // {id, at}: "over" was pressed once
  let alarms = [];
  let heardAt = 0;
  let armedAt = null;
  let sending = false;
  let failed = false;
  const siren = makeSiren((state) => {
    document.documentElement.dataset.alarmSound = state;
    render();
  });

  function take(message) {
    if (!Array.isArray(message.alarms)) return;
    const known = new Set(alarms.map((one) => one.id));
    alarms = message.alarms;
    heardAt = performance.now();
    failed = false;
    for (const id of refused.keys()) if (!alarms.some((one) => one.id === id)) refused.delete(id);
    for (const one of alarms) if (!heard.has(one.id)) heard.set(one.id, heardAt);
    for (const one of elsewhere(alarms)) if (!known.has(one.id)) notify(one);
    render();
  }

  /** Those that must sound now. */
  const now = () => sounding(alarms, { acknowledged, heard, now: performance.now() });

  function render() {
    const elapsedMs = performance.now() - heardAt;
    if (armedAt !== null && performance.now() - armedAt > MOST_MS) armedAt = null;
    if (ending !== null && performance.now() - ending.at > MOST_MS) ending = null;
    if (now().length > 0) siren.start();
    else siren.stop();
    draw(call, caller(alarms, { t, armed: armedAt !== null, sending, failed, lost: lost(), refused }));
    draw(box, banner(alarms, { t, elapsedMs, acknowledged, here: config.counter ?? "", sound: siren.state(), ending: ending?.id, refused }));
    place();
  }

  /** A modal dialog of the page makes all else dead: then the banner has to stand above it, itself a modal one. */
  function place() {
    const shown = elsewhere(alarms).length > 0;
    const covered = [...document.querySelectorAll("dialog:modal")].some((one) => one !== box);
    const above = shown && covered && now().length > 0;
    if (box.matches(":modal") && !above) box.close();
    if (above && !box.matches(":modal")) {
      box.removeAttribute("open");
      box.showModal();
    }
    if (!box.matches(":modal")) box.toggleAttribute("open", shown); // not show(): it would take the focus
  }

  async function raise(test = false) {
    if (sending) return;
    [armedAt, sending, failed] = [null, true, false];
    render();
    const answer = await send(raisePath, { test });
    sending = false;
    failed = !answer.ok;
    render();
  }

  async function answerTo(id, act) {
    const wasQuiet = acknowledged.has(id);
    acknowledged.add(id);
    refused.delete(id);
    render();
    const answer = await send(`/api/v1/sites/${config.site}/alarms/${id}`, { act, ...(config.counter && { counter: config.counter }) });
    if (!answer.ok) {
      refused.set(id, answer.code);
      if (!wasQuiet) acknowledged.delete(id); // whoever pressed may have left: somebody else must hear it
    }
    render();
  }

  /** Whoever ends a colleague's alarm ends it for all: that takes two presses. The own one takes one. */
  function end(id) {
    const isOwn = alarms.some((one) => one.id === id && one.told === "raised");
    const means = isOwn ? "call" : pressMeans(ending?.id === id ? ending.at : null, performance.now());
    if (means === "arm") ending = { id, at: performance.now() };
    if (means !== "call") return;
    ending = null;
    answerTo(id, "end");
  }

  function pressed() {
    const means = pressMeans(armedAt, performance.now());
    if (means === "arm") armedAt = performance.now();
    else if (means === "call") raise();
    render();
  }

  function notify(one) {
    if (!("Notification" in globalThis) || Notification.permission !== "granted" || document.hasFocus()) return;
    new Notification(title(one, t), { tag: `aufruf-alarm-${one.id}`, requireInteraction: true });
  }

  const ACTS = {
    call: pressed,
    going: (id) => answerTo(id, "going"),
    end,
    quiet: (id) => acknowledged.add(id),
  };

  document.addEventListener("click", (event) => {
    const node = event.target.closest("[data-alarm]");
    if (!node || node.getAttribute("aria-disabled") === "true") return;
    if (event.detail > 0) node.blur(); // a mouse press must not take the page's keys away
    ACTS[node.dataset.alarm](node.dataset.id);
    render();
  });
  document.addEventListener("keydown", (event) => {
    if (!isChord(event)) return;
    event.preventDefault();
    raise();
  });
  box.addEventListener("cancel", (event) => {
    event.preventDefault(); // Escape silences, and nothing more
    for (const one of elsewhere(alarms)) acknowledged.add(one.id);
    render();
  });
  setInterval(render, TICK_MS);
  queueMicrotask(render); // once the page has its socket
  const loudest = () => now()[0];
  return { take, test: () => raise(true), title: () => (loudest() ? title(loudest(), t) : null) };
}
