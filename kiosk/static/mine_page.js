// A visit that is under way, opened by the code of its slip: where it stands, away and back, giving back.
//
// The code is the right to all of it. It is held while the page stands, sent in bodies only, and goes with it.

import { numberNode } from "/static/digits.js";
import { makePress } from "./commands.js";
import { button, h, icon } from "./dom.js";
import { closingButtons } from "./result.js";
import { drawWord, moreTime, tickClosing } from "./result_page.js";
import { waitNodes } from "./start.js";

const ENDED = new Set(["finished", "cancelled", "expired"]);
const MAY_GIVE_BACK = new Set(["waiting", "away", "called"]);
const NEXT_ACT = { waiting: "away", away: "back", no_show: "back" };

/** `page`: what page.js shares. The screen is {step: "mine", code, seen, unknown, problem, busy, turn}. */
export function makeMinePage(page) {
  const { config, main, foot, t, now, idle, dialogs } = page;
  const press = makePress(page.send);
  const path = `/api/v1/kiosks/${encodeURIComponent(config.kiosk_id)}/visits`;

  function open(code) {
    const mine = { step: "mine", code, seen: null, unknown: false, problem: null, busy: false, turn: 0 };
    page.go(mine);
    return ask(mine);
  }

  /** Ask how it stands. What was asked before an act is no answer after it. */
  async function ask(mine) {
    const turn = mine.turn;
    try {
      const seen = await page.send(path, { code: mine.code });
      if (mine.turn === turn) adopt(mine, seen);
    } catch (error) {
      if (mine.seen === null) fail(mine, error);
    }
    if (page.screen === mine) draw();
  }

  function adopt(mine, seen) {
    if (mine.seen === null && page.screen === mine) page.speakAs(seen.language);
    mine.seen = seen;
  }

  function fail(mine, error) {
    mine.unknown = error.code === "not_found" || error.code === "bad_input";
    mine.problem = mine.unknown ? null : page.refusal(error);
  }

  async function act(what) {
    const mine = page.screen;
    if (mine.busy) return;
    Object.assign(mine, { busy: true, problem: null, turn: mine.turn + 1 });
    draw();
    try {
      mine.seen = await press(path, { code: mine.code, act: what });
    } catch (error) {
      mine.problem = page.refusal(error);
    }
    Object.assign(mine, { busy: false, turn: mine.turn + 1 });
    if (page.screen !== mine) return;
    idle.touch(now());
    if (what === "cancel" && !mine.problem) page.go({ step: "given_back", number: mine.seen.number });
    else if (mine.problem) ask(mine); // it is not as the page thought
    else draw();
  }

  /** The hall has moved on. */
  function renew() {
    if (page.screen.seen && !page.screen.busy) ask(page.screen);
  }

  function draw() {
    const { seen, unknown, problem, busy } = page.screen;
    if (seen && !ENDED.has(seen.state)) drawVisit();
    else if (seen) drawWord(page, { drawing: "check", title: t("kiosk.mine_over"), text: t("kiosk.mine_over_text") });
    else if (unknown) drawWord(page, { drawing: "paper", kind: "word--calm", title: t("kiosk.code_unknown"), text: t("kiosk.code_unknown_text") });
    else if (problem) drawWord(page, { drawing: "clock", kind: "word--calm", title: t("kiosk.code_later"), text: problem });
    else main.replaceChildren(h("section", { class: "word", "aria-busy": busy }, h("span", { class: "spinner" }), h("h1", { tabindex: -1 }, t("kiosk.code_looking"))));
    foot.hidden = true;
  }

  function drawVisit() {
    const screen = page.screen;
    const closing = idle.at(now());
    const closingS = closing.phase === "quiet" ? null : closing.leftS;
    const signature = JSON.stringify([screen.seen, screen.problem, screen.busy, closingS !== null, page.language]);
    if (screen.drawn === signature && main.querySelector(".mine")) return tickClosing(page, closingS);
    if (screen.told !== screen.seen.state) page.live.textContent = lineOf(screen.seen);
    Object.assign(screen, { drawn: signature, told: screen.seen.state });
    const hadFocus = main.contains(document.activeElement);
    main.replaceChildren(view(screen, closingS));
    if (hadFocus) main.querySelector("h1").focus({ preventScroll: true });
  }

  function lineOf({ state, room }) {
    if (state !== "called") return t(`kiosk.mine_${state}`);
    return room ? t("kiosk.mine_called", { room }) : t("kiosk.mine_fetched");
  }

  function view({ seen, problem, busy }, closingS) {
    const acts = NEXT_ACT[seen.state];
    const busyNow = { "aria-disabled": String(busy) };
    return h(
      "section",
      { class: "result mine", "data-state": seen.state },
      h("div", { class: "result__number" }, h("h1", { class: "result__label", tabindex: -1 }, t("kiosk.your_number"), h("span", { class: "visually-hidden" }, ` ${seen.number}`)), numberNode(seen.number, "result__digits number")),
      h("div", { class: "result__more" }, h("p", { class: "mine__line" }, lineOf(seen)), seen.state === "waiting" && facts(seen), place(seen), problem && h("div", { class: "notice notice--bad", role: "alert" }, h("p", { class: "notice__title" }, problem))),
      h(
        "div",
        { class: "result__acts" },
        MAY_GIVE_BACK.has(seen.state) && button(t("kiosk.give_back"), { kind: "button--quiet", ...busyNow }, () => dialogs.askToGiveBack(seen.number, () => act("cancel"))),
        acts && button(t(`kiosk.mine_act_${seen.state}`), { kind: seen.state === "waiting" ? "" : "button--primary", ...busyNow }, () => act(acts)),
        closingButtons({ t, closingS, kind: seen.state === "waiting" || !acts ? "button--primary" : "", onDone: page.clear, onMoreTime: () => moreTime(page, draw) }),
      ),
    );
  }

  const row = (drawing, label, value, more) => h("div", { class: "result__area" }, icon(drawing), h("div", {}, h("p", { class: "soft" }, label), h("p", { class: "result__place" }, value), more && h("p", {}, more)));

  const facts = ({ ahead, wait }) => [
    row("people", t("kiosk.ahead"), [h("span", { class: "number" }, String(ahead)), ` ${t("kiosk.ahead_unit", { n: ahead })}`]),
    wait && row("clock", t("kiosk.wait_for_you"), waitNodes(t, wait)),
  ];

  function place({ state, area_id: id }) {
    const area = ["waiting", "no_show"].includes(state) && config.areas.find((one) => one.id === id);
    const words = (texts) => texts?.[page.language] ?? texts?.de;
    return area && row("pin", t("kiosk.wait_here"), words(area.name), words(area.hint));
  }

  return { open, draw, renew, unknown: () => page.go({ step: "mine", code: "", seen: null, unknown: true, problem: null, busy: false, turn: 0 }) };
}
