// The clerk's page: pictures in, commands out. It decides nothing about the queue; what it shows follows the
// picture alone, so a reload, a second tab and a restarted server all come out right.

import { connect } from "/static/live.js";
import { pageTexts, readJson } from "/static/texts.js";
import { staffAlarm } from "./alarm.js";
import { KEYS, commandsOf, primary } from "./acts.js";
import { KEEPS_OPEN, dialogFor, mayByKey, questionFor, transferBody, wantedOf } from "./asking.js";
import { sendAll } from "./commands.js";
import { dialog } from "./dialogs.js";
import { draw, h } from "./dom.js";
import { actOfKey, isFree, isPlain, keysAreOn, switchKeys } from "./keys.js";
import { foot, side } from "./lists.js";
import { byDigit, makeBag } from "./missing.js";
import { modelOf, ticketById, ticketByNumber } from "./model.js";
import { firstWaits, newsBetween } from "./news.js";
import { button } from "./parts.js";
import { concernBody, pick } from "./picker.js";
import { after, papers, stage } from "./stage.js";
import { refusal } from "./words.js";

const SETTLES_MS = 350; // so long after the large button changed its act a press was meant for the old one
const SLOW_AFTER_MS = 400;
const PICTURE_WITHIN_MS = 2000;
const MESSAGE_MS = 12000;
const TICK_MS = 250;

const t = pageTexts();
const config = readJson("config");
const language = document.documentElement.lang;
const at = (name) => document.querySelector(`[data-part="${name}"]`);
const box = document.querySelector("dialog.sheet");

let picture = null;
let pictureAt = 0;
let seq = 0;
let told = null; // the model of the last picture, for news
let open = null; // the dialog's state
let busy = null; // {since, seq}: a command on its way, or its picture
let message = null;
let mainAct = { id: null, since: 0 };
let keysOn = keysAreOn();

const bag = makeBag(`/api/v1/counters/${config.counter.id}/documents`, render);
const model = () => modelOf(picture, performance.now() - pictureAt, config, bag.visits());

const alarm = staffAlarm({ lost: () => line.state() === "lost" });
const line = connect(`/live/counters/${config.counter.id}`, { onFrame: take, onMessage: (message) => alarm?.take(message), onState: render });

function take(frame) {
  picture = frame.counter;
  pictureAt = performance.now();
  seq = frame.seq;
  if (busy?.seq !== undefined && seq >= busy.seq) busy = null;
  const now = model();
  for (const { key, values } of newsBetween(told, now)) say(t(key, values));
  if (firstWaits(told, now)) notify(now);
  told = now;
  bag.follow(now);
  renewPage();
  render();
}

/** Settings or the program changed: names and rooms come with the page. Once for each, never into an open dialog. */
function renewPage() {
  const program = picture.program ?? config.program;
  const wanted = `${picture.config_version} ${program}`;
  if (picture.config_version === config.config_version && program === config.program) return;
  if (open || sessionStorage.getItem("aufruf.renewed") === wanted) return;
  sessionStorage.setItem("aufruf.renewed", wanted);
  location.reload();
}

function viewOf(now) {
  const main = primary(now);
  if (main?.id !== mainAct.id) mainAct = { id: main?.id, since: mainAct.id === null ? -SETTLES_MS : performance.now() };
  return {
    t,
    config,
    language,
    keysOn,
    busy: busy !== null,
    slow: busy !== null && performance.now() - busy.since > SLOW_AFTER_MS,
    settling: performance.now() - mainAct.since < SETTLES_MS,
    lost: line.state() === "lost",
    message,
    mayTestAlarm: alarm !== null,
    mayAskNotice: "Notification" in globalThis && isSecureContext && Notification.permission === "default",
  };
}

function render() {
  if (picture === null) return;
  const now = model();
  if (busy?.seq !== undefined && performance.now() - busy.answered > PICTURE_WITHIN_MS) busy = null;
  if (message && message.kind !== "bad" && performance.now() - message.since > MESSAGE_MS) message = null;
  const view = viewOf(now);
  draw(at("stage"), stage(now, view));
  draw(at("papers"), papers(now, view));
  draw(at("side"), side(now, view));
  draw(at("foot"), after(now, view), foot(now, view));
  draw(at("tools"), tools(now, view));
  if (open) {
    followVisit(now);
    draw(box, dialog(open, now, view));
  }
  document.title = alarm?.title() ?? titleOf(now);
  document.documentElement.dataset.stage = now.stage;
}

function titleOf(now) {
  const words = now.current ? t(`counter.tab_${now.stage}`, { number: now.current.number }) : t("counter.tab_waiting", { n: now.waiting.length });
  return `${words} · ${t("counter.room", { room: config.counter.room })}`;
}

function tools(now, view) {
  const state = now.stage === "foreign" ? "foreign" : picture.state;
  const looks = { open: "good", paused: "warn", closed: "", foreign: "info" };
  const can = !now.watching;
  return [
    h("span", { class: `badge badge--${looks[state]}`, key: "state" }, t(`counter.state_${state}`)),
    !now.issuing && h("span", { class: "badge badge--warn", key: "issuing" }, t("counter.not_issuing")),
    now.fetching && h("span", { class: "badge badge--info", key: "fetch" }, t("counter.fetching")),
    h("span", { class: "push", key: "push" }),
    can && button(view, { act: "walk_in", label: t("counter.walk_in"), key: KEYS.walk_in, look: "button--quiet" }),
    now.mine && !now.paused && button(view, { act: "choose", label: t("counter.choose"), key: KEYS.choose, look: "button--quiet" }),
    now.mine && button(view, { act: "pause", label: t(now.paused ? "counter.resume" : "counter.pause"), key: KEYS.pause, look: "button--quiet" }),
    can && button({ ...view, busy: false }, { act: "more", label: t("counter.more"), look: "button--quiet", attributes: { "aria-haspopup": "dialog" } }),
  ];
}

// -- dialogs ---------------------------------------------------------------------------------------

function show(state) {
  // What was typed into the dialog before says `change` when its field goes, and that draws: not in the middle.
  if (box.contains(document.activeElement)) document.activeElement.blur();
  open = state;
  box.dataset.name = state.name;
  draw(box);
  render();
  if (!box.open) box.showModal();
  box.querySelector("[autofocus]")?.focus();
}

function hide() {
  open = null;
  if (box.open) box.close();
}

box.addEventListener("close", () => {
  // The event comes later than the closing: by then a key may have opened the next dialog.
  if (box.open) return;
  open = null;
  draw(box);
});

/** The ticket in an open dialog follows the picture; one that left the hall closes it. */
function followVisit(now) {
  if (open.name === "ticket") {
    const found = ticketById(now, open.found.id);
    if (found) open.found = found;
    else queueMicrotask(hide);
  } else if (["transfer", "concern", "join"].includes(open.name) && now.current?.id !== open.about) queueMicrotask(hide);
}

async function explain(ticket) {
  try {
    const response = await fetch(`/api/v1/sites/${config.site.id}/tickets/${ticket.id}/order`);
    if (response.ok && open?.found?.id === ticket.id) {
      open.order = await response.json();
      render();
    }
  } catch {
    // The reason of the ticket itself stands there already.
  }
}

// -- acts ------------------------------------------------------------------------------------------

/** A press, a key or a form: ask, open, or do. `sure`: the dialog has asked already. */
function act(id, wanted = {}, sure = false) {
  if (picture === null) return;
  const now = model();
  if (id === "dismiss") hide();
  else if (id === "alarm_test") alarm.test().then(hide);
  else if (id === "keys") switchKeys((keysOn = !keysOn));
  else if (id === "ask_notice") Notification.requestPermission().then(render);
  else if (id === "primary") pressPrimary(now);
  else if (id === "ticket") openTicket(now, wanted.ticket);
  else if (id === "pause") perform(now.paused ? "resume" : "pause", now, wanted);
  else if (!sure && questionFor(id, now, wanted)) show(questionFor(id, now, wanted));
  else if (!sure && dialogFor(id, now, wanted)) show(dialogFor(id, now, wanted));
  else perform(id, now, wanted);
  render();
}

function pressPrimary(now) {
  const main = primary(now);
  const view = viewOf(now);
  if (main === null || main.waits || view.busy || view.settling || view.lost) return;
  if (main.asks) act(main.id);
  else perform(main.id, now, {});
}

function openTicket(now, id) {
  const found = ticketById(now, id);
  if (!found) return;
  show({ name: "ticket", found });
  if (found.state === "waiting") explain(found);
}

/** Send an act's commands. The page is locked until the answer, and then until the picture that belongs to it. */
async function perform(id, now, wanted) {
  if (busy) return null;
  busy = { since: performance.now() };
  message = null;
  if (open) open.problem = null;
  render();
  const mine = busy;
  const answer = await sendAll(commandsOf(id, now, config, wanted));
  if (answer.ok && answer.data.seq > seq) Object.assign(mine, { seq: answer.data.seq, answered: performance.now() });
  else if (busy === mine) busy = null;
  if (answer.ok) done(id, answer.data);
  else failed(answer);
  render();
  return answer;
}

function done(id, data) {
  if (id === "walk_in") show({ name: "walk_in_done", given: data });
  else if (id === "note") {
    bag.noted(data);
    say(t(data.missing ? "counter.said_missing" : "counter.said_there"));
  } else if (id === "reprint") {
    if (open?.name === "walk_in_done") open.printed = true;
    else hide();
    message = { kind: "good", text: t("counter.printing"), since: performance.now() };
  } else if (open && !KEEPS_OPEN.has(id)) hide();
}

function failed(answer) {
  if (answer.code === "sign_in_required") show({ name: "signed_out" });
  const text = refusal(answer, t);
  if (open) open.problem = text;
  else message = { kind: answer.code === "nobody_waiting" ? "info" : "bad", text, since: performance.now() };
}

// -- hands -----------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const node = event.target.closest("[data-act]");
  if (!node) return;
  // The second click of a double click was meant for what stood there before.
  if (node.getAttribute("aria-disabled") === "true" || event.detail > 1) return;
  if (event.detail > 0 && !box.contains(node)) node.blur(); // a mouse press must not take the keys away
  if (node.dataset.act === "pick") {
    open.pick = pick(open.pick, node.dataset.pick, node.dataset.service, config.services);
    return render();
  }
  const answersQuestion = open !== null && box.contains(node) && ["ask", "close"].includes(open.name);
  act(node.dataset.act, wantedOf(node.dataset), answersQuestion);
});

box.addEventListener("change", ({ target }) => {
  if (open === null) return;
  if (target.dataset.pick === "add") {
    open.pick = pick(open.pick, "add", target.value, config.services);
    target.value = "";
  } else if (target.dataset.pick === "persons") {
    open.pick = { ...open.pick, persons: Math.min(20, Math.max(1, Math.round(Number(target.value) || 1))) };
    target.value = open.pick.persons;
  }
  render();
});

box.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.getAttribute("aria-disabled") === "true") return;
  const form = new FormData(event.target);
  FORMS[event.target.dataset.form](form, model());
  render();
});

const FORMS = {
  choose: (form, now) => byNumber(form, now, now.stage === "serving" ? "ends_call" : "call"),
  join: (form, now) => byNumber(form, now, "join"),
  transfer: (form, now) => perform("transfer", now, { body: transferBody(form.get("counter"), open.pick, now) }),
  concern: (form, now) => perform("concern", now, { body: concernBody(open.pick) }),
  walk_in: (form, now) => perform("walk_in", now, { body: { ...concernBody(open.pick), language: form.get("language"), needs: form.getAll("need") } }),
};

function byNumber(form, now, id) {
  const found = ticketByNumber(now, form.get("number"));
  if (found === null) open.problem = t("counter.no_such_number");
  else perform(id, now, { ticket: found.id });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !box.open) document.activeElement?.blur();
  const row = open?.name === "missing" && keysOn && isPlain(event) ? byDigit(model().noting, event.key) : null;
  if (row) {
    event.preventDefault();
    return act("note", row);
  }
  const id = actOfKey(event, { on: keysOn, free: !box.open && isFree(document.activeElement) });
  if (id === null || picture === null) return;
  event.preventDefault();
  const now = model();
  if (id === "help" || (line.state() !== "lost" && mayByKey(id, now))) act(id);
});

// -- words for ears, desktop, and a lost line --------------------------------------------------------

function say(text) {
  at("said").textContent = text;
}

function notify(now) {
  if (!("Notification" in globalThis) || Notification.permission !== "granted" || document.hasFocus()) return;
  new Notification(t("counter.said_first"), { body: t("counter.tab_waiting", { n: now.waiting.length }), tag: "aufruf-first" });
}

/** A session that ended looks like a lost line to a socket; asking once tells them apart. */
async function askWhoIAm() {
  if (line.state() !== "lost" || open?.name === "signed_out") return;
  try {
    const response = await fetch(`/api/v1/counters/${config.counter.id}`);
    if (response.status === 401) show({ name: "signed_out" });
  } catch {
    // The server is gone; the banner says so.
  }
}

setInterval(render, TICK_MS);
setInterval(askWhoIAm, 4000);
