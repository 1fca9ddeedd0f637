// Booking a time at the kiosk: day, time, what the site needs to know, one press. Nothing is held meanwhile, so
// that no time is kept for somebody who walked away; a time that is gone by then leads back to its day.

import { makePress, sendOnce } from "./commands.js";
import { daysView, timesView } from "./days.js";
import { button, h, problemNode } from "./dom.js";
import { FIELDS, personOf } from "./fields.js";
import { keyboard } from "./keyboard.js";
import { laterView } from "./later.js";
import { concernNodes } from "./steps.js";
import { chosen, concern, mustBook } from "./visit.js";
import { addDays } from "./when.js";

const GONE = new Set(["slot_taken", "hold_expired", "not_bookable"]);
const HOW = new Set(["name", "contact", "address", "birth_date"]); // fields of which we say how they are typed
const SHEET_MOST = 98; // days; the offer gives fewer than a hundred at once

/**
 * `page`: what page.js shares. The screens are {step: "days", sheet}, {step: "times", date, times},
 * {step: "field", at} and {step: "later"}; `visit.time` is the chosen one, `visit.from` leads back.
 */
export function makeBooking(page, { onBooked, onWait, onPeople }) {
  const { t, config } = page;
  const press = makePress(page.send);
  const fields = config.kiosk_fields;

  // -- what is free

  function days(problem = null) {
    const horizon = Math.min(...chosen(page.visit, config.categories).map(({ service }) => service.horizon_days));
    const first = page.today();
    const span = { first, last: addDays(first, Math.min(horizon, SHEET_MOST)) };
    ask({ step: "days", sheet: null, problem }, "months", span, (asked, answer) => Object.assign(asked, { sheet: answer }));
  }

  const times = (date, problem = null) => ask({ step: "times", date, times: null, problem }, "times", { day: date }, (asked, answer) => Object.assign(asked, { times: answer.times }));

  /** Ask for the offer. An answer for a page that is gone is dropped. */
  async function ask(asked, what, when, take) {
    page.go(asked);
    try {
      // In a body: what somebody needs stands in no address.
      take(asked, await page.send(`${page.kioskPath}/${what}`, { ...concern(page.visit), ...when }));
    } catch (error) {
      take(asked, { days: [], times: [] });
      asked.problem = page.refusal(error);
    }
    if (page.screen === asked) page.draw();
  }

  const backFromDays = () => (mustBook(page.visit, config.categories) ? onPeople() : onWait());

  // -- a time, and what is to be told

  /** `from`: opens the page again on which the time was chosen, with a problem or without. */
  function choose(time, from) {
    Object.assign(page.visit, { time, from });
    turnTo(0);
  }

  function turnTo(at) {
    if (at < 0) page.visit.from();
    else page.go(at < fields.length ? { step: "field", at } : { step: "later", problem: null });
  }

  /** The site's own reason, behind how it is typed; without one our own sentence. */
  function why(field) {
    const reason = config.field_reasons[field];
    const own = reason?.[page.language] ?? reason?.de;
    if (!own) return t(`kiosk.field_${field}_why`);
    return HOW.has(field) ? `${t(`kiosk.field_${field}_how`)} ${own}` : own;
  }

  function fieldView() {
    const { at, problem } = page.screen;
    const field = fields[at];
    const typed = page.visit.told.get(field) ?? "";
    const onward = button(t("kiosk.next"), { after: "next", kind: "button--primary" }, () => turnTo(at + 1));
    const look = () => onward.setAttribute("aria-disabled", String(!FIELDS[field].isWhole(page.visit.told.get(field) ?? "")));
    const onChange = (text) => {
      page.visit.told.set(field, text);
      look();
    };
    const onEnter = () => FIELDS[field].isWhole(page.visit.told.get(field) ?? "") && turnTo(at + 1);
    const title = h("span", { id: "field-title" }, t(`kiosk.field_${field}`));
    const hint = h("span", { id: "field-hint" }, why(field));
    const body = [problemNode(problem), keyboard({ t, language: page.language, field, typed, labelledBy: "field-title field-hint", onChange, onEnter })].filter(Boolean);
    look();
    return { title, hint, body, foot: [button(t("kiosk.back"), { before: "back", kind: "button--quiet" }, () => turnTo(at - 1)), onward] };
  }

  // -- one press

  const book = () => {
    const { visit } = page;
    const told = fields.length > 0 ? { person: personOf(visit.told) } : {};
    const body = { ...concern(visit), ...told, starts_at: visit.time, language: visit.language };
    return sendOnce(page, "later", () => press(`${page.kioskPath}/appointments`, body), onBooked, (error) => {
      if (!GONE.has(error.code)) return false;
      visit.from(t("kiosk.later_gone")); // what is free by now is asked again (failure 17)
      return true;
    });
  };

  const views = {
    days: () => daysView({ t, language: page.language, ...page.screen, onDay: (date) => times(date), onTime: (time) => choose(time, days), onBack: backFromDays }),
    times: () => timesView({ t, language: page.language, ...page.screen, onTime: (time) => choose(time, (problem) => times(time.slice(0, 10), problem)), onBack: () => days() }),
    field: fieldView,
    later: () => laterView({ t, page, parts: concernNodes({ t, visit: page.visit, config }), isAsked: fields.length > 0, onBack: () => turnTo(fields.length - 1), onBook: book }),
  };

  return { days, choose, views, forget: press.forget };
}
