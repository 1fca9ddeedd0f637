// Typing what stands on a confirmation: a few large keys and boxes that fill up. Views only; no network.

import { h, icon } from "./dom.js";

const DIGITS = "1234567890";
/** The signs of a reference, without those that are mistaken for each other (queue_server/adapters/server_key.py). */
export const REFERENCE_SIGNS = "ACDEFHJKNPRTWXY34679";

/** What may be typed: the keys, how many signs it has at least and at most, and when it is whole. */
export const FIELDS = {
  number: { keys: DIGITS, least: 3, most: 4, isWhole: (typed) => typed.length >= 3 },
  reference: { keys: REFERENCE_SIGNS, least: 6, most: 6, isWhole: (typed) => typed.length === 6 },
  time: { keys: DIGITS, least: 4, most: 4, isWhole: (typed) => /^([01]\d|2[0-3])[0-5]\d$/.test(typed) },
};

/** What stands there after a key. No hour begins with 3 to 9: "9" is nine o'clock. */
export function typeInto(field, typed, key) {
  if (typed.length >= FIELDS[field].most) return typed;
  return (field === "time" && typed === "" && key > "2" ? "0" : "") + typed + key;
}

/**
 * Keys for a field. `onChange(typed)` after each; the keys stay, so that no press is lost under a finger.
 * `above` and `below` are nodes that stand with what was typed.
 */
export function keypad({ t, field, typed, onChange, above, below }) {
  const { keys } = FIELDS[field];
  const shown = h("div", { class: "typed", "data-field": field, "data-say": "" });
  const said = h("span", { class: "visually-hidden", role: "status" });
  const put = (next) => {
    typed = next;
    shown.replaceChildren(...boxes(field, typed));
    said.textContent = [...typed].join(" ");
    onChange(typed);
  };
  const key = (sign) => h("button", { type: "button", class: "key", on: { click: () => put(typeInto(field, typed, sign)) } }, sign);
  const back = h("button", { type: "button", class: "key key--delete", "aria-label": t("kiosk.arrive_delete"), on: { click: () => put(typed.slice(0, -1)) } }, icon("erase"));
  shown.replaceChildren(...boxes(field, typed));
  return h(
    "div",
    { class: "keypad", "data-keys": field === "reference" ? "letters" : "digits" },
    above && h("div", { class: "keypad__above" }, above),
    h("div", { class: "keypad__typed", role: "group", "aria-label": t("kiosk.arrive_typed") }, shown, said),
    h("div", { class: "keypad__keys" }, [...keys].map(key), back),
    below && h("div", { class: "keypad__below" }, below),
  );
}

function boxes(field, typed) {
  const count = Math.max(FIELDS[field].least, typed.length);
  const signs = Array.from({ length: count }, (_, at) => h("span", { class: `typed__sign ${at === typed.length ? "typed__sign--next" : ""}`.trim() }, typed[at] ?? ""));
  if (field === "time") signs.splice(2, 0, h("span", { class: "typed__colon" }, ":"));
  return signs;
}
