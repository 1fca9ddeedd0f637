// Keys for a hand that stays on the keyboard. They act only while no control has the focus (WCAG 2.1.4 would
// allow them anyhow: they can be switched off), so nobody calls a visitor by typing into a field.

import { KEYS } from "./acts.js";

const STORED = "aufruf.counter.keys";
const ACT_OF = Object.fromEntries(Object.entries(KEYS).map(([act, key]) => [key, act]));

/** The act of a key event, or null. `free`: no control has the focus and no dialog is open. */
export function actOfKey(event, { on, free }) {
  if (!on || !free || !isPlain(event)) return null;
  return ACT_OF[event.key.toLowerCase()] ?? null;
}

/** Whether a key was pressed once and alone: Ctrl and a digit changes the browser's tab, and means nothing here. */
export function isPlain(event) {
  return !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
}

/** Whether the focus rests on nothing that a key could be meant for. A dialog that was closed keeps the focus for
 *  some milliseconds; a quick hand's next key is meant for the page. */
export function isFree(active) {
  return active === null || active === document.body || active.id === "main" || active.closest("dialog:not([open])") !== null;
}

export function keysAreOn(store = localStorage) {
  try {
    return store.getItem(STORED) !== "off";
  } catch {
    return true; // a browser without storage keeps the default
  }
}

export function switchKeys(on, store = localStorage) {
  try {
    store.setItem(STORED, on ? "on" : "off");
  } catch {
    // not remembered, and nothing else
  }
}
