// The start page: what one sees without a touch. All languages of the kiosk at once, the first one large.

import { h, icon } from "./dom.js";

/** Say in which state the start page is: "open", "lost", or why no numbers are given out. */
export function stateOf(picture, live) {
  if (live !== "live" || picture === null) return "lost";
  return picture.giving ? "open" : picture.reason || "stopped";
}

/** The wait in one language: large figures and a small unit, or words when nobody knows. */
export function waitNodes(t, wait) {
  if (!wait) return [h("span", { class: "unknown" }, t("kiosk.wait_unknown"))];
  const figures = wait.from_min === 0 ? t("kiosk.wait_short", { to: wait.to_min }) : t("kiosk.wait_range", { from: wait.from_min, to: wait.to_min });
  return [h("span", { class: "number" }, figures), h("span", { class: "unit" }, ` ${t("kiosk.minutes")}`)];
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

/** The start page. `texts`: language → t. */
export function startView({ config, texts, picture, live, date, onBegin }) {
  const state = stateOf(picture, live);
  return h(
    "section",
    { class: "start", "data-state": state },
    h("div", { class: "start__hero" }, state === "open" ? hero(texts, picture) : stopped(config, texts, state, date)),
    state === "open" && h("div", { class: "start__begin" }, printerNote(texts, picture), begins(texts, onBegin)),
  );
}

function hero(texts, picture) {
  const [[language, t], ...others] = [...texts];
  const unknown = picture.wait === null;
  return [
    h("div", { class: "start__label" }, inAll(texts, (one) => one("kiosk.wait"), "h1")),
    h("p", { class: "start__wait", lang: language }, waitNodes(t, picture.wait)),
    unknown && others.map(([code, one]) => h("p", { class: "also start__unknown", lang: code }, one("kiosk.wait_unknown"))),
    h("div", { class: "start__count" }, icon("people"), h("div", {}, inAll(texts, (one) => waitingWords(one, picture.waiting_count)))),
    h("div", { class: "start__giving" }, icon("check"), h("div", {}, inAll(texts, (one) => one("kiosk.giving")))),
  ];
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

/** Who takes a number should know before that there will be no slip. */
function printerNote(texts, picture) {
  if (printerWorks(picture.printer)) return null;
  return h("div", { class: "notice notice--warn start__note" }, inAll(texts, (t) => t("kiosk.no_slips"), "p", "strong"));
}

export function printerWorks(word) {
  return word === "ready" || word === "busy" || word === "paper_low";
}

function stopped(config, texts, state, date) {
  const closure = state === "closed" && config.closures.find((one) => one.on === date);
  return [
    h("div", { class: "start__why" }, inAll(texts, (t) => t(`kiosk.why_${state}`), "h1")),
    h("div", { class: "start__what" }, inAll(texts, (t) => t(`kiosk.then_${state}`))),
    closure && h("div", { class: "start__what strong" }, inAll(texts, (_, l) => closure.reason[l] ?? closure.reason.de)),
    state === "closed" && config.opening.length > 0 && hours(config, texts),
  ];
}

function hours(config, texts) {
  const [language, t] = [...texts][0];
  const days = new Map();
  for (const one of config.opening) days.set(one.weekday, [...(days.get(one.weekday) ?? []), one]);
  // 5 January 2026 was a Monday
  const name = (day) => new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2026, 0, 5 + day));
  const span = (one) => t("kiosk.hours_span", { opens: one.opens, closes: one.closes });
  const rows = [...days].sort(([a], [b]) => a - b).map(([day, list]) =>
    h("tr", {}, h("th", { scope: "row" }, name(day)), h("td", { class: "number" }, list.map(span).join("  "))),
  );
  return h("table", { class: "start__hours", lang: language }, h("caption", {}, t("kiosk.hours")), h("tbody", {}, rows));
}
