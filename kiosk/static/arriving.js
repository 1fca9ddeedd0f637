// Checking in for an appointment: by the code of the confirmation, or by number (or reference) and time.
//
// Until somebody has checked in nothing of the appointment is shown: who stands here may be anybody. After it, its
// number, its time, where to wait, and after the code alone what to have along, but of a confidential concern.

import { makePress } from "./commands.js";
import { button, h, problemNode } from "./dom.js";
import { FIELDS, keypad } from "./keypad.js";

const MOST_ERRORS = 3;
/** What is said to who has checked in already, by the state of the ticket; the others are told to wait. */
const HERE = { called: "called", serving: "called", no_show: "missed", away: "away", finished: "done", cancelled: "done", expired: "done" };
const DRAWINGS = { called: "screen", missed: "people", away: "clock", done: "check", here: "check" };

export function wordOfState(state) {
  return HERE[state] ?? "here";
}

/** `page`: what page.js shares. The screen is {step: "arrive", by, field, number, reference, time, errors, problem, busy}. */
export function makeArriving(page, { onArrived }) {
  const { config, t } = page;
  const press = makePress(page.send);
  const path = `${page.sitePath}/check-ins`;
  const word = (name, { drawing = "calendar", ...params } = {}) => page.go({ step: "word", drawing, kind: "word--calm", title: () => t(`kiosk.arrive_${name}`), text: () => t(`kiosk.arrive_${name}_text`, params) });

  function open() {
    page.go({ step: "arrive", by: "number", field: "number", number: "", reference: "", time: "", errors: 0, problem: null, busy: false });
  }

  // -- by hand

  function view({ hasScanner }) {
    const screen = page.screen;
    const { field, busy } = screen;
    const isTime = field === "time";
    const onward = button(t(isTime ? "kiosk.arrive_send" : "kiosk.next"), { kind: "button--primary", after: "next", "aria-busy": busy ? "true" : null }, isTime ? send : toTime);
    const look = () => onward.setAttribute("aria-disabled", String(busy || !FIELDS[field].isWhole(screen[field])));
    const other = isTime ? null : button(t(screen.by === "number" ? "kiosk.arrive_by_reference" : "kiosk.arrive_by_number"), { kind: "button--quiet arrive__other" }, otherWay);
    const onChange = (typed) => {
      screen[field] = typed;
      look();
    };
    look();
    return {
      title: t(`kiosk.arrive_${field}`),
      hint: [t(`kiosk.arrive_${field}_hint`), !isTime && hasScanner && ` ${t("kiosk.arrive_scan_hint")}`],
      body: h("div", { class: "arrive" }, keypad({ t, field, typed: screen[field], onChange, above: problemNode(screen.problem?.()), below: other })),
      foot: [button(t(isTime ? "kiosk.back" : "kiosk.to_start"), { before: "back", kind: "button--quiet", "aria-disabled": String(busy) }, isTime ? toName : page.clear), onward],
    };
  }

  const turn = (change) => page.go(Object.assign(page.screen, change));
  const toTime = () => turn({ field: "time", problem: null });
  const toName = () => turn({ field: page.screen.by });
  const otherWay = () => {
    const by = page.screen.by === "number" ? "reference" : "number";
    turn({ by, field: by, problem: null });
  };

  async function send() {
    const asked = page.screen;
    if (asked.busy) return;
    Object.assign(asked, { busy: true, problem: null });
    page.draw();
    const name = asked.by === "number" ? { number: Number(asked.number) } : { reference: asked.reference };
    const time = `${asked.time.slice(0, 2)}:${asked.time.slice(2)}`;
    try {
      const ticket = await press(path, { ...name, time });
      if (page.screen === asked) onArrived(ticket);
    } catch (error) {
      asked.busy = false;
      if (page.screen === asked) refuse(asked, error);
    }
  }

  function refuse(asked, error) {
    if (error.code === "not_found") asked.errors += 1;
    if (error.code === "too_many_requests" || asked.errors >= MOST_ERRORS) return word("pause", { drawing: "people" });
    if (explain(error)) return;
    asked.problem = () => (error.code === "not_found" ? t("kiosk.arrive_unknown") : page.refusal(error));
    if (error.code === "not_found") toName();
    else page.draw();
  }

  // -- by the scanner

  async function openCode(code) {
    const asked = { step: "looking", title: () => t("kiosk.arrive_looking") };
    page.go(asked);
    try {
      const ticket = await press(path, { code });
      if (page.screen === asked) onArrived(ticket);
    } catch (error) {
      if (page.screen !== asked || explain(error)) return;
      if (["not_found", "bad_input"].includes(error.code)) word("code_unknown", { drawing: "paper" });
      else page.go({ step: "word", drawing: "clock", kind: "word--calm", title: () => t("kiosk.code_later"), text: () => page.refusal(error) });
    }
  }

  // -- answers that belong to the appointment, each with its own words

  function explain({ code, params }) {
    if (code === "wrong_day") word("wrong_day");
    else if (code === "wrong_site") word("wrong_site", { drawing: "house", site: nameOf(params.site) });
    else if (code === "appointment_over") word("over");
    else if (code === "already_checked_in") here(params);
    else return false;
    return true;
  }

  function here({ number, state }) {
    const name = wordOfState(state);
    word(name, { drawing: DRAWINGS[name], number });
  }

  function nameOf(site) {
    const name = config.sites[site] ?? config.site_name;
    return name[page.language] ?? name.de;
  }

  return { open, view, openCode };
}
