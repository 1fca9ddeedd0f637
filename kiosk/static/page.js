// The touch page: joins socket, commands, idle watch, scanner and views. What a visitor chose lives in `visit`
// and is gone with it; views and rules stand in the modules beside this one.

import { connect } from "/static/live.js";
import { directionOf, makeTexts, readJson } from "/static/texts.js";
import { makeArriving } from "./arriving.js";
import { makeBooking } from "./booking.js";
import { newId, post } from "./commands.js";
import { makeDialogs } from "./dialogs.js";
import { h } from "./dom.js";
import { drawHead, makeClock } from "./head.js";
import { makeHelping } from "./helping.js";
import { makeIdle } from "./idle.js";
import { letterBar, letterView } from "./letters.js";
import { makeMinePage } from "./mine_page.js";
import { wordOf } from "./opening.js";
import { drawLooking, drawWord, makeResultPage } from "./result_page.js";
import { makeScan } from "./scan.js";
import { sameParts, startView, stateOf } from "./start.js";
import { categoriesView, confirmView, peopleView, servicesView } from "./steps.js";
import { makeTaking } from "./taking.js";
import { mustBook, newVisit } from "./visit.js";
import { clockOf, dayWords } from "./when.js";

const STEP_MS = 250;
const SCANNER = "has_scanner";
const NOTHING_TO_LOSE = new Set(["given_back", "word"]);

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
const clock = makeClock(config, now);

let picture = null;
let visit = null;
let screen = { step: "start" };

let lead = config.languages[0];

const language = () => visit?.language ?? lead;
const t = (key, params) => texts.get(language())(key, params);
const asKiosk = () => ({ deviceId: config.kiosk_id, language: language() });
const send = (path, body) => post(path, body, asKiosk());
const today = () => clock.local().date;
const sitePath = `/api/v1/sites/${encodeURIComponent(config.site_id)}`;
const kioskPath = `/api/v1/kiosks/${encodeURIComponent(config.kiosk_id)}`;
const dialogs = makeDialogs({ dialog: part("dialog"), config, t, language, onTouch: () => idleStep.touch(now()) });
const someoneIsThere = () => [idleStep, idleResult].forEach((one) => one.touch(now()));
/** What the pages with a number on them need of this one. */
const page = Object.defineProperties(
  { config, main, foot, live, t, now, today, send, go, draw, clear, refusal, dialogs, sitePath, kioskPath, speakAs, idle: idleResult },
  { screen: { get: () => screen }, visit: { get: () => visit }, picture: { get: () => picture }, language: { get: language } },
);
const helping = makeHelping(page, { root, part, onTouch: someoneIsThere });
const result = makeResultPage(page);
const mine = makeMinePage(page);
const arriving = makeArriving(page, { onArrived: (ticket) => result.open(ticket, "arrived") });
const taking = makeTaking(page, { onTaken: (ticket) => result.open(ticket) });
const booking = makeBooking(page, { onBooked: (booked) => result.open(booked, "booked"), onWait: taking.confirm, onPeople: () => toPeople() });

const line = connect(`/live/kiosks/${encodeURIComponent(config.kiosk_id)}`, {
  onFrame(frame) {
    if (frame.kiosk === undefined) return;
    picture = frame.kiosk;
    changed();
    if (screen.step === "mine") mine.renew();
  },
  onMessage(message) {
    if (message.slip) result.hear(message.slip);
  },
  onState: changed,
});

// -- the way through the steps ---------------------------------------------------------------------

function begin(code, booksOnly = false) {
  visit = newVisit(code, booksOnly);
  go({ step: "categories" });
}

function arrive(code) {
  visit = newVisit(code);
  arriving.open();
}

function clear() {
  visit = null;
  lead = config.languages[0];
  helping.reset();
  result.forget();
  booking.forget();
  go({ step: "start" });
}

function go(next) {
  screen = next;
  someoneIsThere();
  draw();
  if (screen.step !== "start") (main.querySelector("[data-first]") ?? main.querySelector("h1") ?? main).focus({ preventScroll: true });
}

const hasScanner = () => localStorage.getItem(SCANNER) !== null;
const wayOn = () => (mustBook(visit, config.categories) ? booking.days() : taking.confirm());
const toCategories = () => go({ step: "categories" });
const toPeople = () => go({ step: "people" });
const toLetter = (letter) => go({ step: "letter", letter });
const toCategory = (category) => go({ step: "services", category });
const onExplain = (service) => dialogs.explain(service);
const views = {
  categories: () => categoriesView({ t, visit, config, letters: letterBar({ t, visit, config, onLetter: toLetter }), onBack: clear, onNext: toPeople, onCategory: toCategory }),
  letter: () => letterView({ t, visit, config, letter: screen.letter, onBack: toCategories, onNext: toPeople, onExplain, onCategory: toCategory, onLetter: toLetter }),
  services: () => servicesView({ t, visit, config, category: screen.category, onBack: toCategories, onNext: toPeople, onExplain }),
  people: () => peopleView({ t, config, visit, onBack: toCategories, onNext: wayOn }),
  confirm: () => confirmView({ t, visit, config, quote: screen.quote, problem: screen.problem, busy: Boolean(screen.busy), canTake: mayTake(), onBack: toPeople, onTake: taking.take, onLater: (time) => booking.choose(time, taking.confirm), onDays: () => booking.days() }),
  ...booking.views,
  arrive: () => arriving.view({ hasScanner: hasScanner() }),
};
const pages = {
  start: drawStart,
  result: () => result.draw(),
  mine: () => mine.draw(),
  word: () => drawWord(page, { ...screen, title: screen.title(), text: screen.text() }),
  looking: () => drawLooking(page, screen.title()),
  given_back: () => drawWord(page, { drawing: "check", title: t("kiosk.given_back", { number: screen.number }), text: t("kiosk.given_back_text") }),
};

function head() {
  const canEnd = visit !== null && !(screen.step in pages);
  drawHead({ part, t, texts, config, language: root.lang, inVisit: visit !== null, canEnd, onLanguage: speak });
}

function draw() {
  root.lang = language();
  root.dir = directionOf(language());
  root.dataset.step = screen.step;
  head();
  helping.draw();
  if (screen.step in pages) pages[screen.step]();
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
  clock.show(part, lead);
  const next = startView({ config, texts, language: lead, picture, live: line.state(), local: clock.local(), hasScanner: hasScanner(), onLanguage: turn, onBegin: (code) => begin(code), onArrive: arrive, onBook: (code) => begin(code, true) });
  const here = main.querySelector(".start");
  // Only the figures change while somebody is about to press: a button replaced under a finger is a lost press.
  if (here && sameParts(here, next)) here.firstElementChild.replaceChildren(...next.firstElementChild.childNodes);
  else main.replaceChildren(next);
}

/** Turn the start page to another language, until somebody goes on or nobody does. */
function turn(code) {
  lead = code;
  idleStep.touch(now());
  draw();
  main.querySelector('.start__languages [aria-pressed="true"]')?.focus();
}

function speak(code) {
  visit.language = code;
  draw();
  part("languages").querySelector('[aria-pressed="true"]')?.focus();
}

/** Go on in the language that was chosen with the number, unless one was chosen here. */
function speakAs(code) {
  if (!screen.wasSpeaking && texts.has(code)) visit.language = code;
  draw();
}

// -- what the server says --------------------------------------------------------------------------

function canTake() {
  return stateOf(picture, line.state()) === "open";
}

const mayTake = () => canTake() && !screen.quote?.not_admitted && screen.quote?.wait?.before_closing !== "unlikely";

function refusal(error) {
  if (error.code === "offline") return t("kiosk.then_lost");
  if (error.code === "not_issuing") return t(`kiosk.why_${wordOf(error.params.reason, config, clock.local())}`);
  if (error.code === "not_admitted" && error.params.next) return t("kiosk.not_admitted_until", { day: dayWords(error.params.next.slice(0, 10), visit.language), time: clockOf(error.params.next) });
  if (error.code === "too_many_bookings") return t("kiosk.too_many_bookings");
  return t(`error.${error.code}`, error.params);
}

// -- time ------------------------------------------------------------------------------------------

function changed() {
  if (screen.step === "start") drawStart();
  else if (screen.step === "result") result.draw();
  else if (screen.step === "confirm") foot.querySelector(".take")?.setAttribute("aria-disabled", String(!mayTake()));
  renewWhenIdle();
}

/** A new set-up or program is taken up between two visitors; once for each, so that it never turns in circles. */
function renewWhenIdle() {
  const version = picture?.config_version;
  const program = picture?.program ?? config.program;
  const isOurs = version === config.config_version && program === config.program;
  if (screen.step !== "start" || helping.any() || version === undefined || isOurs) return;
  const wanted = `${version} ${program}`;
  if (sessionStorage.getItem("reloaded_for") === wanted) return;
  sessionStorage.setItem("reloaded_for", wanted);
  location.reload();
}

let minute = "";

function step() {
  const { time } = clock.local();
  if (time !== minute) {
    minute = time;
    clock.show(part, lead);
    if (screen.step === "start") drawStart(); // "tomorrow" becomes "today" at midnight
  }
  if (helping.isAnswering() && !isWarning()) someoneIsThere(); // who listens is there
  if (screen.step === "start") stepStart();
  else if (isNumber()) stepNumber();
  else stepChoice();
  helping.warned(isWarning());
}

const isNumber = () => screen.step === "result" || screen.step === "mine";
const isWarning = () => dialogs.isWarning() || (isNumber() && idleResult.at(now()).phase === "warning");

function stepStart() {
  const isTurned = lead !== config.languages[0] || helping.any() || dialogs.isOpen();
  if (!isTurned || idleStep.at(now()).phase === "quiet") return;
  dialogs.close();
  clear();
}

function stepNumber() {
  const { phase } = idleResult.at(now());
  const nothingToLose = screen.step === "mine" && !main.querySelector(".mine");
  if (phase === "over" || (phase === "warning" && nothingToLose)) {
    dialogs.close();
    clear();
  } else if (!nothingToLose) pages[screen.step]();
}

function stepChoice() {
  const { phase, leftS } = idleStep.at(now());
  if (phase === "over" || (phase === "warning" && NOTHING_TO_LOSE.has(screen.step))) {
    dialogs.close();
    clear();
  } else if (phase === "warning") dialogs.warn(leftS, clear);
}

// -- fingers, keys and the scanner -----------------------------------------------------------------

function touched(event) {
  // While it warns, a press on a button is that button's: redrawing would take it from under the finger.
  if (isWarning() && event.target instanceof Element && event.target.closest("button")) return;
  if (!dialogs.isWarning()) someoneIsThere();
}

/** A slip was read. While a number is being taken nothing else is: it would not be shown to anybody. */
function scanned(open) {
  if (screen.busy) return;
  const wasSpeaking = visit !== null;
  dialogs.close();
  visit = newVisit(language());
  open();
  screen.wasSpeaking = wasSpeaking;
}

function scannedCode(code) {
  localStorage.setItem(SCANNER, "1");
  mine.open(code);
}

function scannedAppointment(code) {
  localStorage.setItem(SCANNER, "1");
  arriving.openCode(code);
}

const scan = makeScan({ onCode: (code) => scanned(() => scannedCode(code)), onAppointment: (code) => scanned(() => scannedAppointment(code)), onOther: () => scanned(mine.unknown), isTyping: () => screen.step === "field" });

function keyed(event) {
  if (!scan(event)) {
    touched(event);
    if (!helping.pressed(event)) return;
    if (!dialogs.isWarning()) someoneIsThere();
  }
  event.preventDefault(); // the scanner's Enter presses no button
  event.stopImmediatePropagation();
}

addEventListener("pointerdown", touched, { passive: true });
addEventListener("keydown", keyed, { capture: true });
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
part("end").addEventListener("click", clear);

root.dataset.pageId = newId(); // tells tests and technicians whether the page was loaded anew
draw();
step();
setInterval(step, STEP_MS);
