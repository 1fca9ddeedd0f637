// Taking a number, or a time later today instead: what it takes is told first, then one press does it.

import { makePress } from "./commands.js";
import { concern } from "./visit.js";

const GONE = new Set(["slot_taken", "hold_expired", "not_bookable"]);

/** `page`: what page.js shares. The screens are {step: "confirm", quote, problem} and {step: "later", startsAt, problem}. */
export function makeTaking(page, { onTaken, onBooked }) {
  const { t } = page;
  const takePress = makePress(page.send);
  const bookPress = makePress(page.send);

  /** Ask what it takes. An answer for a page that is gone is dropped. */
  async function confirm(problem = null) {
    const asked = { step: "confirm", quote: null, problem };
    page.go(asked);
    try {
      asked.quote = await page.send(`${page.kioskPath}/quotes`, concern(page.visit));
    } catch (error) {
      asked.quote = { ahead: null, wait: page.picture?.wait ?? null, later: [] };
      if (error.code !== "offline") asked.problem = page.refusal(error);
    }
    if (page.screen === asked) page.draw();
  }

  const take = () => sent("confirm", () => takePress(`${page.sitePath}/tickets`, { ...concern(page.visit), language: page.visit.language }), onTaken);

  const later = (startsAt) => page.go({ step: "later", startsAt, problem: null });

  const book = () =>
    sent("later", ({ startsAt }) => bookPress(`${page.kioskPath}/appointments`, { ...concern(page.visit), starts_at: startsAt, language: page.visit.language }), onBooked, (error) => {
      if (!GONE.has(error.code)) return false;
      confirm(t("kiosk.later_gone")); // what is free by now is asked again (failure 17)
      return true;
    });

  async function sent(step, send, then, refused = () => false) {
    const asked = page.screen;
    if (asked.step !== step || asked.busy) return;
    Object.assign(asked, { busy: true, problem: null });
    page.draw();
    try {
      const answer = await send(asked);
      if (page.screen === asked) then(answer);
    } catch (error) {
      asked.busy = false;
      if (page.screen !== asked || refused(error)) return;
      asked.problem = page.refusal(error);
      page.draw();
    }
  }

  return { confirm, take, later, book };
}
