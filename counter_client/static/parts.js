// Small pieces that several views share.

import { h, made } from "./dom.js";
import { numberNode } from "/static/digits.js";
import { need, needAct, speaks } from "./words.js";

/** A number in our own digits. */
export function number(value, className) {
  return made(`${className} ${value}`, () => numberNode(value, `${className} number`));
}

/** The key that does the same; not shown while keys are switched off. */
export function cap(key, view) {
  return view.keysOn && key ? h("kbd", { class: "key", "aria-hidden": "true" }, key.toUpperCase()) : null;
}

export function button(view, { act, label, key, look = "", attributes = {} }) {
  return h(
    "button",
    {
      type: "button",
      class: `button ${look}`.trim(),
      "data-act": act,
      "aria-keyshortcuts": view.keysOn && key ? key.toUpperCase() : null,
      "aria-disabled": view.busy ? "true" : null,
      ...attributes,
    },
    h("span", {}, label),
    cap(key, view),
  );
}

/** Needs, large: what to know before the call. */
export function needPlates(ticket, view) {
  if (!ticket.needs.length) return null;
  return h(
    "ul",
    { class: "needs" },
    ticket.needs.map((name) => {
      const todo = needAct(name, view.t);
      return h("li", { class: "needs__plate", key: name }, h("strong", {}, need(name, view.t, view.config.interpreted)), todo && h("span", {}, todo));
    }),
  );
}

/** Needs, small, for lists. */
export function needBadges(ticket, view) {
  return ticket.needs.map((name) => h("span", { class: "badge badge--warn", key: name }, need(name, view.t, view.config.interpreted)));
}

export function facts(ticket, view) {
  const { t, config } = view;
  const spoken = speaks(ticket.language, config.languages[0], config.language_names);
  return [
    ticket.appointed && h("span", { class: "badge badge--info", key: "appointed" }, t("counter.appointed", { time: ticket.appointed })),
    ticket.persons > 1 && h("span", { class: "badge", key: "persons" }, t("counter.persons", { n: ticket.persons })),
    spoken && h("span", { class: "badge badge--info", key: "speaks" }, t("counter.speaks", { language: spoken })),
    ticket.bound_counter_id && h("span", { class: "badge", key: "bound" }, t("counter.kept_here")),
  ];
}
