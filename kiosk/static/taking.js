// Taking a number: what it takes is told first, then one press does it.

import { makePress, sendOnce } from "./commands.js";
import { concern } from "./visit.js";

/** `page`: what page.js shares. The screen is {step: "confirm", quote, problem}. */
export function makeTaking(page, { onTaken }) {
  const press = makePress(page.send);

  /** Ask what it takes. An answer for a page that is gone is dropped. */
  async function confirm(problem = null) {
    const asked = { step: "confirm", quote: null, problem };
    page.go(asked);
    try {
      asked.quote = await page.send(`${page.kioskPath}/quotes`, concern(page.visit));
      // Asked before a number is taken: nobody should press for nothing.
      if (asked.quote.not_admitted) asked.problem = page.refusal({ code: "not_admitted", params: asked.quote.not_admitted });
      if (asked.quote.wait?.before_closing === "unlikely") asked.problem ??= page.refusal({ code: "not_issuing", params: { reason: "past_closing" } });
    } catch (error) {
      asked.quote = { ahead: null, wait: page.picture?.wait ?? null, later: null };
      if (error.code !== "offline") asked.problem = page.refusal(error);
    }
    if (page.screen === asked) page.draw();
  }

  const take = () => sendOnce(page, "confirm", () => press(`${page.sitePath}/tickets`, { ...concern(page.visit), language: page.visit.language }), onTaken);

  return { confirm, take };
}
