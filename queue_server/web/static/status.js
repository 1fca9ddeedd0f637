// A visitor's page, live: position, call, vibration, sound. The forms work without it.

import { numberNode } from "./digits.js";
import { connect } from "./live.js";
import { makeBell, view } from "./status_view.js";
import { pageTexts, readJson } from "./texts.js";

const config = readJson("config");
const t = pageTexts();
const main = document.getElementById("main");
const bell = makeBell();
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const text = (name) => document.querySelector(`[data-text="${name}"]`);

const sound = { context: null, chime: null };
const wakeLock = { held: null };

function show(queue) {
  const seen = view(queue, config.key);
  main.dataset.state = seen.state;
  say("line", t(`status.line_${lineOf(seen)}`));
  showPlace(seen.place);
  if (part("appointed")) part("appointed").hidden = !["waiting", "away"].includes(seen.state);
  showCall(seen.call, seen.mode === "fetch");
  document.title = seen.call
    ? `${t("status.now")} · ${config.number}`
    : `${config.number} · ${t("status.title")}`;
  if (bell.ring(seen)) ring();
  if (seen.state === "ended") live.close();
}

function lineOf({ state, call, mode }) {
  if (state === "ended") return "finished";
  return call && mode === "fetch" ? "fetched" : state;
}

function showPlace(place) {
  // Before the appointed time "0 before you" would say nothing: the time itself is shown.
  const known = place !== null && performance.now() >= config.early_s * 1000;
  part("facts").hidden = !known;
  if (!known) return;
  text("ahead").textContent = String(place.ahead);
  text("range").textContent =
    place.from_min < 0 ? "–" : t("status.range", { from_min: place.from_min, to_min: place.to_min });
}

function showCall(call, fetched) {
  part("call").hidden = call === null;
  if (call === null) return;
  say("room", fetched ? t("status.fetched") : t("status.go_to", { room: call.room }));
  say("floor", fetched ? config.fetched_where : call.floor);
}

// A live region reads aloud what is written, also when it was there before.
function say(name, words) {
  if (text(name).textContent !== words) text(name).textContent = words;
}

// Ringing: browsers let a page sound only after a press, so it is offered as a button.

function ring() {
  // Before the first touch a browser refuses, and says so loudly on its console.
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.([400, 200, 400, 200, 800]);
  scrollTo({ top: 0 });
  const { context, chime } = sound;
  if (context === null || chime === null) return;
  context.resume().catch(() => {});
  for (const after of [0, 2.2]) {
    const source = context.createBufferSource();
    source.buffer = chime;
    source.connect(context.destination);
    source.start(context.currentTime + after);
  }
  main.dataset.rang = String(Number(main.dataset.rang ?? 0) + 1);
}

async function switchOn(button) {
  button.disabled = true;
  sound.context ??= new AudioContext();
  sound.context.resume().catch(() => {});
  const clip = await fetch(config.chime_url);
  sound.chime = await sound.context.decodeAudioData(await clip.arrayBuffer());
  button.hidden = true;
  part("ringing").hidden = false;
  await stayAwake();
}

async function stayAwake() {
  // A phone that sleeps does not ring. Refused without power or in the background: then it just sleeps.
  try {
    wakeLock.held = await navigator.wakeLock?.request("screen");
  } catch {
    wakeLock.held = null;
  }
}

const ringButton = document.querySelector('[data-act="ring"]');
ringButton.hidden = false;
ringButton.addEventListener("click", () => {
  switchOn(ringButton).catch(() => {
    ringButton.disabled = false;
  });
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && sound.chime !== null) stayAwake();
});

const digits = document.querySelector("[data-number]");
digits.replaceChildren(numberNode(digits.dataset.number));

const live = connect(`/live/sites/${encodeURIComponent(config.site_id)}`, {
  onFrame: (frame) => show(frame.queue),
  lostAfterMs: 25_000,
});
show(config.queue);
