// The number on the screen and what becomes of its slip: the words of the printer, reprinting, giving back.

import { makePress } from "./commands.js";
import { button, h, icon } from "./dom.js";
import { fitReminder, resultView, slipState } from "./result.js";

const WORDS_KEPT = 20;
const SETTLES_MS = 800; // the second tap of an impatient hand must not close the page with the number

/** `page`: what page.js shares. The screen is {step: "result", ticket, kind, attempt, since}. */
export function makeResultPage(page) {
  const { config, main, foot, live, t, now, idle, dialogs } = page;
  const press = makePress(page.send);
  const slips = new Map(); // ticket -> the last word on its slip; it may come before the answer does

  function open(ticket, kind = "taken") {
    page.go({ step: "result", ticket, kind, attempt: 1, since: now() });
    live.textContent = t("kiosk.said_number", { number: ticket.number });
  }

  function hear(word) {
    slips.set(word.ticket, word);
    if (slips.size > WORDS_KEPT) slips.delete(slips.keys().next().value);
    if (page.screen.step === "result" && page.screen.ticket.id === word.ticket) {
      idle.touch(now());
      draw();
    }
  }

  function slip() {
    const { ticket, attempt, since } = page.screen;
    const word = slips.get(ticket.id);
    const current = word && word.attempt >= attempt ? word : null;
    const printer = page.picture?.printer;
    return { state: slipState({ word: current, printer: printer ?? "", waitedMs: now() - since }), code: current?.code || printer };
  }

  function draw() {
    const screen = page.screen;
    const { state, code } = slip();
    const closing = idle.at(now());
    const closingS = closing.phase === "quiet" ? null : closing.leftS;
    const settling = now() - screen.since < SETTLES_MS;
    const signature = JSON.stringify([settling, state, code, closingS !== null, page.language, Boolean(screen.busy), screen.problem]);
    if (screen.drawn === signature && main.querySelector(".result")) return tickClosing(page, closingS);
    if (screen.slip !== state) live.textContent = state === "printing" ? live.textContent : t(`kiosk.slip_${state}`);
    screen.drawn = signature;
    screen.slip = state;
    const hadFocus = main.contains(document.activeElement);
    const on = { done: page.clear, giveBack: () => dialogs.askToGiveBack(screen.ticket.number, giveBack), reprint, moreTime: () => moreTime(page, draw) };
    main.replaceChildren(resultView({ t, config, language: page.language, today: page.today(), ticket: screen.ticket, kind: screen.kind, slip: state, code, closingS, settling, busy: Boolean(screen.busy), problem: screen.problem, on }));
    fitReminder(main);
    foot.hidden = true;
    if (hadFocus) main.querySelector("h1").focus({ preventScroll: true });
  }

  async function onTicket(path, body, then) {
    const mine = page.screen;
    const visits = mine.kind === "booked" ? `${page.kioskPath}/appointments` : `${page.sitePath}/tickets`;
    if (mine.busy) return;
    mine.busy = true;
    mine.problem = null;
    draw();
    try {
      const answer = await press(`${visits}/${mine.ticket.id}${path}`, body);
      if (page.screen === mine) then(answer);
    } catch (error) {
      mine.problem = page.refusal(error);
    }
    mine.busy = false;
    if (page.screen === mine) draw();
  }

  const reprint = () =>
    onTicket("/reprint", {}, (answer) => {
      page.screen.attempt = answer.attempt;
      page.screen.since = now();
      idle.touch(now());
    });

  const giveBack = () => onTicket("", { act: "cancel" }, () => page.go({ step: "given_back", number: page.screen.ticket.number }));

  return { open, hear, draw, forget: () => slips.clear() };
}

/** The button that counts down is the only thing that changes. */
export function tickClosing(page, closingS) {
  const label = page.main.querySelector("[data-closing] span");
  if (label) label.textContent = page.t("kiosk.done_in", { s: closingS });
}

export function moreTime(page, draw) {
  page.idle.touch(page.now());
  draw();
}

/** Something is being asked for. */
export function drawLooking(page, title) {
  page.main.replaceChildren(h("section", { class: "word", "aria-busy": "true" }, h("span", { class: "spinner" }), h("h1", { tabindex: -1 }, title)));
  page.foot.hidden = true;
}

/** One thing to read and a way back to the start. */
export function drawWord(page, { drawing, kind = "", title, text }) {
  const words = [icon(drawing), h("h1", { tabindex: -1 }, title), h("p", {}, text)];
  page.main.replaceChildren(h("section", { class: `word ${kind}`.trim() }, words, button(page.t("kiosk.to_start"), { kind: "button--primary" }, page.clear)));
  page.foot.hidden = true;
}
