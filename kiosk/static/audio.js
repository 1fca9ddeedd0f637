// The audio mode: the page is read when it changes, keys or three big buttons go from control to control and
// press them. For who does not see the screen: nothing needs to be found on it, and nothing is pressed twice.

import { button, h } from "./dom.js";
import { controlsOf, nameOf, partsOf, typedBy } from "./reading.js";

const PAGE = -1; // the place before the first control: the page itself
const ON = new Set(["ArrowRight", "ArrowDown"]);
const BACK = new Set(["ArrowLeft", "ArrowUp"]);
const STARTS = new Set([...ON, ...BACK, "F1"]);
const CARET = new Set(["ArrowLeft", "ArrowRight", "Home"]);

/** Tell whether the caret stands before a typed sign: at the end, and in an empty field, its keys lead onward. */
export const isInside = ({ value, selectionStart }) => selectionStart !== null && selectionStart < value.length;

/** `roots()`: {texts, controls}, both in the order of reading. `part`: the frame's parts. `onOff()`: the visitor has had enough. */
export function makeAudio({ root, part, t, isOn, speaker, volume, roots, onOff, onStart, onTouch }) {
  const bar = part("audio");
  const home = bar.parentElement;
  let at = PAGE;
  let read = { key: "", texts: new Set() };
  let isTabbing = false;
  let isDue = false;

  // -- what is said

  const said = (key, params) => ({ lang: root.lang, text: t(key, params) });
  const controls = () => controlsOf(roots().controls, bar);
  const texts = () => partsOf(...roots().texts);
  const place = () => [root.dataset.step, root.lang, part("dialog").open && part("dialog").dataset.name, roots().texts[0].querySelector("h1, h2")?.textContent].join("|");

  function readPage(first = []) {
    const parts = texts();
    read = { key: place(), texts: new Set(parts.map(({ text }) => text)) };
    at = PAGE;
    const waiting = part("dialog").open ? controls().find((one) => one === document.activeElement) : null;
    speaker.say([...first, ...parts, ...(waiting ? nameOf(waiting, t) : [])]);
  }

  /** Read what has come to the page; all of it, when it is another page. What only counts down is read once. */
  function look() {
    isDue = false;
    if (!isOn()) return;
    stand();
    if (place() !== read.key) return readPage();
    const all = texts();
    const fresh = all.filter(({ text }) => !read.texts.has(text));
    read.texts = new Set(all.map(({ text }) => text));
    if (!onlyCounts()) speaker.add(fresh);
  }

  const onlyCounts = () => root.dataset.step === "start" || part("dialog").open;

  function readControl(control) {
    speaker.say(nameOf(control, t));
  }

  // -- where one is

  /** The control under the focus; after a page was drawn anew, the one that stands in its place. */
  function current() {
    const list = controls();
    const found = list.indexOf(document.activeElement);
    if (found >= 0) at = found;
    at = Math.min(at, list.length - 1);
    return list[at] ?? null;
  }

  function move(by) {
    current();
    const list = controls();
    if (list.length === 0 || at + by < 0) {
      document.activeElement?.blur();
      return readPage();
    }
    at = (at + by) % list.length;
    list[at].focus();
    readControl(list[at]);
  }

  function choose() {
    const control = current();
    if (control === null) return move(1);
    const before = place();
    control.click();
    const after = controls()[at];
    // Another page is read by itself; what stays is said as it stands now.
    if (place() === before && isOn() && after) answered(after);
  }

  /** Of what is typed by keys that nobody else is to read only how much it is by now. */
  function answered(control) {
    const typed = typedBy(control);
    if (typed !== null) speaker.say([said("kiosk.typed", { n: typed })]);
    else if (control.matches("[aria-pressed], .stepper *, .key")) speaker.say(nameOf(control, t, true));
  }

  function again() {
    const control = current();
    if (control) readControl(control);
    else readPage();
  }

  function turn(by) {
    const step = volume.turn(by);
    speaker.adjust();
    speaker.say([said("kiosk.audio_volume", { n: step, most: volume.most })]);
  }

  // -- the bar

  /** A dialog makes everything beside it inert: the bar goes along with what is read. */
  function stand() {
    const where = part("dialog").open ? part("dialog") : home;
    if (bar.parentElement !== where) where.append(bar);
  }

  const key = (name, drawing, act, kind = "") => {
    const node = button(t(`kiosk.audio_${name}`), { before: drawing, kind: `audio__key ${kind}`, "data-key": name }, () => {
      if (!part("dialog").open) onTouch(); // whoever goes on needs no "more time"
      act();
    });
    node.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays where it was
    return node;
  };

  function draw() {
    bar.hidden = !isOn();
    if (!isOn() || bar.dataset.lang === root.lang) return;
    bar.dataset.lang = root.lang;
    bar.setAttribute("aria-label", t("kiosk.help_audio"));
    bar.replaceChildren(
      h("div", { class: "audio__row" }, key("back", "back", () => move(-1)), key("choose", "check", choose, "button--primary"), key("onward", "next", () => move(1))),
      h("div", { class: "audio__row" }, key("again", "again", again), key("softer", "softer", () => turn(-1)), key("louder", "louder", () => turn(1)), key("off", "cross", onOff)),
    );
  }

  // -- keys, fingers, and what changes by itself

  /** Tell whether a key was the audio keypad's, or a keyboard's that is used like one. */
  function pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    if (!isOn()) return STARTS.has(event.key) && (event.key === "F1" || root.dataset.step === "start") && onStart();
    speaker.stop();
    isTabbing = event.key === "Tab";
    if (event.target instanceof HTMLInputElement && CARET.has(event.key) && isInside(event.target)) return false;
    if (ON.has(event.key)) move(1);
    else if (BACK.has(event.key)) move(-1);
    else if (event.key === "Home" || event.key === "F2") again();
    else if (event.key === "F1") onOff();
    else if (event.key === "AudioVolumeUp" || event.key === "PageUp") turn(1);
    else if (event.key === "AudioVolumeDown" || event.key === "PageDown") turn(-1);
    else if (isPress(event)) event.repeat || choose(); // held down is pressed once
    else return false;
    return true;
  }

  /** Enter and space on a control, or with nothing under the focus; the bar's own buttons press themselves. */
  function isPress({ key: name, target }) {
    if (name !== "Enter" && name !== " ") return false;
    return !(target instanceof HTMLInputElement) && !bar.contains(target);
  }

  function focused({ target }) {
    if (!isOn() || !isTabbing) return;
    isTabbing = false;
    if (target.matches("button, a[href], input")) readControl(target);
  }

  function changed() {
    if (isDue || !isOn()) return;
    isDue = true;
    queueMicrotask(look);
  }

  const observer = new MutationObserver(changed);
  for (const name of ["stage", "dialog"]) observer.observe(part(name), { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["open", "hidden"] });
  addEventListener("pointerdown", () => speaker.stop(), { capture: true, passive: true });
  addEventListener("focusin", focused);

  return {
    draw,
    pressed,
    /** Begin: how it works, then the page. */
    start() {
      draw();
      stand();
      readPage([said("kiosk.audio_hint")]);
    },
    stop() {
      speaker.stop();
      draw();
      home.append(bar);
    },
    say: (key, params) => isOn() && speaker.say([said(key, params)]),
    isAnswering: () => speaker.isAnswering(),
  };
}
