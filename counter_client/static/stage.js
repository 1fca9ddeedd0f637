// The middle of the page: whom I call or serve, what is next to do, and what to know before doing it.
// The primary button stands in the same place in every state: it is pressed two hundred times a day.

import { KEYS, beside, primary } from "./acts.js";
import { h } from "./dom.js";
import { before, bring } from "./missing.js";
import { button, cap, facts, needPlates, number } from "./parts.js";
import { clock, concern, documents, report, waits, whereToFetch } from "./words.js";

export function stage(model, view) {
  const shown = model.current ?? (model.stage === "idle" ? model.waiting[0] : null);
  return h(
    "section",
    { class: `stage stage--${shown || model.stage !== "idle" ? model.stage : "empty"} fade-when-lost`, "aria-labelledby": "stage-title" },
    h("div", { class: "band" }, shown ? visit(model, shown, view) : quiet(model, view)),
    acting(model, view),
  );
}

function visit(model, ticket, view) {
  const { t, config } = view;
  return [
    h(
      "div",
      { class: "band__head", key: "head" },
      h("h1", { class: "band__title", id: "stage-title" }, title(model, view)),
      model.paused && h("span", { class: "badge badge--warn", key: "paused" }, t("counter.paused")),
      h("span", { class: "band__time" }, time(model, ticket, view)),
    ),
    h(
      "div",
      { class: "band__visit", key: "visit" },
      h("div", { class: "band__numbers" }, number(ticket.number, "band__number"), joined(ticket, view)),
      h(
        "div",
        { class: "band__facts" },
        h("ul", { class: "concern" }, concern(ticket, config.services).map((line) => h("li", { key: line }, line))),
        h("div", { class: "row row--tight" }, facts(ticket, view)),
      ),
    ),
    needPlates(ticket, view),
    model.stage === "called" && told(model, view),
  ];
}

function title(model, { t }) {
  return t({ called: "counter.title_called", serving: "counter.title_serving", idle: "counter.title_next" }[model.stage] ?? "counter.title");
}

function time(model, ticket, { t }) {
  if (model.stage === "idle") return waits(ticket.waiting_ms, t);
  if (model.stage === "called") return t("counter.called_since", { time: clock(model.callAgeMs ?? 0) });
  return t("counter.served_since", { time: clock(ticket.state_age_ms), minutes: ticket.expected_min });
}

function joined(ticket, { t }) {
  if (!ticket.joined.length) return null;
  return h("p", { class: "band__joined" }, t("counter.joined", { numbers: ticket.joined.join(", ") }));
}

/** The call report; loud when somebody has to walk. */
function told(model, view) {
  const { t, config, language } = view;
  const word = report(model, t);
  if (!word.fetch) return h("p", { class: `report report--${word.kind}`, key: "report" }, word.text);
  const where = whereToFetch(model, config, language, t);
  return h(
    "div",
    { class: "report report--fetch", key: "report" },
    h("strong", { class: "report__title" }, t("counter.fetch_title", { number: model.current.number })),
    h("span", { class: "report__where" }, where),
    h("span", { class: "report__why" }, [word.why, word.kind === "fetch" && !model.fetching && word.text].filter(Boolean).join(" · ")),
  );
}

function quiet(model, view) {
  const { t } = view;
  const texts = {
    closed: ["counter.closed_title", "counter.closed_text"],
    foreign: ["counter.foreign_title", "counter.foreign_text"],
    paused: ["counter.paused_title", "counter.paused_text"],
    idle: ["counter.nobody_title", "counter.nobody_text"],
  }[model.stage];
  const values = { name: model.holder ?? "" };
  return h(
    "div",
    { class: "band__quiet", key: "quiet" },
    h("h1", { class: "band__silence", id: "stage-title" }, t(texts[0], values)),
    h("p", {}, t(model.watching ? "counter.watching" : texts[1], values)),
    model.stage === "idle" && view.mayAskNotice && button(view, { act: "ask_notice", label: t("counter.notify_me"), look: "button--s" }),
  );
}

function acting(model, view) {
  const { t } = view;
  const main = primary(model);
  if (main === null) return null;
  const disabled = view.busy || main.waits || view.settling || view.lost;
  return h(
    "div",
    { class: "acting" },
    view.message && h("p", { class: `notice notice--${view.message.kind}`, role: "alert", key: "message" }, view.message.text),
    h(
      "div",
      { class: "acting__main", key: "main" },
      h(
        "button",
        {
          type: "button",
          id: "primary",
          class: `button button--xl acting__primary ${main.calls ? "button--called" : "button--primary"}`,
          "data-act": "primary",
          "data-does": main.id,
          "data-settling": view.settling && !main.waits ? "" : null,
          "aria-disabled": disabled ? "true" : null,
          "aria-busy": view.slow ? "true" : null,
          "aria-keyshortcuts": view.keysOn ? "N" : null,
        },
        h("span", {}, t(main.label)),
        cap(KEYS.primary, view),
      ),
      model.undoMs > 0 && undo(model, view),
    ),
    h(
      "div",
      { class: "acting__others", key: "others" },
      beside(model).map((one) =>
        button(view, { act: one.id, label: t(one.label), key: one.key, attributes: { key: one.id, "aria-haspopup": one.asks ? "dialog" : null } }),
      ),
    ),
  );
}

function undo(model, view) {
  const { t } = view;
  return h(
    "button",
    {
      type: "button",
      key: "undo",
      class: "button countdown acting__undo",
      "data-act": "undo",
      "aria-disabled": view.busy ? "true" : null,
      "aria-keyshortcuts": view.keysOn ? "U" : null,
      vars: { "--part": (model.undoMs / 10000).toFixed(3) },
    },
    h(
      "span",
      { class: "acting__undo-words" },
      h("span", {}, t("counter.undo")),
      h("small", {}, model.undoNumber ? t("counter.undo_restores", { number: model.undoNumber }) : t("counter.undo_waits")),
    ),
    h("span", { class: "acting__seconds", "aria-hidden": "true" }, String(Math.ceil(model.undoMs / 1000))),
    cap(KEYS.undo, view),
  );
}

/** The papers of this visit: by what the visitor answered, once that is known. */
export function papers(model, view) {
  return [needed(model, view), before(model, view)];
}

function needed(model, view) {
  const { t, config } = view;
  const asked = model.noting.find((visit) => visit.ticket === model.current?.id);
  if (asked) return bring(asked, view);
  const shown = model.current ?? (model.stage === "idle" ? model.waiting[0] : null);
  const papers = shown ? documents(shown, config.services) : [];
  if (papers.length === 0) return null;
  return h(
    "section",
    { class: "card card--slim", key: "papers" },
    h("h2", { class: "list-title" }, t("counter.documents")),
    h("ul", { class: "papers" }, papers.map((paper) => h("li", { key: paper }, paper))),
  );
}

/** Who comes after this visit, with the needs that want preparing. */
export function after(model, view) {
  const { t, config } = view;
  const next = model.current && model.mine ? model.waiting[0] : null;
  if (!next) return null;
  return h(
    "section",
    { class: "card card--slim", key: "next" },
    h("h2", { class: "list-title" }, t("counter.after_this")),
    h(
      "div",
      { class: "next" },
      number(next.number, "next__number"),
      h(
        "div",
        { class: "next__facts" },
        h("p", { class: "strong" }, concern(next, config.services).join(", ")),
        h("div", { class: "row row--tight" }, facts(next, view)),
      ),
    ),
    needPlates(next, view),
  );
}
