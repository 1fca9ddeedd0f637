// Coming later instead of waiting (B2): the times beside the wait, and the page that asks once more.

import { button, h, icon, problemNode, scroller } from "./dom.js";

/** A moment as the site's clock shows it: the server writes it on that clock. */
export function clockOf(iso) {
  return iso.slice(11, 16);
}

/** The same some minutes before. */
function before(iso, minutes) {
  const [hour, minute] = clockOf(iso).split(":").map(Number);
  const at = (hour * 60 + minute - minutes + 1440) % 1440;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}

/** The times to choose from; null where there are none. */
export function laterBox({ t, later, busy, onLater }) {
  if (!later || later.length === 0) return null;
  const times = later.map((one) => h("button", { type: "button", class: "later__time number", "aria-disabled": String(busy), on: { click: () => onLater(one) } }, t("kiosk.at_time", { time: clockOf(one) })));
  return h("div", { class: "later" }, icon("calendar"), h("div", { class: "later__words" }, h("h2", {}, t("kiosk.later_or")), h("p", {}, t("kiosk.later_why"))), h("div", { class: "later__times" }, times));
}

/** One time, before it is booked. `parts`: the concern, and what to bring for it. */
export function laterView({ t, config, parts, startsAt, busy, problem, onBack, onBook }) {
  const time = clockOf(startsAt);
  const body = h(
    "div",
    { class: "confirm" },
    h("div", { class: "facts" }, h("div", { class: "fact fact--time" }, icon("calendar"), h("p", { class: "fact__label" }, t("kiosk.your_appointment")), h("p", { class: "fact__value number" }, t("kiosk.at_time", { time })), h("p", { class: "fact__more" }, t("kiosk.later_come", { time: before(startsAt, config.come_early_min) })))),
    parts,
  );
  return {
    title: t("kiosk.later_title", { time }),
    hint: t("kiosk.later_hint"),
    body: [problemNode(problem), scroller(body, { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") })].filter(Boolean),
    foot: [button(t("kiosk.back"), { before: "back", kind: "button--quiet", "aria-disabled": String(busy) }, onBack), button(t("kiosk.later_book"), { kind: "button--primary take", after: "next", "aria-busy": busy ? "true" : null }, onBook)],
  };
}
