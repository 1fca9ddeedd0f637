// What stands on the page, as it is read aloud: parts of {lang, text} in their order, and the controls one by one.
//
// `data-say` is said instead of what is shown, nothing when it is empty. What is typed is never read from here:
// sound is kept by the server, and a name must not become a file.

const CONTROLS = "button, a[href], input";
const SKIPPED = '[aria-hidden="true"], .visually-hidden[role="status"], thead, caption, script, .also';
const WHOLE = "tr, li, p, h1, h2, dt, dd";
const MOST_SIGNS = 300; // more than that the server does not take
const PIECE = new RegExp(`\\S.{0,${MOST_SIGNS - 1}}(?!\\S)`, "gs");

const isShown = (node) => node.checkVisibility() && !node.closest('[aria-hidden="true"]');
const main = (tag) => tag.split("-")[0];

/** The texts under `roots` that are no controls. */
export function partsOf(...roots) {
  const parts = [];
  for (const root of roots) if (root && isShown(root)) walk(root, parts);
  return parts.flatMap(cut);
}

function walk(node, parts) {
  if (node.matches(SKIPPED) || node.matches(CONTROLS) || !node.checkVisibility()) return;
  if (node.dataset.say !== undefined) return put(parts, node, node.dataset.say);
  const isWhole = node.matches(WHOLE) && !node.querySelector(CONTROLS);
  const hasText = [...node.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  if (isWhole || hasText || node.tagName === "IMG") put(parts, node, wordsOf(node));
  else for (const child of node.children) walk(child, parts);
}

function put(parts, node, text) {
  const lang = langOf(node);
  const words = tidy(text);
  // Another language than the page's is for who reads it; the buttons of it are still named in it.
  if (words && main(lang) === main(document.documentElement.lang)) parts.push({ lang, text: words });
}

const langOf = (node) => node.closest("[lang]").lang;

/** What a node says in one line. */
function wordsOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED) || !node.checkVisibility()) return "";
  if (node.dataset.say !== undefined) return node.dataset.say;
  if (node.tagName === "IMG") return node.alt;
  return [...node.childNodes].map(wordsOf).join(" ");
}

/** Signs that a voice would name or stumble over; the marks that keep figures together in Arabic. */
function tidy(text) {
  return text.replace(/[\u2066-\u2069\u200e\u200f]/g, "").replace(/\s*·\s*/g, ", ").replace(/\s+/g, " ").replace(/ ([,.])/g, "$1").trim();
}

/** Long texts in sentences, and long sentences between words: the first sound comes soon, and a call waits for none. */
function cut({ lang, text }) {
  if (text.length <= MOST_SIGNS) return [{ lang, text }];
  const sentences = text.split(/(?<=\p{L}[.!?])\s+/u);
  return sentences.flatMap((one) => one.match(PIECE) ?? []).map((one) => ({ lang, text: one }));
}

/** The controls under `roots`, in the order of the page; not those in `bar`, which goes from one to the other. */
export function controlsOf(roots, bar) {
  const under = (root) => (root && isShown(root) ? [...root.querySelectorAll(CONTROLS)].filter(isShown) : []);
  return roots.flatMap(under).filter((one) => !bar.contains(one));
}

/** What a control is called, and how it stands. `wasChosen`: it was just pressed, so "no" is an answer, too. */
export function nameOf(control, t, wasChosen = false) {
  const lang = langOf(control);
  const named = control.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.textContent).join(" ");
  const name = tidy(named || control.getAttribute("aria-label") || control.dataset.say || wordsOf(control));
  const states = [
    control.getAttribute("aria-pressed") === "true" && t("kiosk.audio_chosen"),
    wasChosen && control.getAttribute("aria-pressed") === "false" && t("kiosk.audio_not_chosen"),
    control.getAttribute("aria-disabled") === "true" && t("kiosk.audio_not_now"),
    control.closest(".stepper")?.querySelector("output")?.textContent,
  ];
  return [{ lang, text: name }, ...states.filter(Boolean).map((text) => ({ lang: document.documentElement.lang, text }))].filter(({ text }) => text);
}

/** How many signs stand where a key types that nobody else may hear; null for every other control. */
export function typedBy(control) {
  const input = control.closest(".typing")?.querySelector("input");
  if (input) return [...input.value].length;
  const signs = control.closest(".keypad__keys")?.parentElement.querySelectorAll(".typed__sign");
  return signs ? [...signs].filter((one) => one.textContent).length : null;
}
