// The keyboard on the screen, and what is typed on it, hidden. A real text field lies over what is shown, so that
// a keyboard with keys and a screen reader work as everywhere; the browser keeps and suggests nothing.

import { h, icon } from "./dom.js";
import { FIELDS, beginsWord, deleteSign, masked, typeSign } from "./fields.js";

const SIGNS = "@._,";
const MARKED_SIGNS = "ýžźż";
const DIGITS = "123456789";

/** `typed` is what stands there; `onChange(typed)` after each sign. `labelledBy`: the ids of the texts that name it. */
export function keyboard({ t, language, field, typed, labelledBy, onChange, onEnter }) {
  const shown = h("span", { class: "secret__shown", "aria-hidden": "true" });
  const said = h("span", { class: "visually-hidden", role: "status" });
  const input = h("input", { class: "secret__input", type: "text", id: "secret", "data-first": "", inputmode: "none", autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false", "data-lpignore": "true", "aria-labelledby": labelledBy, maxlength: FIELDS[field].most });
  const view = { large: beginsWord(field, typed), marked: false, open: false };
  const keys = h("div", { class: "keyboard", "data-keys": FIELDS[field].keys });
  const eye = h("button", { type: "button", class: "secret__eye", "aria-pressed": "false", on: { click: show } });

  function put(next) {
    typed = next;
    if (input.value !== typed) input.value = typed;
    shown.replaceChildren(view.open ? typed : masked(typed), h("span", { class: "secret__caret" }));
    said.textContent = view.open ? typed : t("kiosk.typed", { n: [...typed].length });
    if (view.large !== beginsWord(field, typed)) {
      view.large = beginsWord(field, typed);
      nameKeys();
    }
    onChange(typed);
  }

  function show() {
    view.open = !view.open;
    eye.setAttribute("aria-pressed", String(view.open));
    eye.replaceChildren(icon(view.open ? "hidden" : "eye"), h("span", {}, t(view.open ? "kiosk.typed_hide" : "kiosk.typed_show")));
    input.classList.toggle("secret__input--hidden", !view.open);
    put(typed);
  }

  const press = (act) => ({ pointerdown: (event) => event.preventDefault(), click: act }); // the field keeps the focus
  const signKey = (sign) => h("button", { type: "button", class: "key", "data-sign": sign, on: press(() => put(typeSign(field, typed, letter(sign)))) }, letter(sign));
  const letter = (sign) => (view.large && sign !== "ß" ? sign.toLocaleUpperCase(language) : sign);
  const special = (name, drawing, act) => h("button", { type: "button", class: `key key--${name}`, on: press(act) }, drawing, h("span", { class: "visually-hidden" }, ` ${t(`kiosk.key_${name}`)}`));
  const erase = () => special("delete", icon("erase"), () => put(deleteSign(field, typed)));

  /** The keys stay while the letters on them change, so that no press is lost under a finger. */
  function nameKeys() {
    for (const key of keys.querySelectorAll("[data-sign]")) key.textContent = letter(key.dataset.sign);
    keys.querySelector(".key--shift")?.setAttribute("aria-pressed", String(view.large));
  }

  function drawKeys() {
    if (FIELDS[field].keys === "digits") return keys.replaceChildren(...[...DIGITS, ...(FIELDS[field].signs ?? ""), "0"].map(signKey), erase());
    const rows = t(view.marked ? "kiosk.keys_marked" : "kiosk.keys").split(" "); // each language has its own layout
    const shift = special("shift", icon("shift"), () => {
      view.large = !view.large;
      nameKeys();
    });
    const marks = special("marks", view.marked ? "abc" : "é ñ ø", () => {
      view.marked = !view.marked;
      drawKeys();
    });
    const last = [...rows[3]].map(signKey);
    keys.replaceChildren(...rows.slice(0, 3).flatMap((row) => [...row].map(signKey)), shift, ...last, ...[...(view.marked ? MARKED_SIGNS : SIGNS)].map(signKey), special("space", "", () => put(typeSign(field, typed, " "))), marks, erase());
    nameKeys();
  }

  input.addEventListener("input", () => put(FIELDS[field].clean(input.value)));
  input.addEventListener("keydown", (event) => event.key === "Enter" && onEnter());
  view.open = true;
  show(); // begins hidden
  drawKeys();
  return h("div", { class: "typing" }, h("div", { class: "secret" }, h("div", { class: "secret__box" }, shown, input), eye, said), keys);
}
