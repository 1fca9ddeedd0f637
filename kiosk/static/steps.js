// The steps between the language and the number: concern, persons and needs, confirmation. Each function gives
// {title, hint, body, foot}; it changes the visit and says so by `on…`, and knows no network.

import { button, h, icon, problemNode, scroller } from "./dom.js";
import { laterBox } from "./later.js";
import { waitNodes } from "./start.js";
import { asksLanguage, needsAt, ownLanguage, canBook, chosen, goTogether, papersOf, setCount, setPersons, toggleNeed } from "./visit.js";

const EXAMPLES = 3;
const WHY_ICON = { online: "screen", phone: "phone", elsewhere: "house", appointment: "calendar", walk_in: "people" };

/** A text in a language, in German where it has none. */
export function named(texts, language) {
  return texts[language] ?? texts.de;
}

/** A list and, where there are many services, the letters beside or under it. */
export function withLetters(list, letters) {
  return letters ? h("div", { class: "finder" }, list, letters) : list;
}

/** Which kind of concern. `letters`: the other way to it, or null. */
export function categoriesView({ t, visit, config, letters, onCategory, onBack, onNext }) {
  const tiles = config.categories.map((category) => {
    const count = category.services.filter((one) => visit.counts.has(one.id)).length;
    const examples = category.services.slice(0, EXAMPLES).map((one) => named(one.name, visit.language));
    return h(
      "button",
      { type: "button", class: `tile ${count ? "tile--chosen" : ""}`.trim(), on: { click: () => onCategory(category) } },
      h("span", { class: "tile__title" }, named(category.name, visit.language)),
      h("span", { class: "tile__hint" }, examples.join(" · ")),
      count > 0 && h("span", { class: "tile__count" }, icon("check"), h("span", {}, t("kiosk.chosen", { n: count }))),
      icon("next"),
    );
  });
  return {
    title: t("kiosk.category_title"),
    hint: visit.counts.size ? t("kiosk.category_more") : t("kiosk.category_hint"),
    body: withLetters(scroller(h("div", { class: "tiles" }, tiles), { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") }), letters),
    foot: choiceFoot({ t, visit, config, onBack, onNext, back: t("kiosk.to_start") }),
  };
}

/** The services of a category: a touch chooses, plus and minus count. */
export function servicesView({ t, visit, config, category, onBack, onNext, onExplain }) {
  const foot = h("div", { class: "foot__parts" });
  const drawFoot = () => foot.replaceChildren(...choiceFoot({ t, visit, config, onBack, onNext, back: t("kiosk.back") }));
  const rows = serviceRows({ t, visit, services: category.services, onChange: drawFoot, onExplain });
  drawFoot();
  return {
    title: named(category.name, visit.language),
    hint: t("kiosk.services_hint"),
    body: scroller(h("ul", { class: "rows" }, rows), { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") }),
    foot: [foot],
  };
}

/** A row for each service: to choose and count, or to be told what to do instead. */
export function serviceRows({ t, visit, services, onChange, onExplain }) {
  return services.map((service) => {
    const why = whyNot(visit, service);
    return why ? explained(t, visit, { ...service, why }, onExplain) : countable(t, visit, service, onChange);
  });
}

/** What needs an appointment gets one here, where appointments are given for it. */
function isBookedHere(service) {
  return service.why === "appointment" && service.books;
}

/** Return "" for what can be chosen, else the word for what to do instead. */
function whyNot(visit, service) {
  if (isBookedHere(service)) return "";
  return service.why || (visit.booksOnly && !service.books ? "walk_in" : "");
}

function explained(t, visit, service, onExplain) {
  return h(
    "li",
    { class: "service service--other" },
    h(
      "button",
      { type: "button", class: "service__choose", on: { click: () => onExplain(service) } },
      h("span", { class: "service__mark" }, icon(WHY_ICON[service.why])),
      h("span", { class: "service__name" }, named(service.name, visit.language), h("span", { class: "service__why" }, t(`kiosk.why_${service.why}`))),
      icon("next"),
    ),
  );
}

function countable(t, visit, service, onChange) {
  const name = named(service.name, visit.language);
  const row = h("li", { class: "service" });
  const mark = h("span", { class: "service__mark" });
  const choose = h(
    "button",
    { type: "button", class: "service__choose", on: { click: () => put(visit.counts.has(service.id) ? 0 : 1) } },
    mark,
    h("span", { class: "service__name" }, name, isBookedHere(service) && h("span", { class: "service__why" }, t("kiosk.only_booked"))),
  );
  const counter = service.max_count > 1 ? stepper({ t, label: name, least: 0, most: service.max_count, onChange: put }) : null;
  function put(count) {
    const now = setCount(visit, service, count);
    row.classList.toggle("service--chosen", now > 0);
    choose.setAttribute("aria-pressed", String(now > 0));
    mark.replaceChildren(...(now > 0 ? [icon("check")] : []));
    if (counter) {
      counter.node.hidden = now === 0;
      counter.set(now);
    }
    onChange();
  }
  row.append(...[choose, counter?.node].filter(Boolean));
  const before = visit.counts.get(service.id) ?? 0;
  put(before);
  return row;
}

/** Minus, a figure, plus. */
function stepper({ t, label, least, most, onChange }) {
  let value = least;
  const figure = h("output", { class: "number", "aria-live": "polite" });
  const less = h("button", { type: "button", "aria-label": t("kiosk.fewer", { what: label }), on: { click: () => move(-1) } }, icon("minus"));
  const more = h("button", { type: "button", "aria-label": t("kiosk.more", { what: label }), on: { click: () => move(1) } }, icon("plus"));
  const move = (by) => value + by >= least && value + by <= most && onChange(value + by);
  return {
    node: h("div", { class: "stepper", role: "group", "aria-label": label }, less, figure, more),
    set(next) {
      value = next;
      figure.textContent = String(next);
      less.setAttribute("aria-disabled", String(next <= least));
      more.setAttribute("aria-disabled", String(next >= most));
    },
  };
}

/** Back, what was chosen so far, and on. */
export function choiceFoot({ t, visit, config, onBack, onNext, back }) {
  const list = chosen(visit, config.categories);
  const fits = goTogether(visit, config.categories);
  return [
    button(back, { before: "back", kind: "button--quiet" }, onBack),
    list.length > 0 && (fits ? summary(t, visit, list, named(config.confidential, visit.language)) : h("p", { class: "foot__summary", role: "alert" }, h("span", { class: "foot__what" }, t("kiosk.not_together")))),
    list.length > 0 && fits && button(t("kiosk.next"), { after: "next", kind: "button--primary" }, onNext),
  ].filter(Boolean);
}

function summary(t, visit, list, confidential) {
  const shown = list.map(({ service, count }) => concernWords(t, visit, service, count));
  const said = list.map(({ service }, at) => (service.sensitive ? confidential : shown[at]));
  return h("p", { class: "foot__summary" }, h("span", { class: "foot__label" }, t("kiosk.your_concern")), h("span", { class: "foot__what", "data-say": said.join(" · ") }, shown.join(" · ")));
}

export function concernWords(t, visit, service, count) {
  const name = named(service.name, visit.language);
  if (count > 1 && service.counts_persons) return t("kiosk.for_persons", { name, n: count });
  return count > 1 ? t("kiosk.counted", { count, name }) : name;
}

/** How many come, and what they need. All of it may be left out. */
export function peopleView({ t, config, visit, onBack, onNext }) {
  const label = h("span", {});
  const nextButton = button("", { after: "next", kind: "button--primary" }, onNext);
  const counter = stepper({ t, label: t("kiosk.persons"), least: 1, most: 20, onChange: (n) => counter.set(setPersons(visit, n)) });
  counter.set(visit.persons);
  const nameNext = () => {
    label.textContent = t(visit.needs.size ? "kiosk.next" : "kiosk.no_needs");
  };
  nextButton.firstElementChild.replaceWith(label);
  nameNext();
  const asked = languageOfInterpreter({ t, config, visit });
  const needs = needsAt(config).map((need) => {
    const node = h(
      "button",
      { type: "button", class: "need", "aria-pressed": String(visit.needs.has(need)), on: { click: () => {
        node.setAttribute("aria-pressed", String(toggleNeed(visit, need)));
        nameNext();
        asked.show();
      } } },
      h("span", { class: "service__mark" }, icon("check")),
      h("span", {}, t(`kiosk.need_${need}`)),
    );
    return node;
  });
  const body = h(
    "div",
    { class: "people" },
    h("div", { class: "people__persons" }, h("h2", {}, t("kiosk.persons")), counter.node),
    h("h2", {}, t("kiosk.needs_title")),
    h("div", { class: "needs" }, needs),
    asked.node,
    h("p", { class: "soft" }, t("kiosk.needs_private")),
  );
  return {
    title: t("kiosk.people_title"),
    hint: t("kiosk.people_hint"),
    body: scroller(body, { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") }),
    foot: [button(t("kiosk.back"), { before: "back", kind: "button--quiet" }, onBack), nextButton],
  };
}

/** Into which language: asked below the needs as soon as somebody asks for an interpreter. Each has its own name. */
function languageOfInterpreter({ t, config, visit }) {
  const choices = [...config.interprets.map(({ language, own, names }) => [language, own, names[visit.language]]), ["", t("kiosk.interpreter_other"), null]];
  const buttons = choices.map(([language, own, said]) =>
    h(
      "button",
      { type: "button", class: "need", "data-language": language, "data-say": said, on: { click: () => choose(language) } },
      h("span", { class: "service__mark" }, icon("check")),
      h("span", { lang: language || null, dir: "auto" }, own),
    ),
  );
  const node = h("div", { class: "people", role: "group", "aria-label": t("kiosk.interpreter_title") }, h("h2", {}, t("kiosk.interpreter_title")), h("div", { class: "needs" }, buttons));
  function choose(language) {
    visit.spoken = language;
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.language === language));
  }
  function show() {
    const wasHidden = node.hidden;
    node.hidden = !asksLanguage(visit);
    if (node.hidden || !wasHidden) return;
    choose(visit.spoken ?? ownLanguage(visit, config));
    node.scrollIntoView({ block: "nearest" });
  }
  node.hidden = true;
  show();
  return { node, show };
}

/** The chosen services, and what to have along for them, each once. The hall does not hear what is confidential. */
export function concernNodes({ t, visit, config }) {
  const list = chosen(visit, config.categories);
  const confidential = named(config.confidential, visit.language);
  const documents = papersOf(list, visit.language);
  const line = (text, isOpen) => h("li", isOpen ? {} : { "data-say": confidential }, text);
  return [
    h("div", { class: "confirm__concern" }, h("h2", {}, t("kiosk.your_concern")), h("ul", {}, list.map(({ service, count }) => line(concernWords(t, visit, service, count), !service.sensitive)))),
    documents.length > 0 && h("div", { class: "confirm__bring" }, h("h2", {}, t("kiosk.bring")), h("ul", {}, documents.map(({ text, isOpen }) => line(text, isOpen)))),
  ];
}

/** What it will take, before a number is taken. `quote`: {ahead, wait, later}; null while it is asked for. */
export function confirmView({ t, visit, config, quote, problem, busy, canTake, onBack, onTake, onLater, onDays }) {
  const asking = () => h("span", { class: "spinner" });
  const facts = h(
    "div",
    { class: "facts" },
    quote?.ahead !== null && fact("people", t("kiosk.ahead"), quote ? aheadNodes(t, quote.ahead) : asking()),
    fact("clock", t("kiosk.wait_for_you"), quote ? waitNodes(t, quote.wait, "kiosk.no_counter_for") : asking()),
  );
  const later = laterBox({ t, quote, canBook: canBook(visit, config.categories), busy, onLater, onDays });
  const body = h("div", { class: "confirm" }, closingNode(t, quote?.wait), h("div", { class: later ? "choices" : "choices choices--one" }, facts, later), concernNodes({ t, visit, config }));
  const take = button(t("kiosk.take"), { kind: "button--primary take", after: "next", "aria-disabled": String(!canTake), "aria-busy": busy ? "true" : null }, onTake);
  return {
    title: t("kiosk.confirm_title"),
    hint: t("kiosk.confirm_hint"),
    body: [problemNode(problem), scroller(body, { up: t("kiosk.scroll_up"), down: t("kiosk.scroll_down") })].filter(Boolean),
    foot: [button(t("kiosk.back"), { before: "back", kind: "button--quiet", "aria-disabled": String(busy) }, onBack), take],
  };
}

/** Whether there is time enough today: told before a number is taken, beside the times that may suit better. */
function closingNode(t, wait) {
  const word = wait?.before_closing;
  if (!word || word === "unlikely") return null; // then no number is given, and the page says so
  return h("div", { class: `notice notice--${word === "likely" ? "good" : "warn"}` }, h("p", { class: "notice__title" }, t(`kiosk.closing_${word}`)));
}

function aheadNodes(t, ahead) {
  return [h("span", { class: "number" }, String(ahead)), h("span", { class: "unit" }, ` ${t("kiosk.ahead_unit", { n: ahead })}`)];
}

function fact(drawing, label, value) {
  return h("div", { class: "fact" }, icon(drawing), h("p", { class: "fact__label" }, label), h("p", { class: "fact__value" }, value));
}
