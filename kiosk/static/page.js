// The touch page: joins socket, commands, idle watch and views. What a visitor chose lives in `visit` and is
// gone with it; views and rules stand in the modules beside this one.

import { connect } from "/static/live.js";
import { makeTexts, readJson } from "/static/texts.js";
import { makePress, newId, post } from "./commands.js";
import { button, h, icon } from "./dom.js";
import { makeIdle } from "./idle.js";
import { resultView, slipState } from "./result.js";
import { startView, stateOf } from "./start.js";
import { categoriesView, confirmView, peopleView, servicesView } from "./steps.js";
import { concern, newVisit } from "./visit.js";

const STEP_MS = 250;
const WORDS_KEPT = 20;

const config = readJson("config");
const texts = new Map(config.languages.map((code) => [code, makeTexts(config.texts[code], code)]));
const root = document.documentElement;
const main = document.getElementById("main");
const foot = document.getElementById("foot");
const live = document.getElementById("live");
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const now = () => performance.now();
const idleStep = makeIdle({ afterMs: config.idle_ms, warnMs: config.warn_ms });
const idleResult = makeIdle({ afterMs: config.result_ms, warnMs: config.warn_ms });

let picture = null;
let visit = null;
let screen = { step: "start" };
const slips = new Map(); // ticket -> the last word on its slip; it may come before the answer does

const t = (key, params) => texts.get(visit?.language ?? config.languages[0])(key, params);
const send = (path, body) => post(path, body, { deviceId: config.kiosk_id, language: visit?.language ?? config.languages[0] });
const takePress = makePress(send);
const ticketPress = makePress(send);
const sitePath = `/api/v1/sites/${encodeURIComponent(config.site_id)}`;

const line = connect(`/live/kiosks/${encodeURIComponent(config.kiosk_id)}`, {
  onFrame(frame) {
    if (frame.kiosk === undefined) return;
    picture = frame.kiosk;
    changed();
  },
  onMessage(message) {
    if (message.slip) slipWord(message.slip);
  },
  onState: changed,
});

// -- the way through the steps ---------------------------------------------------------------------

function begin(language) {
  visit = newVisit(language);
  go({ step: "categories" });
}

function clear() {
  visit = null;
  root.removeAttribute("data-reach");
  slips.clear();
  go({ step: "start" });
}

function go(next) {
  screen = next;
  idleStep.touch(now());
  idleResult.touch(now());
  draw();
  if (screen.step !== "start") (main.querySelector("h1") ?? main).focus({ preventScroll: true });
}

const views = {
  categories: () => categoriesView({ t, visit, config, onBack: clear, onNext: () => go({ step: "people" }), onCategory: (category) => go({ step: "services", category }) }),
  services: () => servicesView({ t, visit, config, category: screen.category, onBack: () => go({ step: "categories" }), onNext: () => go({ step: "people" }), onExplain: explain }),
  people: () => peopleView({ t, visit, onBack: () => go({ step: "categories" }), onNext: confirm }),
  confirm: () => confirmView({ t, visit, config, quote: screen.quote, problem: screen.problem, busy: Boolean(screen.busy), canTake: canTake(), onBack: () => go({ step: "people" }), onTake: take }),
};

function draw() {
  root.lang = visit?.language ?? config.languages[0];
  root.dataset.step = screen.step;
  drawHead();
  if (screen.step === "start") drawStart();
  else if (screen.step === "result") drawResult();
  else if (screen.step === "given_back") drawGivenBack();
  else drawStep(views[screen.step]());
}

function drawStep({ title, hint, body, foot: below }) {
  const head = h("div", { class: "step__head" }, h("h1", { tabindex: -1 }, title), hint && h("p", {}, hint));
  main.replaceChildren(h("section", { class: "step" }, head, body));
  foot.replaceChildren(...below);
  foot.hidden = false;
}

function drawStart() {
  foot.hidden = true;
  const next = startView({ config, texts, picture, live: line.state(), date: localDate(), onBegin: begin });
  const here = main.querySelector(".start");
  const same = here && here.dataset.state === next.dataset.state && here.children.length === next.children.length;
  // Only the figures change while somebody is about to press: a button replaced under a finger is a lost press.
  if (same && Boolean(here.querySelector(".start__note")) === Boolean(next.querySelector(".start__note"))) {
    here.firstElementChild.replaceChildren(...next.firstElementChild.childNodes);
  } else main.replaceChildren(next);
}

function drawHead() {
  const inVisit = visit !== null;
  part("site").textContent = config.site_name[root.lang] ?? config.site_name.de;
  part("end").hidden = !inVisit || screen.step === "result" || screen.step === "given_back";
  part("end").querySelector("span").textContent = t("kiosk.end");
  part("reach").hidden = !inVisit;
  part("reach").setAttribute("aria-label", t("kiosk.reach"));
  part("reach").setAttribute("aria-pressed", String(root.dataset.reach === "low"));
  part("clock").hidden = inVisit;
  part("lost").textContent = t("kiosk.lost_line");
  const languages = inVisit && config.languages.length > 1 ? config.languages : [];
  part("languages").setAttribute("aria-label", t("kiosk.languages"));
  part("languages").hidden = languages.length === 0;
  part("languages").replaceChildren(
    ...languages.map((code) =>
      h("button", { type: "button", lang: code, class: "head__language", "aria-pressed": String(code === root.lang), on: { click: () => speak(code) } }, texts.get(code)("kiosk.language")),
    ),
  );
}

function speak(code) {
  visit.language = code;
  draw();
  part("languages").querySelector('[aria-pressed="true"]')?.focus();
}

// -- before and after the number -------------------------------------------------------------------

function canTake() {
  return stateOf(picture, line.state()) === "open";
}

/** Ask what it takes. An answer for a page that is gone is dropped. */
async function confirm() {
  const mine = { step: "confirm", quote: null, problem: null };
  go(mine);
  try {
    mine.quote = await send(`${sitePath}/quotes`, concern(visit));
  } catch (error) {
    mine.quote = { ahead: null, wait: picture?.wait ?? null };
    if (error.code !== "offline") mine.problem = refusal(error);
  }
  if (screen === mine) draw();
}

async function take() {
  const mine = screen;
  if (mine.busy) return;
  mine.busy = true;
  mine.problem = null;
  draw();
  try {
    const ticket = await takePress(`${sitePath}/tickets`, { ...concern(visit), language: visit.language });
    if (screen !== mine) return;
    go({ step: "result", ticket, attempt: 1, since: now(), closing: false });
    live.textContent = t("kiosk.said_number", { number: ticket.number });
  } catch (error) {
    mine.busy = false;
    mine.problem = refusal(error);
    if (screen === mine) draw();
  }
}

function refusal(error) {
  if (error.code === "offline") return t("kiosk.then_lost");
  if (error.code === "not_issuing") return t(`kiosk.why_${error.params.reason}`);
  return t(`error.${error.code}`, error.params);
}

function slip() {
  const word = slips.get(screen.ticket.id);
  const current = word && word.attempt >= screen.attempt ? word : null;
  const state = slipState({ word: current, printer: picture?.printer ?? "", waitedMs: now() - screen.since });
  return { state, code: current?.code || picture?.printer };
}

function slipWord(word) {
  slips.set(word.ticket, word);
  if (slips.size > WORDS_KEPT) slips.delete(slips.keys().next().value);
  if (screen.step === "result" && screen.ticket.id === word.ticket) {
    idleResult.touch(now());
    drawResult();
  }
}

function drawResult() {
  const { state, code } = slip();
  const closing = idleResult.at(now());
  const isClosing = closing.phase !== "quiet";
  const signature = JSON.stringify([state, code, isClosing, root.lang, Boolean(screen.busy), screen.problem]);
  if (screen.drawn === signature && main.querySelector(".result")) {
    const label = main.querySelector("[data-closing] span");
    if (label) label.textContent = t("kiosk.done_in", { s: closing.leftS });
    return;
  }
  if (screen.slip !== state) live.textContent = state === "printing" ? live.textContent : t(`kiosk.slip_${state}`);
  screen.drawn = signature;
  screen.slip = state;
  const hadFocus = main.contains(document.activeElement);
  const on = { done: clear, giveBack: askToGiveBack, reprint, moreTime: () => (idleResult.touch(now()), drawResult()) };
  main.replaceChildren(
    resultView({ t, config, language: root.lang, ticket: screen.ticket, slip: state, code, closingS: isClosing ? closing.leftS : null, busy: Boolean(screen.busy), problem: screen.problem, on }),
  );
  foot.hidden = true;
  if (hadFocus) main.querySelector("h1").focus({ preventScroll: true });
}

async function onTicket(path, body, then) {
  const mine = screen;
  if (mine.busy) return;
  mine.busy = true;
  mine.problem = null;
  drawResult();
  try {
    const answer = await ticketPress(`${sitePath}/tickets/${mine.ticket.id}${path}`, body);
    if (screen === mine) then(answer);
  } catch (error) {
    mine.problem = refusal(error);
  }
  mine.busy = false;
  if (screen === mine) drawResult();
}

const reprint = () =>
  onTicket("/reprint", {}, (answer) => {
    screen.attempt = answer.attempt;
    screen.since = now();
    idleResult.touch(now());
  });

const giveBack = () => onTicket("", { act: "cancel" }, () => go({ step: "given_back", ticket: screen.ticket }));

function drawGivenBack() {
  const words = [icon("check"), h("h1", { tabindex: -1 }, t("kiosk.given_back", { number: screen.ticket.number })), h("p", {}, t("kiosk.given_back_text"))];
  main.replaceChildren(h("section", { class: "given-back" }, words, button(t("kiosk.to_start"), { kind: "button--primary" }, clear)));
  foot.hidden = true;
}

// -- dialogs ---------------------------------------------------------------------------------------

function ask({ name, title, body = [], acts }) {
  const dialog = part("dialog");
  dialog.dataset.name = name;
  dialog.replaceChildren(h("h2", { class: "dialog__title", id: "dialog-title" }, title), ...body, h("div", { class: "dialog__foot" }, acts));
  if (!dialog.open) dialog.showModal();
}

const closing = (then) => () => {
  part("dialog").close();
  then();
};

function explain(service) {
  const name = service.name[root.lang] ?? service.name.de;
  const qr = service.link && h("img", { class: "dialog__qr", src: `/kiosk/${encodeURIComponent(config.kiosk_id)}/services/${service.id}/qr.svg`, alt: t("kiosk.link_alt", { link: service.link }) });
  const phone = service.why !== "online" && service.phone ? h("p", { class: "dialog__phone" }, icon("phone"), h("span", { class: "number" }, service.phone)) : null;
  const body = [h("p", { class: "strong" }, t(`kiosk.why_${service.why}`)), h("p", {}, t(`kiosk.then_${service.why}`)), qr, service.link && h("p", { class: "dialog__link" }, service.link), phone];
  ask({ name: "explain", title: name, body: body.filter(Boolean), acts: [button(t("kiosk.understood"), { kind: "button--primary" }, closing(() => idleStep.touch(now())))] });
}

function askToGiveBack() {
  const number = screen.ticket.number;
  ask({
    name: "give_back",
    title: t("kiosk.give_back_title", { number }),
    body: [h("p", {}, t("kiosk.give_back_text"))],
    acts: [button(t("kiosk.keep"), { kind: "button--primary" }, closing(() => {})), button(t("kiosk.give_back_yes"), { kind: "button--danger" }, closing(giveBack))],
  });
}

function warn(leftS) {
  const dialog = part("dialog");
  if (dialog.open && dialog.dataset.name === "warning") {
    dialog.querySelector("[data-left]").textContent = t("kiosk.idle_text", { s: leftS });
    return;
  }
  const stay = closing(() => idleStep.touch(now()));
  ask({
    name: "warning",
    title: t("kiosk.idle_title"),
    body: [h("p", { "data-left": "" }, t("kiosk.idle_text", { s: leftS }))],
    acts: [button(t("kiosk.end"), { kind: "button--quiet" }, closing(clear)), button(t("kiosk.more_time"), { before: "clock", kind: "button--primary", autofocus: true }, stay)],
  });
}

// -- time ------------------------------------------------------------------------------------------

const loadedAt = now();
const serverNow = () => new Date(config.server_now_ms + now() - loadedAt);
const localDate = () => new Intl.DateTimeFormat("en-CA", { timeZone: config.zone }).format(serverNow());

function showClock() {
  const format = (options) => new Intl.DateTimeFormat(config.languages[0], { timeZone: config.zone, ...options }).format(serverNow());
  part("time").textContent = format({ hour: "2-digit", minute: "2-digit" });
  part("date").textContent = format({ weekday: "long", day: "numeric", month: "long" });
}

function changed() {
  if (screen.step === "start") drawStart();
  else if (screen.step === "result") drawResult();
  else if (screen.step === "confirm") foot.querySelector(".take")?.setAttribute("aria-disabled", String(!canTake()));
  renewWhenIdle();
}

/** A new set-up is taken up between two visitors; once for each version, so that it never turns in circles. */
function renewWhenIdle() {
  const version = picture?.config_version;
  if (screen.step !== "start" || version === undefined || version === config.config_version) return;
  if (sessionStorage.getItem("reloaded_for") === String(version)) return;
  sessionStorage.setItem("reloaded_for", String(version));
  location.reload();
}

function step() {
  showClock();
  const dialog = part("dialog");
  if (screen.step === "start") return;
  if (screen.step === "result") {
    if (idleResult.at(now()).phase === "over") return void (dialog.close(), clear());
    return drawResult();
  }
  const { phase, leftS } = idleStep.at(now());
  if (phase === "over") {
    dialog.close();
    clear();
  } else if (screen.step === "given_back" && phase === "warning") clear(); // nothing is lost here
  else if (phase === "warning") warn(leftS);
}

// -- fingers and keys ------------------------------------------------------------------------------

function touched(event) {
  const warned = part("dialog").open && part("dialog").dataset.name === "warning";
  const isWarning = warned || (screen.step === "result" && idleResult.at(now()).phase === "warning");
  // While it warns, a press on a button is that button's: redrawing would take it from under the finger.
  if (isWarning && event.target instanceof Element && event.target.closest("button")) return;
  if (warned) return;
  idleStep.touch(now());
  idleResult.touch(now());
}

addEventListener("pointerdown", touched, { passive: true });
addEventListener("keydown", touched);
addEventListener("scroll", touched, { passive: true, capture: true });
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("dragstart", (event) => event.preventDefault());
addEventListener(
  "click",
  (event) => {
    if (event.target instanceof Element && event.target.closest('[aria-disabled="true"]')) event.stopImmediatePropagation();
  },
  { capture: true },
);
part("dialog").addEventListener("cancel", () => idleStep.touch(now()));
part("end").addEventListener("click", clear);
part("reach").addEventListener("click", () => {
  if (root.dataset.reach === "low") root.removeAttribute("data-reach");
  else root.dataset.reach = "low";
  drawHead();
});

root.dataset.pageId = newId(); // tells tests and technicians whether the page was loaded anew
showClock();
draw();
setInterval(step, STEP_MS);
