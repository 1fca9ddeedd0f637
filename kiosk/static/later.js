// Coming at a time instead of waiting (B2): the times beside the wait, and the page that asks once more.

import { button, h, icon, problemNode, scroller } from "./dom.js";
import { clockOf, dayWords } from "./when.js";

/** A moment's clock some minutes before. */
function before(iso, minutes) {
  const [hour, minute] = clockOf(iso).split(":").map(Number);
  const at = (hour * 60 + minute - minutes + 1440) % 1440;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}

/** "Your appointment today", or on which day. */
export function appointmentWords(t, { language, today, startsAt }) {
  const date = startsAt.slice(0, 10);
  return date === today ? t("kiosk.your_appointment") : t("kiosk.your_appointment_on", { day: dayWords(date, language) });
}

/** A time to touch: bare figures, so that many fit beside each other. */
export function timeButton(t, iso, onTime, more = {}) {
  const time = clockOf(iso);
  return h("button", { type: "button", class: "later__time number", "aria-label": t("kiosk.at_time", { time }), ...more, on: { click: () => onTime(iso) } }, time);
}

/** The times of today and the way to other days, in a place kept while they are asked for; null: cannot be booked. */
export function laterBox({ t, quote, canBook, busy, onLater, onDays }) {
  const later = quote?.later;
  if (!canBook || later === null) return null;
  if (later === undefined) return h("div", { class: "later later--asked" }, h("span", { class: "spinner" }));
  const off = { "aria-disabled": String(busy) };
  const times = later.map((one) => timeButton(t, one, onLater, off));
  const words = h("div", { class: "later__words" }, h("h2", {}, t("kiosk.later_or")), h("p", {}, t(later.length > 0 ? "kiosk.later_why" : "kiosk.later_none")));
  const otherDay = h("button", { type: "button", class: "later__days", ...off, on: { click: () => onDays() } }, h("span", {}, t("kiosk.other_day")), icon("next"));
  return h("div", { class: "later" }, icon("calendar"), words, times.length > 0 && h("div", { class: "later__times" }, times), otherDay);
}

/** One time, before it is booked. `parts`: the concern, and what to bring; `isAsked`: something was typed. */
export function laterView({ t, page, parts, isAsked, onBack, onBook }) {
  const { config, visit, screen } = page;
  const time = clockOf(visit.time);
  const isToday = visit.time.slice(0, 10) === page.today();
  const label = appointmentWords(t, { language: page.language, today: page.today(), startsAt: visit.time });
  const busy = Boolean(screen.busy);
  const body = h(
    "div",
    { class: "confirm" },
    h("div", { class: "facts" }, h("div", { class: "fact fact--time" }, icon("calendar"), h("p", { class: "fact__label" }, label), h("p", { class: "fact__value number" }, t("kiosk.at_time", { time })), h("p", { class: "fact__more" }, t("kiosk.later_come", { time: before(visit.time, config.come_early_min) })))),
    parts,
  );
  return {
    title: isToday ? t("kiosk.later_title", { time }) : t("kiosk.later_title_on", { day: dayWords(visit.time.slice(0, 10), page.language), time }),
    hint: t(isAsked ? "kiosk.later_told" : "kiosk.later_hint"),
    body: [problemNode(screen.problem), scroller(body, { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") })].filter(Boolean),
    foot: [button(t("kiosk.back"), { before: "back", kind: "button--quiet", "aria-disabled": String(busy) }, onBack), button(t("kiosk.later_book"), { kind: "button--primary take", after: "next", "aria-busy": busy ? "true" : null }, onBook)],
  };
}
