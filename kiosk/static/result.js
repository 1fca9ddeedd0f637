// The page that shows the number. It stands whatever becomes of the slip: saved first, printed second.

import { numberNode } from "/static/digits.js";
import { button, h, icon } from "./dom.js";
import { appointmentWords } from "./later.js";
import { printerWorks, waitNodes } from "./start.js";
import { clockOf } from "./when.js";

/** How long the printer may be silent before the visitor is asked to note the number. */
export const SLIP_LATE_MS = 12_000;
const AIR_PX = 24; // around the number

/** What became of the slip, as the page words it: printing, ready, failed (nothing came), unsure (look for it). */
export function slipState({ word, printer, waitedMs }) {
  if (word?.state === "printed" || word?.state === "sent") return "ready";
  if (word?.state === "unknown") return "unsure";
  if (word?.state === "refused") return "failed";
  if (!printerWorks(printer) && waitedMs > 1500) return "failed";
  return waitedMs > SLIP_LATE_MS ? "unsure" : "printing";
}

/** The number, huge, and where to wait. `kind`: a number "taken", an appointment "arrived" or "booked". */
export function resultView({ t, config, language, today, ticket, kind, slip, code, closingS, settling, busy, problem, on }) {
  const area = config.areas.find((one) => one.id === ticket.area_id);
  const words = (texts) => texts[language] ?? texts.de;
  return h(
    "section",
    { class: "result", "data-slip": slip },
    h(
      "div",
      { class: "result__number" },
      h("h1", { class: "result__label", tabindex: -1 }, t("kiosk.your_number"), h("span", { class: "visually-hidden" }, ` ${ticket.number}`)),
      numberNode(ticket.number, "result__digits number"),
    ),
    h(
      "div",
      { class: "result__more" },
      kind !== "taken" && appointed(t, { language, today, ticket, kind }),
      ticket.then && h("p", { class: "result__line" }, t("kiosk.arrived_then", { time: clockOf(ticket.then.starts_at), number: ticket.then.number })),
      area && kind !== "booked" && h("div", { class: "result__area" }, icon("pin"), h("div", {}, h("p", { class: "soft" }, t("kiosk.wait_here")), h("p", { class: "result__place" }, words(area.name)), h("p", {}, words(area.hint ?? {})))),
      ticket.wait && (kind === "taken" || ticket.arrival === "late") && h("div", { class: "result__area" }, icon("clock"), h("div", {}, h("p", { class: "soft" }, t("kiosk.wait_for_you")), h("p", { class: "result__place" }, waitNodes(t, ticket.wait)))),
      ticket.bring?.length > 0 && bring(t, ticket.bring.map(words)),
      ticket.bring === null && bringUnnamed(t),
      slipNotice({ t, config, ticket, kind, slip, code }),
      problem && h("div", { class: "notice notice--bad", role: "alert" }, h("p", { class: "notice__title" }, problem)),
    ),
    h(
      "div",
      { class: "result__acts" },
      kind === "taken" && button(t("kiosk.give_back"), { kind: "button--quiet" }, on.giveBack),
      slip !== "ready" && slip !== "printing" && button(t("kiosk.print_again"), { before: "printer", "aria-disabled": String(busy) }, on.reprint),
      closingButtons({ t, closingS, settling, onDone: on.done, onMoreTime: on.moreTime }),
    ),
  );
}

/** A reminder of what to have along, with nothing to press. */
function bring(t, lines) {
  return h(
    "div",
    { class: "result__area result__bring" },
    icon("paper"),
    h("div", {}, h("h2", { class: "result__ask" }, t("kiosk.have_all")), h("ul", {}, lines.map((line) => h("li", {}, line))), h("p", { "data-more": "", hidden: true }, t("kiosk.have_more")), h("p", { class: "soft" }, t("kiosk.have_not"))),
  );
}

/** The same for who typed a number and a time: anybody may have overheard them, and the server names no documents. */
function bringUnnamed(t) {
  return h("div", { class: "result__area result__bring" }, icon("paper"), h("div", {}, h("h2", { class: "result__ask" }, t("kiosk.have_all")), h("p", {}, t("kiosk.have_list"))));
}

/** Make room for the reminder, then leave only so many lines as have some: the number and the word on the slip come first. */
export function fitReminder(root) {
  const block = root.querySelector(".result__bring");
  if (!block) return;
  if (isCrowded(root)) root.querySelector(".result").classList.add("result--bring");
  const rest = block.querySelector("[data-more]");
  const lines = [...block.querySelectorAll("li")];
  while (isCrowded(root) && lines.length > 0) {
    lines.pop().remove();
    rest.hidden = false;
  }
  if (lines.length === 0) block.querySelector("ul")?.remove();
  if (isCrowded(root)) block.querySelector("p:last-child").remove();
  if (isCrowded(root)) block.remove();
}

function isCrowded(root) {
  const box = (part) => root.querySelector(part).getBoundingClientRect();
  const [field, label, digits, more] = [box(".result__number"), box(".result__label"), box(".result__digits"), root.querySelector(".result__more")];
  const isCut = (node) => node.scrollHeight > node.clientHeight + 1 && getComputedStyle(node).overflowY !== "visible";
  return isCut(more) || isCut(root.querySelector(".result")) || label.top < field.top + AIR_PX || digits.bottom > field.bottom - AIR_PX;
}

/** "Done"; while the page is about to close by itself, with the seconds and "more time". */
export function closingButtons({ t, closingS, settling = false, kind = "button--primary", onDone, onMoreTime }) {
  if (closingS === null) return button(t("kiosk.done"), { before: "check", kind, "aria-disabled": String(settling) }, onDone);
  return [button(t("kiosk.more_time"), { before: "clock" }, onMoreTime), button(t("kiosk.done_in", { s: closingS }), { kind, "data-closing": "" }, onDone)];
}

/** The appointed time, and what it means now. */
function appointed(t, { language, today, ticket, kind }) {
  const time = clockOf(ticket.starts_at);
  const words = kind === "booked" ? t("kiosk.later_come", { time: clockOf(ticket.come_at) }) : t(`kiosk.arrived_${ticket.arrival}`, { time });
  return h("div", { class: "result__area result__time" }, icon("calendar"), h("div", {}, h("p", { class: "soft" }, kind === "booked" ? appointmentWords(t, { language, today, startsAt: ticket.starts_at }) : t("kiosk.your_time")), h("p", { class: "result__clock number" }, t("kiosk.at_time", { time })), h("p", { class: "result__line" }, words)));
}

function slipNotice({ t, config, ticket, kind, slip, code }) {
  if (slip === "printing") return h("div", { class: "slip slip--printing" }, h("span", { class: "spinner" }), h("p", {}, t("kiosk.slip_printing")));
  if (slip === "ready") return h("div", { class: "slip slip--ready" }, icon("paper"), h("p", {}, t("kiosk.slip_ready")), icon("down"));
  const known = ["paper_out", "cover_open"].includes(code);
  return h(
    "div",
    { class: "slip slip--failed" },
    h("div", { class: "slip__words" }, h("p", { class: "strong" }, t(`kiosk.slip_${slip}`)), known && h("p", {}, t(`kiosk.printer_${code}`)), h("p", {}, t(config.has_qr ? "kiosk.note_or_scan" : "kiosk.note_number", { number: ticket.number }))),
    config.has_qr && h("img", { class: "slip__qr", src: `/kiosk/${encodeURIComponent(config.kiosk_id)}/${kind === "booked" ? "appointments" : "tickets"}/${ticket.id}/qr.svg`, alt: t("kiosk.qr_alt") }),
  );
}
