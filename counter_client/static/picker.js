// Choosing a concern: services with counts. The state is plain data; the view reads it, `pick` changes it.

import { h } from "./dom.js";

export function startPick(ticket = null) {
  return { chosen: ticket ? ticket.services.map(({ id, count }) => ({ id, count })) : [], persons: ticket?.persons ?? 1 };
}

/** The next state after a press: add, more, less (0 takes it off). */
export function pick(state, act, id, services) {
  const most = services[id]?.max_count ?? 1;
  const there = state.chosen.find((one) => one.id === id);
  if (act === "add") return id && !there ? { ...state, chosen: [...state.chosen, { id, count: 1 }] } : state;
  if (!there) return state;
  const count = Math.min(most, there.count + (act === "more" ? 1 : -1));
  const chosen = count > 0 ? state.chosen.map((one) => (one.id === id ? { id, count } : one)) : state.chosen.filter((one) => one.id !== id);
  return { ...state, chosen };
}

export function concernBody(state) {
  return { services: state.chosen, persons: state.persons };
}

export function picker(state, view, { persons = true } = {}) {
  const { t, config } = view;
  const free = (category) =>
    Object.entries(config.services).filter(([id, service]) => service.category === category && !state.chosen.some((one) => one.id === id));
  return h(
    "div",
    { class: "stack picker" },
    state.chosen.length > 0 && h("ul", { class: "list" }, state.chosen.map((one) => chosen(one, view))),
    h(
      "p",
      { class: "field" },
      h("label", { class: "field__label", for: "pick-service" }, t(state.chosen.length ? "counter.add_service" : "counter.choose_service")),
      h(
        "select",
        { class: "select", id: "pick-service", "data-pick": "add" },
        h("option", { value: "" }, t("counter.please_choose")),
        config.categories
          .filter((category) => free(category.id).length)
          .map((category) => h("optgroup", { label: category.name, key: category.id }, free(category.id).map(([id, service]) => h("option", { value: id, key: id }, service.name)))),
      ),
    ),
    persons &&
      h(
        "p",
        { class: "field field--short" },
        h("label", { class: "field__label", for: "pick-persons" }, t("counter.persons_label")),
        h("input", { class: "input", id: "pick-persons", type: "number", min: 1, max: 20, value: state.persons, "data-pick": "persons" }),
      ),
  );
}

function chosen(one, view) {
  const { t, config } = view;
  const service = config.services[one.id] ?? { name: one.id, max_count: 1 };
  const step = (act, sign, disabled) =>
    h("button", { type: "button", "data-act": "pick", "data-pick": act, "data-service": one.id, "aria-label": t(`counter.pick_${act}`, { name: service.name }), disabled }, sign);
  return h(
    "li",
    { class: "list__item", key: one.id },
    h("span", { class: "list__main" }, service.name),
    h(
      "span",
      { class: "stepper" },
      step("less", one.count === 1 ? "×" : "−", false),
      h("output", {}, String(one.count)),
      step("more", "+", one.count >= service.max_count),
    ),
  );
}
