// A visitor's page, live: position, call, age of the picture. The forms work without it.

import { numberNode } from "./digits.js";
import { connect } from "./live.js";
import { makePushes } from "./status_push.js";
import { makeRinger } from "./status_ring.js";
import { ENDS, lineOf, makeBell, makeLeaving, view } from "./status_view.js";
import { localeOf, pageTexts, readJson } from "./texts.js";
import { halfHours, waitWords } from "./waits.js";

const config = readJson("config");
const t = pageTexts();
const main = document.getElementById("main");
const bell = makeBell();
const leaving = makeLeaving(() => {
  pushes.end().catch(() => {});
  live.close();
});
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const text = (name) => document.querySelector(`[data-text="${name}"]`);
const icon = document.querySelector('link[rel="icon"]');
const plainIcon = icon.getAttribute("href");
const loadedAt = Date.now();
const clock = new Intl.DateTimeFormat(localeOf(document.documentElement.lang), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
// What the server said stays: "you gave your number back" must not give way to "your visit is over".
const shown = { line: ENDS.includes(main.dataset.state) ? main.dataset.state : null, at: loadedAt, state: null };

function show(queue, epoch) {
  const seen = view(queue, config.key);
  main.dataset.state = seen.state;
  shown.line = lineOf(seen, shown.line);
  shown.at = Date.now();
  say("line", t(`status.line_${shown.line}`));
  showPlace(seen.place, queue.open_counter_count);
  if (part("appointed")) part("appointed").hidden = !["waiting", "away"].includes(seen.state);
  const rings = bell.ring(seen, epoch);
  showCall(seen.call, seen.mode === "fetch", rings);
  showInTab(seen.call !== null);
  if (rings) ring();
  // By the state, not by the call before: this page may have slept through it.
  if (seen.call === null && seen.state !== shown.state) pushes.clear().catch(() => {});
  shown.state = seen.state;
  if (["serving", "ended"].includes(seen.state)) ringer.rest();
  leaving.see(seen.state);
}

function showPlace(place, openCounters) {
  // Before the appointed time "0 before you" would say nothing: the time itself is shown.
  const known = place !== null && Date.now() - loadedAt >= config.early_s * 1000;
  part("facts").hidden = !known;
  if (!known) return;
  text("ahead").textContent = String(place.ahead);
  const isKnown = place.from_min >= 0;
  part("minutes").hidden = !isKnown;
  part("unknown").hidden = isKnown;
  part("unknown").textContent = t(openCounters > 0 ? "status.wait_unknown" : "status.no_counter");
  if (isKnown) {
    const told = waitWords(place);
    text("range").textContent = t(`status.wait_${told.form}`, told);
    text("unit").textContent = t(halfHours(place) ? "status.hours" : "status.minutes");
  }
  part("closing").hidden = !place.before_closing;
  part("closing").textContent = place.before_closing ? t(`status.closing_${place.before_closing}`) : "";
}

function showCall(call, fetched, rings) {
  part("call").hidden = call === null;
  if (call === null) return;
  // A recall has the same words, and shall be read out again.
  if (rings) text("room").textContent = "";
  say("room", fetched ? t("status.fetched") : t("status.go_to", { room: call.room }));
  say("floor", fetched ? config.fetched_where : call.floor);
}

// Among other tabs, too, a call is seen.
function showInTab(called) {
  document.title = called
    ? `${t("status.now")} · ${config.number}`
    : `${config.number} · ${t("status.title")}`;
  icon.href = called ? config.called_icon : plainIcon;
}

// A live region reads aloud what is written, also when it was there before.
function say(name, words) {
  if (text(name).textContent !== words) text(name).textContent = words;
}

async function ring() {
  main.dataset.calls = String(Number(main.dataset.calls ?? 0) + 1);
  scrollTo({ top: 0 });
  if (await ringer.ring()) main.dataset.rang = String(Number(main.dataset.rang ?? 0) + 1);
}

const ringButton = document.querySelector('[data-act="ring"]');
const ringer = makeRinger(config.chime_url, (state) => {
  ringButton.hidden = state === "on";
  ringButton.disabled = false;
  part("ringing").hidden = state !== "on";
  part("silent").hidden = state !== "blocked";
});
ringButton.hidden = false;
ringButton.addEventListener("click", () => {
  ringButton.disabled = true;
  ringer.switchOn().catch(() => {}).finally(() => {
    ringButton.disabled = false;
  });
});
if (ringer.wanted()) ringer.switchOn().catch(() => {});

const pushButton = document.querySelector('[data-act="push"]');
const pushes = makePushes(config.push_key, (state) => {
  part("push").hidden = state === "on";
  part("pushing").hidden = state !== "on";
  part("unpushed").hidden = state !== "blocked";
});
part("push").hidden = !pushes.offered;
pushButton.addEventListener("click", async () => {
  pushButton.disabled = true;
  await pushes.switchOn();
  pushButton.disabled = false;
});

const digits = document.querySelector("[data-number]");
digits.replaceChildren(numberNode(digits.dataset.number));

const live = connect(`/live/sites/${encodeURIComponent(config.site_id)}`, {
  onFrame: (frame) => show(frame.queue, frame.epoch),
  onOpen: () => {
    // Which visit this page shows, so that the town can judge the waits it tells.
    live.send({ follow: config.key });
    pushes.again().catch(() => {});
  },
  onState: (state) => {
    if (state === "lost") say("as_of", t("status.as_of", { time: clock.format(shown.at) }));
  },
  lostAfterMs: 25_000,
});
show(config.queue, config.epoch);
