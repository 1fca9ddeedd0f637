// What is asked before an act, and which act a key may start now. Pure: it describes dialogs, page.js opens them.

import { asks, beside, mayNote, primary } from "./acts.js";
import { ticketById } from "./model.js";
import { startPick } from "./picker.js";

/** These acts leave the dialog open in which they were pressed. */
export const KEEPS_OPEN = new Set(["reprint", "display", "issuing", "call_mode", "note"]);

const QUESTIONS = {
  finish: (now) => ({ title: "counter.finish_title", text: "counter.finish_text", label: "counter.done", values: { number: now.current.number } }),
  put_back: (now) => ({ title: "counter.put_back_title", text: "counter.put_back_text", label: "counter.put_back", values: { number: now.current.number } }),
  take_over: (now) => ({ title: "counter.take_over_title", text: "counter.take_over_text", label: "counter.take_over", values: { name: now.holder ?? "" } }),
  cancel: (now, wanted) => ({
    title: "counter.cancel_title",
    text: "counter.cancel_text",
    label: "counter.cancel_ticket",
    values: { number: ticketById(now, wanted.ticket)?.number ?? "" },
  }),
};
const ALWAYS = new Set(["take_over", "cancel"]);

/** The question before an act, as a dialog's state; null when the act needs none. */
export function questionFor(id, now, wanted) {
  if (!(id in QUESTIONS) || !(ALWAYS.has(id) || asks(now, id))) return null;
  return { name: "ask", yes: id, wanted, ...QUESTIONS[id](now, wanted) };
}

const DIALOGS = {
  transfer: (now) => ({ name: "transfer", about: now.current.id, pick: startPick(now.current) }),
  concern: (now) => ({ name: "concern", about: now.current.id, pick: startPick(now.current) }),
  join: (now, wanted) => (wanted.ticket === undefined ? { name: "join", about: now.current.id } : null),
  missing: () => ({ name: "missing" }),
  choose: () => ({ name: "choose" }),
  walk_in: () => ({ name: "walk_in", pick: startPick() }),
  close: () => ({ name: "close" }),
  more: () => ({ name: "more" }),
  devices: () => ({ name: "devices" }),
  help: () => ({ name: "help" }),
};

/** The dialog in which an act's details are chosen; null when it has none. */
export function dialogFor(id, now, wanted) {
  return DIALOGS[id]?.(now, wanted) ?? null;
}

/** Whether a key may start an act now: the same acts that buttons offer. */
export function mayByKey(id, now) {
  if (now.watching) return false;
  if (["primary", "walk_in", "issuing", "call_mode", "devices"].includes(id)) return true;
  if (id === "missing") return mayNote(now);
  if (id === "undo") return now.undoMs > 0;
  if (id === "choose") return now.mine && !now.paused;
  if (id === "pause" || id === "close") return now.mine;
  return primary(now)?.id === id || beside(now).some((one) => one.id === id);
}

/** Services only when they changed: a mere change of counter keeps the concern as it is. */
export function transferBody(counter, picked, now) {
  const before = now.current.services.map(({ id, count }) => ({ id, count }));
  const same = JSON.stringify(picked.chosen) === JSON.stringify(before);
  return { ...(counter ? { counter } : {}), ...(same && counter ? {} : { services: picked.chosen }) };
}

/** What a pressed button names in its data attributes. */
export function wantedOf({ ticket, kiosk, display, out, service, document, missing }) {
  return {
    ...(ticket === undefined ? {} : { ticket: Number(ticket) }),
    ...(kiosk === undefined ? {} : { kiosk }),
    ...(document === undefined ? {} : { service, document, missing: missing === "yes" }),
    ...(display === undefined ? {} : { display, out: out === "yes" }),
  };
}
