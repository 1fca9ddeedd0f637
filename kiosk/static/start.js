// The start page: what one sees without a touch. Two languages at once, the first one large; where the kiosk speaks
// more, a row of their names turns the page to another.

import { localeOf } from "/static/texts.js";
import { halfHours, waitWords } from "/static/waits.js";
import { h, icon } from "./dom.js";
import { languageButtons } from "./head.js";
import { nextOpening, weekdayOf, wordOf } from "./opening.js";
import { clockOf, dayWords } from "./when.js";

/** Say in which state the start page is: "open", "lost", or why no numbers are given out. */
export function stateOf(picture, live) {
  if (live !== "live" || picture === null) return "lost";
  return picture.giving ? "open" : picture.reason || "stopped";
}

/** The wait in one language: large figures and a small unit. Without an open counter nobody knows it: then these words. */
export function waitNodes(t, wait, without = "kiosk.no_counter") {
  if (!wait) return [h("span", { class: "unknown" }, t(without))];
  const told = waitWords(wait);
  const unit = t(halfHours(wait) ? "kiosk.hours_unit" : "kiosk.minutes");
  return [h("span", { class: "number", "data-say": saidWait(t, wait) }, t(`kiosk.wait_${told.form}`, told)), h("span", { class: "unit", "data-say": "" }, ` ${unit}`)];
}

/** The wait as it is read aloud: a voice may know no "½". */
function saidWait(t, wait) {
  const halves = halfHours(wait);
  const [from, to] = halves?.map((one) => (one % 2 ? t("kiosk.said_half", { n: Math.floor(one / 2) }) : one / 2)) ?? [wait.from_min, wait.to_min];
  return t(`kiosk.said_${waitWords(wait).form}`, { from, to });
}

export function waitingWords(t, count) {
  return count === 0 ? t("kiosk.nobody_waits") : t("kiosk.waiting", { n: count });
}

/** A text in all languages, the first one large; equal ones once. */
function inAll(texts, say, tag = "p", className = "") {
  const seen = new Set();
  const lines = [...texts].map(([language, t]) => [language, say(t, language)]);
  return lines
    .filter(([, words]) => words && !seen.has(words) && seen.add(words))
    .map(([language, words], index) =>
      h(index === 0 ? tag : "p", { lang: language, class: `${className} ${index === 0 ? "" : "also"}`.trim() }, words),
    );
}

/** The languages in which the start page speaks: that of whom it was turned to, else the kiosk's first, and one more. */
function spoken(texts, language) {
  const main = (one) => one.split("-")[0];
  const others = [...texts.keys()].filter((one) => main(one) !== main(language));
  return new Map([language, ...others.slice(0, 1)].map((one) => [one, texts.get(one)]));
}

/** The names of all languages, where not all are spoken at once. */
function languageRow(texts, language, onLanguage) {
  if (texts.size <= 2) return null;
  const buttons = languageButtons({ texts, languages: [...texts.keys()], language, onLanguage });
  return h("div", { class: "start__languages", role: "group", "aria-label": texts.get(language)("kiosk.languages") }, buttons);
}

/** The start page. `texts`: language → t; `language`: the first to be spoken. `local`: the site's {date, time}. */
export function startView({ config, texts: all, language, picture, live, local, hasScanner, onLanguage, onBegin, onArrive, onBook }) {
  const state = stateOf(picture, live);
  const texts = state === "out_of_service" ? all : spoken(all, language); // nobody can turn that page
  const row = languageRow(all, language, onLanguage);
  const pressed = row ? new Map([[language, all.get(language)]]) : texts;
  return h(
    "section",
    { class: "start", "data-state": state },
    h("div", { class: "start__hero" }, state === "open" ? hero({ texts, picture, local }) : stopped({ config, texts, picture, state, local, hasScanner })),
    state === "open" && h("div", { class: "start__begin" }, row, config.unreviewed[language] && h("p", { class: "soft", lang: language }, config.unreviewed[language]), printerNote(texts, picture), begins(pressed, onBegin), config.books && arrives(pressed, onArrive), hasScanner && scanNote(texts)),
    state !== "open" && config.books && expectsVisitors(state, config, local) && h("div", { class: "start__begin start__begin--only" }, row, books(state, picture) && bookings(pressed, onBook), arrives(pressed, onArrive)),
  );
}

/** Who has an appointment is expected, also while no numbers are given out; not when the house stays closed today. */
function expectsVisitors(state, config, local) {
  if (state === "lost" || state === "out_of_service") return false;
  return state !== "closed" || nextOpening(config, local)?.days === 0;
}

/** Whether two start pages differ in their figures only. */
export function sameParts(here, next) {
  const isNoted = (one) => [".start__note", ".book-button"].map((part) => Boolean(one.querySelector(part))).join();
  const first = (one) => one.querySelector("h1")?.lang;
  return here.dataset.state === next.dataset.state && first(here) === first(next) && here.children.length === next.children.length && isNoted(here) === isNoted(next);
}

function hero({ texts, picture, local }) {
  const [[language, t], ...others] = [...texts];
  const unknown = picture.wait === null;
  return [
    h("div", { class: "start__label" }, inAll(texts, (one) => one("kiosk.wait"), "h1")),
    h("p", { class: "start__wait", lang: language }, waitNodes(t, picture.wait)),
    unknown && others.map(([code, one]) => h("p", { class: "also start__unknown", lang: code }, one("kiosk.no_counter"))),
    h("div", { class: "start__count" }, icon("people"), h("div", {}, inAll(texts, (one) => waitingWords(one, picture.waiting_count)))),
    freeTimes({ texts, picture, local }),
    h("div", { class: "start__giving" }, icon("check"), h("div", {}, inAll(texts, (one) => one("kiosk.giving")))),
  ];
}

/** Free times of today without a touch, beside the wait; or the next day that has one (B2). */
function freeTimes({ texts, picture, local }) {
  const { today = [], next: first = null } = picture.free ?? {};
  const next = first && first.slice(0, 10) > local.date ? first : null;
  const say = (t, language) => {
    // What is past by now is not named, should the picture be a minute old; nor, after midnight, yesterday's evening.
    const times = today.filter((one) => one.slice(0, 10) === local.date).map(clockOf).filter((one) => one > local.time);
    if (times.length > 0) return t("kiosk.free_today", { times: times.join("\u00a0· ") });
    return next && t("kiosk.free_next", { day: dayWords(next.slice(0, 10), language) });
  };
  const lines = inAll(texts, say);
  return lines.length > 0 ? h("div", { class: "start__free" }, icon("calendar"), h("div", {}, lines)) : null;
}

function begins(texts, onBegin) {
  return [...texts].map(([language, t], index) =>
    h(
      "button",
      { type: "button", lang: language, class: `begin ${index === 0 ? "begin--first" : ""}`.trim(), on: { click: () => onBegin(language) } },
      h("span", { class: "begin__language" }, t("kiosk.language")),
      h("span", { class: "begin__words" }, t("kiosk.begin")),
      icon("next"),
    ),
  );
}

const arrives = (texts, onArrive) => secondButtons(texts, "kiosk.arrive", "arrive-button", "check", onArrive);
const bookings = (texts, onBook) => secondButtons(texts, "kiosk.book", "book-button", "calendar", onBook);

function secondButtons(texts, key, className, drawing, onTouch) {
  const buttons = [...texts].map(([language, t]) => h("button", { type: "button", lang: language, class: className, on: { click: () => onTouch(language) } }, icon(drawing), h("span", {}, t(key))));
  return h("div", { class: "start__arrive" }, buttons);
}

/** No number now is no reason to go home with nothing, where another time is free. */
function books(state, { free }) {
  return BOOKS_MEANWHILE.has(state) && Boolean(free?.next || free?.today.length);
}

/** Who takes a number should know before that there will be no slip. */
function printerNote(texts, picture) {
  if (printerWorks(picture.printer)) return null;
  return h("div", { class: "notice notice--warn start__note" }, inAll(texts, (t) => t("kiosk.no_slips"), "p", "strong"));
}

export function printerWorks(word) {
  return word === "ready" || word === "busy" || word === "paper_low";
}

/** For who has a number already. Only where a scanner was seen: nobody looks for what is not there. */
function scanNote(texts) {
  return h("div", { class: "start__scan" }, icon("paper"), h("div", {}, inAll(texts, (t) => t("kiosk.scan_slip"))));
}

const BOOKS_MEANWHILE = new Set(["stopped", "queue_full", "past_closing"]);
const WITH_HOURS = new Set(["closed", "past_closing"]);

function stopped({ config, texts, picture, state, local, hasScanner }) {
  const word = wordOf(state, config, local);
  const closure = state === "closed" && config.closures.find((one) => one.on === local.date);
  const again = WITH_HOURS.has(state) ? nextOpening(config, local) : null;
  const reason = closure && inAll(texts, (_, l) => closure.reason[l] ?? closure.reason.de);
  return [
    h("div", { class: "start__words" }, [
      h("div", { class: "start__why" }, inAll(texts, (t) => t(`kiosk.why_${word}`), "h1")),
      reason?.length > 0 && h("div", { class: "start__what start__reason" }, reason),
      again && word !== "past_break" && h("div", { class: "start__again" }, icon("clock"), h("div", {}, inAll(texts, (t, l) => againWords(t, l, again)))),
      h("div", { class: "start__what" }, inAll(texts, (t) => insteadWords(t, picture) ?? t(`kiosk.then_${word}`, { opens: again?.opens }))),
      state === "queue_full" && h("div", { class: "start__count" }, icon("people"), h("div", {}, inAll(texts, (t) => waitingWords(t, picture.waiting_count)))),
      hasScanner && state !== "lost" && scanNote(texts),
    ]),
    WITH_HOURS.has(state) && config.opening.length > 0 && hours(config, texts, local),
  ];
}

/** Where to go from a kiosk that is out of service: another one nearby; null where there is none. */
function insteadWords(t, picture) {
  return picture?.instead?.length > 0 ? t("kiosk.instead", { names: picture.instead.join(", ") }) : null;
}

function againWords(t, language, { on, days, opens }) {
  if (days < 2) return t(days === 0 ? "kiosk.opens_today" : "kiosk.opens_tomorrow", { opens });
  return t("kiosk.opens_on", { day: dayWords(on, language), opens });
}

/** The week, in the first language: days and figures read the same in all of them. */
function hours(config, texts, local) {
  const [language, t] = [...texts][0];
  const days = new Map();
  for (const one of config.opening) days.set(one.weekday, [...(days.get(one.weekday) ?? []), one]);
  // 5 January 2026 was a Monday
  const name = (code, day) => new Intl.DateTimeFormat(localeOf(code), { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2026, 0, 5 + day));
  const span = (one) => h("span", {}, t("kiosk.hours_span", { opens: one.opens, closes: one.closes }));
  const others = [...texts.keys()].slice(1, 2);
  const isClosedToday = config.closures.some((one) => one.on === local.date);
  const spans = (day, list) =>
    isClosedToday && day === weekdayOf(local.date)
      ? h("div", { class: "start__shut" }, inAll(texts, (one) => one("kiosk.hours_shut"), "span"))
      : list.sort((a, b) => a.opens.localeCompare(b.opens)).map(span);
  const rows = [...days].sort(([a], [b]) => a - b).map(([day, list]) =>
    h(
      "tr",
      { "aria-current": day === weekdayOf(local.date) ? "date" : null },
      h("th", { scope: "row" }, name(language, day), others.map((code) => h("span", { class: "also", lang: code }, name(code, day)))),
      h("td", { class: "number" }, spans(day, list)),
    ),
  );
  return h("table", { class: "start__hours", lang: language }, h("caption", {}, inAll(texts, (one) => one("kiosk.hours"))), h("tbody", {}, rows));
}
