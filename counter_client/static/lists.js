// The side of the page: notices, who waits and why in this order, who is kept, missed, away; colleagues, figures.

import { h } from "./dom.js";
import { onTicket } from "./acts.js";
import { button, facts, needBadges, number } from "./parts.js";
import { concern, due, minutes, notice, since, waits } from "./words.js";

export function side(model, view) {
  const { t } = view;
  return [
    model.notices.length > 0 && notices(model, view),
    list("waiting", t("counter.list_waiting"), model.waiting, view, { first: model.stage !== "closed" && model.stage !== "foreign", empty: t("counter.list_nobody") }),
    model.parked.length > 0 && list("parked", t("counter.list_parked"), model.parked, view, { model, quick: ["resume_parked", "counter.resume_parked"] }),
    model.missed.length > 0 && list("missed", t("counter.list_missed"), model.missed, view, { model, quick: ["back", "counter.is_here"] }),
    model.away.length > 0 && list("away", t("counter.list_away"), model.away, view, { model, quick: ["back", "counter.is_back"] }),
    model.others.length > 0 &&
      h(
        "details",
        { class: "fold", key: "others" },
        h("summary", {}, h("h2", { class: "list-title" }, t("counter.list_others")), h("span", { class: "count" }, model.others.length)),
        h("ul", { class: "queue fold__body" }, model.others.map((one) => row(one, view, {}))),
      ),
  ];
}

function list(name, title, tickets, view, { first = false, empty = "", quick = null, model = null } = {}) {
  return h(
    "section",
    { class: `card card--slim card--${name}`, key: name, "aria-labelledby": `list-${name}` },
    h("div", { class: "card__head" }, h("h2", { class: "list-title", id: `list-${name}` }, title), h("span", { class: "count" }, tickets.length)),
    tickets.length
      ? h("ul", { class: "queue" }, tickets.map((one, index) => row(one, view, { next: first && index === 0, quick, model })))
      : h("p", { class: "soft" }, empty),
  );
}

function row(ticket, view, { next = false, quick = null, model = null }) {
  const { t, config } = view;
  const offered = quick && model && onTicket(model, ticket).includes(quick[0]);
  return h(
    "li",
    { class: `queue__row${next ? " queue__row--next" : ""}`, key: ticket.id },
    h(
      "button",
      { type: "button", class: "queue__open", "data-act": "ticket", "data-ticket": ticket.id, "aria-haspopup": "dialog" },
      number(ticket.number, "queue__number"),
      h(
        "span",
        { class: "queue__main" },
        h("span", { class: "queue__concern" }, concern(ticket, config.services).join(", ")),
        h("span", { class: "queue__times" }, times(ticket, view)),
        (ticket.needs.length > 0 || facts(ticket, view).some(Boolean)) && h("span", { class: "row row--tight" }, needBadges(ticket, view), facts(ticket, view)),
      ),
    ),
    offered && button(view, { act: quick[0], label: t(quick[1]), look: "button--s", attributes: { "data-ticket": ticket.id, "aria-label": `${t(quick[1])}: ${ticket.number}` } }),
  );
}

function times(ticket, { t }) {
  if (ticket.state === "waiting") return `${due(ticket, t)} · ${waits(ticket.waiting_ms, t)}`;
  return since(ticket.state_age_ms, t);
}

function notices(model, view) {
  const { t, config } = view;
  return h(
    "section",
    { class: "notices", key: "notices", "aria-label": t("counter.notices") },
    model.notices.map((found) => {
      const word = notice(found, config, t);
      return h(
        "div",
        { class: `notice notice--${word.kind} notice--slim`, key: `${found.code} ${found.device ?? ""}` },
        h("p", { class: "notice__title" }, word.title),
        h("p", { class: "small" }, word.text),
        word.display &&
          button(view, {
            act: "display",
            label: t(word.out ? "counter.display_back" : "counter.display_out"),
            look: "button--s button--quiet",
            attributes: { "data-display": word.display, "data-out": word.out ? "" : "yes" },
          }),
      );
    }),
  );
}

/** Today's figures and the colleagues. */
export function foot(model, view) {
  const { t } = view;
  const figures = [
    [model.today.served_count, t("counter.figure_served")],
    [model.today.no_show_count, t("counter.figure_missed")],
    [model.today.waiting_count, t("counter.figure_waiting")],
    [model.longestWaitMs ? minutes(model.longestWaitMs, t) : "–", t("counter.figure_longest")],
  ];
  return h(
    "section",
    { class: "card card--slim card--foot", key: "foot", "aria-labelledby": "today" },
    h("h2", { class: "list-title", id: "today" }, t("counter.today")),
    h("div", { class: "figures" }, figures.map(([value, label]) => h("p", { class: "figure", key: label }, h("strong", { class: "figure__value" }, value), " ", h("span", { class: "figure__label" }, label)))),
    h("h2", { class: "list-title" }, t("counter.colleagues")),
    h("ul", { class: "colleagues" }, model.counters.filter((one) => one.id !== view.config.counter.id).map((one) => colleague(one, view))),
  );
}

export function colleague(one, { t }) {
  const doing = one.ticket_state === "called" ? "counter.is_calling" : one.ticket_state === "serving" ? "counter.is_serving" : `counter.state_${one.state}`;
  return h(
    "li",
    { class: `colleague colleague--${one.ticket_state ?? one.state}`, key: one.id },
    h("span", { class: "colleague__room" }, t("counter.room", { room: one.room })),
    h("span", { class: "colleague__clerk" }, one.clerk ?? "–"),
    h("span", { class: "colleague__doing" }, t(doing, { number: one.number ?? "" }), !one.attended && [" · ", t("counter.unattended")]),
  );
}

