// What is asked before something is done: one native <dialog>, its content by name. Each function returns
// {title, body, foot}; what is typed stays in the form until it is sent.

import { waitWords } from "/static/waits.js";
import { KEYS, onTicket } from "./acts.js";
import { h } from "./dom.js";
import { missingDialog } from "./missing.js";
import { button, facts, needPlates, number } from "./parts.js";
import { picker } from "./picker.js";
import { concern, due, reason, waits } from "./words.js";

const plain = (act, label, look = "", attributes = {}) => ({ act, label, look, attributes });

/** Describe the open dialog: `state` is {name, …}, made by page.js. */
export function dialog(state, model, view) {
  const { title, body = [], foot = [], form = null, wide = false } = DIALOGS[state.name](state, model, view);
  const { t } = view;
  const buttons = foot.map((one) => (one.submit ? submit(one, view) : button(view, one)));
  const inside = [
    state.problem && h("p", { class: "notice notice--bad", role: "alert", key: "problem" }, state.problem),
    h("div", { class: "stack", key: "body" }, body),
    h("div", { class: "dialog__foot", key: "foot" }, button({ ...view, busy: false }, { act: "dismiss", label: t(foot.length ? "counter.cancel" : "counter.close_dialog"), look: "button--quiet", attributes: { autofocus: !form && !foot.length } }), buttons),
  ];
  return [
    h("h2", { class: `dialog__title${wide ? " dialog__title--wide" : ""}`, id: "dialog-title" }, title),
    form ? h("form", { "data-form": form, class: "stack", novalidate: true, key: `form ${state.name}` }, inside) : h("div", { class: "stack", key: state.name }, inside),
  ];
}

function submit(one, view) {
  return h("button", { type: "submit", class: "button button--primary", "aria-disabled": view.busy || one.not ? "true" : null }, one.label);
}

const DIALOGS = { ask, ticket, choose, join, transfer, concern: changeConcern, walk_in: walkIn, walk_in_done: walkInDone, missing: missingDialog, close, more, devices, help, signed_out: signedOut };

/** A plain question: `texts` are keys, `yes` the act. */
function ask(state, model, { t }) {
  return {
    title: t(state.title, state.values),
    body: [h("p", {}, t(state.text, state.values))],
    foot: [plain(state.yes, t(state.label, state.values), "button--primary", { autofocus: true, ...data(state.wanted) })],
  };
}

const data = (wanted = {}) => Object.fromEntries(Object.entries(wanted).map(([name, value]) => [`data-${name}`, value]));

const TICKET_ACTS = {
  call: ["counter.call_this", "button--called"],
  ends_call: ["counter.end_and_call", "button--called"],
  join: ["counter.join_this", ""],
  away: ["counter.mark_away", ""],
  back: ["counter.is_back", ""],
  cancel: ["counter.cancel_ticket", "button--danger"],
  reprint: ["counter.reprint", ""],
  resume_parked: ["counter.resume_parked", "button--primary"],
  park_resume: ["counter.park_and_resume", "button--primary"],
};

function ticket(state, model, view) {
  const { t, config } = view;
  const one = state.found;
  const kiosks = Object.keys(config.site.kiosks).length;
  const acts = onTicket(model, one).filter((act) => act !== "reprint" || kiosks > 0);
  return {
    title: t("counter.number_title", { number: one.number }),
    body: [
      h("div", { class: "next" }, number(one.number, "next__number"), h("div", { class: "next__facts" }, h("ul", { class: "concern" }, concern(one, config.services).map((line) => h("li", {}, line))), h("div", { class: "row row--tight" }, facts(one, view)))),
      needPlates(one, view),
      one.state === "waiting" && why(state, one, view),
      h("div", { class: "dialog__acts" }, acts.map((act) => ticketAct(act, one, model, view))),
    ],
  };
}

function ticketAct(act, one, model, view) {
  const [label, look] = TICKET_ACTS[act];
  return button(view, { act, label: view.t(label, { number: model.current?.number ?? "" }), look, attributes: { "data-ticket": one.id, key: act } });
}

/** Why this order: the due time, its reason, and who comes before. */
function why(state, one, view) {
  const { t } = view;
  const order = state.order;
  return h(
    "section",
    { class: "why", key: "why" },
    h("h3", {}, t("counter.why")),
    h("p", {}, `${due(one, t)} · ${reason(one, t)} · ${waits(one.waiting_ms, t)}`),
    order && order.before_count === 0 && h("p", {}, t("counter.why_first")),
    order &&
      order.before_count > 0 && [
        h("p", {}, t("counter.why_before", { n: order.before_count })),
        h(
          "ul",
          { class: "why__list" },
          order.before.map((other) =>
            h("li", { key: other.number }, h("strong", { class: "number" }, other.number), " ", due({ due_in_ms: other.due_in_min * 60000 }, t), " · ", reason(other, t)),
          ),
        ),
      ],
    h("p", { class: "soft small" }, t("counter.why_rule")),
  );
}

function numberField({ t }, label) {
  return h(
    "p",
    { class: "field" },
    h("label", { class: "field__label", for: "typed-number" }, t(label)),
    h("input", { class: "input input--code", id: "typed-number", name: "number", inputmode: "numeric", autocomplete: "off", maxlength: 4, autofocus: true }),
  );
}

function choose(state, model, view) {
  const { t } = view;
  return {
    form: "choose",
    title: t("counter.choose"),
    body: [numberField(view, "counter.which_number"), model.current && h("p", { class: "notice notice--warn" }, t(model.stage === "called" ? "counter.choose_while_called" : "counter.choose_ends", { number: model.current.number }))],
    foot: [{ submit: true, label: t(model.stage === "serving" ? "counter.end_and_call" : "counter.call_this", { number: model.current?.number ?? "" }), not: model.stage === "called" }],
  };
}

function join(state, model, view) {
  const { t } = view;
  return {
    form: "join",
    title: t("counter.join_title", { number: model.current?.number ?? "" }),
    body: [h("p", {}, t("counter.join_text")), numberField(view, "counter.which_number")],
    foot: [{ submit: true, label: t("counter.join_this") }],
  };
}

function transfer(state, model, view) {
  const { t, config } = view;
  const open = model.counters.filter((one) => one.state !== "closed" && one.id !== config.counter.id);
  return {
    form: "transfer",
    title: t("counter.transfer_title", { number: model.current?.number ?? "" }),
    body: [
      h("p", {}, t("counter.transfer_text")),
      h(
        "p",
        { class: "field" },
        h("label", { class: "field__label", for: "to-counter" }, t("counter.transfer_to")),
        h(
          "select",
          { class: "select", id: "to-counter", name: "counter" },
          h("option", { value: "" }, t("counter.anybody_able")),
          open.map((one) => h("option", { value: one.id, key: one.id }, t("counter.room_and_clerk", { room: one.room, clerk: one.clerk ?? "" }))),
        ),
      ),
      h("h3", {}, t("counter.transfer_concern")),
      picker(state.pick, view, { persons: false }),
    ],
    foot: [{ submit: true, label: t("counter.transfer_do"), not: state.pick.chosen.length === 0 }],
  };
}

function changeConcern(state, model, view) {
  const { t } = view;
  return {
    form: "concern",
    title: t("counter.concern_title", { number: model.current?.number ?? "" }),
    body: [picker(state.pick, view)],
    foot: [{ submit: true, label: t("counter.save"), not: state.pick.chosen.length === 0 }],
  };
}

function walkIn(state, model, view) {
  const { t, config } = view;
  return {
    form: "walk_in",
    title: t("counter.walk_in"),
    body: [
      picker(state.pick, view),
      h(
        "p",
        { class: "field field--short" },
        h("label", { class: "field__label", for: "walk-in-language" }, t("counter.language_label")),
        h("select", { class: "select", id: "walk-in-language", name: "language" }, config.languages.map((code) => h("option", { value: code, key: code, selected: code === config.languages[0] }, config.language_names?.[code] ?? code))),
      ),
      h("fieldset", {}, h("legend", { class: "field__label" }, t("counter.needs_label")), h("div", { class: "checks" }, config.needs.map((name) => h("label", { class: "check", key: name }, h("input", { type: "checkbox", name: "need", value: name }), h("span", {}, t(`counter.need_${name}`)))))),
    ],
    foot: [{ submit: true, label: t("counter.give_number"), not: state.pick.chosen.length === 0 }],
  };
}

function walkInDone(state, model, view) {
  const { t, config } = view;
  const wait = state.given.wait;
  const told = wait && waitWords(wait);
  return {
    title: t("counter.walk_in_done"),
    body: [
      h("div", { class: "given" }, number(state.given.number, "given__number")),
      h("p", {}, t("counter.tell_number"), told ? " " + t(`counter.tell_${told.form}`, told) : ""),
      state.printed && h("p", { class: "notice notice--good", role: "status" }, t("counter.printing")),
      h(
        "div",
        { class: "dialog__acts" },
        Object.entries(config.site.kiosks).map(([id, name]) => button(view, { act: "reprint", label: t("counter.print_at", { name }), attributes: { "data-ticket": state.given.id, "data-kiosk": id, key: id } })),
      ),
    ],
  };
}

/** Closing during a visit: what becomes of it is asked, never guessed. */
function close(state, model, view) {
  const { t } = view;
  const number_ = model.current?.number ?? "";
  const foot = {
    serving: [plain("finish_close", t("counter.finish_and_close", { number: number_ }), "button--primary")],
    called: [plain("put_back_close", t("counter.put_back_and_close", { number: number_ }), "button--primary")],
  }[model.stage] ?? [plain("close", t("counter.close_counter"), "button--primary", { autofocus: true })];
  return { title: t("counter.close_title"), body: [h("p", {}, t(model.parked.length ? "counter.close_parked" : "counter.close_text", { n: model.parked.length }))], foot };
}

function more(state, model, view) {
  const { t } = view;
  const line = (act, label, hint, does, key) =>
    h(
      "li",
      { class: "list__item", key: act },
      h("div", { class: "list__main" }, h("p", { class: "strong" }, t(label)), h("p", { class: "soft small" }, t(hint))),
      button(view, { act, label: t(does), key, look: "button--s", attributes: { "aria-label": `${t(label)}: ${t(does)}` } }),
    );
  const lines = [
    model.issuing
      ? line("issuing", "counter.issuing_goes", "counter.issuing_hint", "counter.do_stop", KEYS.issuing)
      : line("issuing", "counter.issuing_stands", "counter.issuing_hint", "counter.do_go", KEYS.issuing),
    model.fetching
      ? line("call_mode", "counter.mode_fetch", "counter.mode_fetch_hint", "counter.do_screen", KEYS.call_mode)
      : line("call_mode", "counter.mode_screen", "counter.mode_screen_hint", "counter.do_fetch", KEYS.call_mode),
    Object.keys(view.config.site.displays).length > 0 && line("devices", "counter.devices", "counter.devices_hint", "counter.do_open", KEYS.devices),
    view.mayTestAlarm && line("alarm_test", "counter.alarm_test", "counter.alarm_test_hint", "counter.do_test"),
    view.mayAskNotice && line("ask_notice", "counter.notify", "counter.notify_hint", "counter.do_on"),
    line("keys", "counter.keys", "counter.keys_hint", view.keysOn ? "counter.do_off" : "counter.do_on"),
    line("help", "counter.help", "counter.help_hint", "counter.do_open", KEYS.help),
    model.mine && line("close", "counter.close_counter", "counter.close_hint", "counter.do_close", KEYS.close),
  ];
  return { title: t("counter.more"), body: [h("ul", { class: "list" }, lines)] };
}

function devices(state, model, view) {
  const { t, config } = view;
  const about = (id) => model.notices.find((found) => found.device === id && found.code.startsWith("display"))?.code ?? "display_good";
  return {
    title: t("counter.devices"),
    body: [
      h(
        "ul",
        { class: "list" },
        Object.entries(config.site.displays).map(([id, name]) => {
          const out = about(id) === "display_out";
          return h(
            "li",
            { class: "list__item", key: id },
            h("span", { class: "list__main" }, h("span", { class: "strong" }, name), " ", h("span", { class: `badge badge--${about(id) === "display_good" ? "good" : out ? "info" : "warn"}` }, t(`counter.device_${about(id)}`))),
            button(view, { act: "display", label: t(out ? "counter.display_back" : "counter.display_take_out"), look: "button--s", attributes: { "data-display": id, "data-out": out ? "" : "yes", "aria-label": `${name}: ${t(out ? "counter.display_back" : "counter.display_take_out")}` } }),
          );
        }),
      ),
    ],
  };
}

function help(state, model, view) {
  const { t } = view;
  return {
    title: t("counter.help"),
    wide: true,
    body: [
      h("p", {}, t(view.keysOn ? "counter.help_on" : "counter.help_off")),
      h("dl", { class: "keys" }, Object.entries(KEYS).map(([act, key]) => h("div", { key: act }, h("dt", {}, h("kbd", { class: "key" }, key.toUpperCase())), h("dd", {}, t(`counter.key_${act}`))))),
      button(view, { act: "keys", label: t(view.keysOn ? "counter.keys_off" : "counter.keys_on") }),
    ],
  };
}

function signedOut(state, model, { t }) {
  return { title: t("counter.signed_out"), body: [h("p", {}, t("counter.signed_out_text")), h("p", {}, h("a", { class: "button button--primary", href: `/sign-in?next=${location.pathname}` }, t("counter.sign_in_again")))] };
}
