// Finding a service by the letter it begins with: for who does not know under which heading it stands.
//
// Every word that carries meaning counts, and so do the headings: under P stand "Personalausweis", "Vorläufigen
// Personalausweis" and the heading "Ausweise und Pässe". Only letters that lead somewhere are shown.

import { h, icon, scroller } from "./dom.js";
import { choiceFoot, named, serviceRows, withLetters } from "./steps.js";

const FEW = 12;

/** The words of a name that somebody may look for. German writes them large; elsewhere the short ones go. */
export function wordsOf(name, language) {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => (language.split("-")[0] === "de" ? /^\p{Lu}/u.test(word) : /^\p{L}{4}/u.test(word)));
}

/** A word's letter: without its mark in Latin script, as in a telephone book; other scripts keep theirs. */
export function letterOf(word, language) {
  const first = word.slice(0, 1);
  const bare = first.normalize("NFD").slice(0, 1);
  return (/[A-Za-z]/.test(bare) ? bare : first).toLocaleUpperCase(language);
}

/** letter → {services, categories}, both as they are looked for: what begins with it first, then by the word. */
export function letterIndex(categories, language) {
  const found = new Map();
  const put = (kind, thing) => {
    const name = named(thing.name, language);
    const words = wordsOf(name, thing.name[language] ? language : "de");
    for (const word of words) {
      const letter = letterOf(word, language);
      if (!found.has(letter)) found.set(letter, { services: [], categories: [] });
      const list = found.get(letter)[kind];
      if (!list.some((one) => one.thing === thing)) list.push({ thing, word, isFirst: word === words[0] });
    }
  };
  for (const category of categories) {
    put("categories", category);
    for (const service of category.services) put("services", service);
  }
  const order = (a, b) => b.isFirst - a.isFirst || a.word.localeCompare(b.word, language);
  const sorted = [...found].sort(([a], [b]) => a.localeCompare(b, language));
  return new Map(sorted.map(([letter, { services, categories: headings }]) => [letter, { services: services.sort(order).map((one) => one.thing), categories: headings.sort(order).map((one) => one.thing) }]));
}

/** The letters to touch; null where one sees all services at a glance. */
export function letterBar({ t, visit, config, current, onLetter }) {
  const count = config.categories.reduce((sum, category) => sum + category.services.length, 0);
  if (count <= FEW) return null;
  const letters = [...letterIndex(config.categories, visit.language).keys()].map((letter) =>
    h("button", { type: "button", class: "letter", "aria-pressed": current === undefined ? null : String(letter === current), "aria-label": t("kiosk.letter", { letter }), on: { click: () => onLetter(letter) } }, letter),
  );
  return h("div", { class: "letters", role: "group", "aria-labelledby": "letters-label" }, h("p", { class: "letters__label", id: "letters-label" }, t("kiosk.letters")), h("div", { class: "letters__keys" }, letters));
}

/** What is found under a letter; the letters stay, so that a wrong one costs one touch. */
export function letterView({ t, visit, config, letter, onBack, onNext, onExplain, onCategory, onLetter }) {
  const foot = h("div", { class: "foot__parts" });
  const drawFoot = () => foot.replaceChildren(...choiceFoot({ t, visit, config, onBack, onNext, back: t("kiosk.back") }));
  const { services = [], categories = [] } = letterIndex(config.categories, visit.language).get(letter) ?? {};
  const headings = categories.map((category) =>
    h("li", { class: "service" }, h("button", { type: "button", class: "service__choose", on: { click: () => onCategory(category) } }, h("span", { class: "service__name" }, named(category.name, visit.language)), icon("next"))),
  );
  const list = h(
    "div",
    { class: "found" },
    services.length > 0 && h("ul", { class: "rows" }, serviceRows({ t, visit, services, onChange: drawFoot, onExplain })),
    headings.length > 0 && h("h2", { class: "found__label" }, t("kiosk.letter_headings")),
    headings.length > 0 && h("ul", { class: "rows" }, headings),
  );
  drawFoot();
  return {
    title: t("kiosk.letter_title", { letter }),
    hint: services.length > 0 ? t("kiosk.services_hint") : t("kiosk.category_hint"),
    body: withLetters(scroller(list, { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") }), letterBar({ t, visit, config, current: letter, onLetter })),
    foot: [foot],
  };
}
