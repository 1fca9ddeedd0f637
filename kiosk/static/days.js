// Choosing a day and a time for an appointment: the sheet of days and the times of one. Views and the rules
// behind them; no network.

import { button, h, icon, problemNode, scroller } from "./dom.js";
import { timeButton } from "./later.js";
import { weekdayOf } from "./opening.js";
import { addDays, clockOf, dayWords } from "./when.js";

const SHOWN = new Set(["free", "full"]);
const WORK_DAYS = 5;
const STATE_ICON = { free: "check", full: "cross", closed: "minus", not_yet: "clock", past: "minus" };
/** So many times of one part of a day are all shown; of more, one in each quarter of an hour. */
const FEW = 12;
const PARTS = [[17, "evening"], [13, "afternoon"], [11, "noon"], [6, "morning"], [0, "night"]];

/**
 * The days in weeks from Monday, each a list with null where nothing stands: without the weeks behind the last
 * day that may have times, and without weekends on which there never are any.
 */
export function weeksOf(days) {
  const last = days.findLastIndex((one) => SHOWN.has(one.state));
  const shown = days.slice(0, last + 1);
  if (shown.length === 0) return { columns: [], weeks: [] };
  const used = new Set(shown.filter((one) => SHOWN.has(one.state)).map((one) => weekdayOf(one.date)));
  const columns = [0, 1, 2, 3, 4, 5, 6].filter((day) => day < WORK_DAYS || used.has(day));
  const monday = (date) => addDays(date, -weekdayOf(date));
  const weeks = new Map();
  for (const one of shown) {
    const key = monday(one.date);
    if (!weeks.has(key)) weeks.set(key, new Map());
    weeks.get(key).set(weekdayOf(one.date), one);
  }
  const rows = [...weeks.values()].map((week) => columns.map((day) => week.get(day) ?? null));
  return { columns, weeks: rows.filter((row) => row.some((one) => one && one.state !== "past")) };
}

/** Times by part of the day: [[part, [iso]]]; where there are many, one in each quarter of an hour. */
export function partsOf(times) {
  const parts = new Map();
  for (const iso of times) {
    const [, part] = PARTS.find(([hour]) => Number(iso.slice(11, 13)) >= hour);
    parts.set(part, [...(parts.get(part) ?? []), iso]);
  }
  return [...parts].map(([part, all]) => [part, all.length > FEW ? oneAQuarter(all) : all]);
}

function oneAQuarter(times) {
  const seen = new Set();
  return times.filter((iso) => {
    const quarter = `${iso.slice(0, 13)} ${Math.floor(Number(iso.slice(14, 16)) / 15)} ${iso.slice(16)}`;
    return !seen.has(quarter) && seen.add(quarter);
  });
}

/** The sheet of days. `sheet`: {days, first_free}, null while it is asked for. */
export function daysView({ t, language, sheet, problem, onDay, onTime, onBack }) {
  const table = sheet && weeksOf(sheet.days);
  const body = !table ? h("p", { class: "waits" }, h("span", { class: "spinner" })) : table.weeks.length === 0 ? noneFree(t) : calendar({ t, language, sheet, table, onDay, onTime });
  return {
    title: t("kiosk.days_title"),
    hint: table?.weeks.length ? t("kiosk.days_hint") : "",
    body: [problemNode(problem), scroller(body, { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") })].filter(Boolean),
    foot: [button(t("kiosk.back"), { before: "back", kind: "button--quiet" }, onBack)],
  };
}

function noneFree(t) {
  return h("div", { class: "notice notice--info" }, h("p", { class: "notice__title" }, t("kiosk.days_none")), h("p", {}, t("kiosk.days_none_text")));
}

function calendar({ t, language, sheet, table, onDay, onTime }) {
  const heads = table.columns.map((day) => h("th", { scope: "col" }, weekdayName(day, language)));
  const rows = table.weeks.map((week) => h("tr", {}, week.map((one) => h("td", {}, one && dayButton(t, language, one, onDay)))));
  const reasons = table.weeks.flat().filter((one) => one?.state === "closed" && one.reason?.de);
  return h(
    "div",
    { class: "days" },
    sheet.first_free && earliest(t, language, sheet.first_free, onTime),
    h("table", { class: "days__sheet" }, h("caption", { class: "visually-hidden" }, t("kiosk.days_sheet")), h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows)),
    reasons.length > 0 && h("ul", { class: "days__reasons" }, reasons.map((one) => h("li", {}, t("kiosk.day_reason", { day: dayWords(one.date, language), reason: one.reason[language] ?? one.reason.de })))),
  );
}

function weekdayName(day, language) {
  return dayWords(addDays("2026-01-05", day), language, { weekday: "short" }); // that was a Monday
}

function earliest(t, language, iso, onTime) {
  const when = t("kiosk.day_and_time", { day: dayWords(iso.slice(0, 10), language), time: clockOf(iso) });
  return h("button", { type: "button", class: "days__first", on: { click: () => onTime(iso) } }, icon("calendar"), h("span", {}, h("span", { class: "days__label" }, t("kiosk.earliest")), h("span", { class: "days__when number" }, when)), icon("next"));
}

/** Told apart by colour, by a word and by a sign. */
function dayButton(t, language, { date, state }, onDay) {
  const isFree = state === "free";
  return h(
    "button",
    { type: "button", class: `day day--${state}`, "data-date": date, "aria-disabled": isFree ? null : "true", on: { click: () => isFree && onDay(date) } },
    h("span", { class: "visually-hidden" }, `${dayWords(date, language, { weekday: "long" })} `),
    h("span", { class: "day__date" }, h("span", { class: "day__number number" }, String(Number(date.slice(8)))), " ", h("span", { class: "day__month" }, dayWords(date, language, { month: "short" }))),
    " ",
    h("span", { class: "day__state" }, icon(STATE_ICON[state]), h("span", {}, t(`kiosk.day_${state}`))),
  );
}

/** The times of a day. `times`: [iso], null while they are asked for. */
export function timesView({ t, language, date, times, problem, onTime, onBack }) {
  const groups = (times ?? []).length && partsOf(times).map(([part, all]) => h("section", { class: "times__part", "aria-labelledby": `part-${part}` }, h("h2", { id: `part-${part}` }, t(`kiosk.part_${part}`)), h("div", { class: "times__all" }, all.map((iso) => timeButton(t, iso, onTime)))));
  const body = times === null ? h("p", { class: "waits" }, h("span", { class: "spinner" })) : groups ? h("div", { class: "times" }, groups) : h("div", { class: "notice notice--info" }, h("p", { class: "notice__title" }, t("kiosk.times_none")));
  return {
    title: dayWords(date, language),
    hint: groups ? t("kiosk.times_hint") : "",
    body: [problemNode(problem), scroller(body, { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") })].filter(Boolean),
    foot: [button(t("kiosk.other_day"), { before: "back", kind: "button--quiet" }, onBack)],
  };
}
