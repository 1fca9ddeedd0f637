// What changed between two models that is worth a word: for screen readers, and for the desktop. Pure.

import { fetchReason } from "./model.js";

/** Keys of the catalogue with their values, in the order in which they should be said. */
export function newsBetween(before, after) {
  if (before === null || !after.mine) return [];
  const said = [];
  const [was, is] = [before.current, after.current];
  if (is && (was?.id !== is.id || before.stage !== after.stage)) {
    said.push({ key: after.stage === "called" ? "counter.said_called" : "counter.said_serving", values: { number: is.number } });
  }
  if (was && !is) said.push({ key: "counter.said_free", values: {} });
  if (fetchReason(after) && (!fetchReason(before) || was?.id !== is.id)) {
    said.push({ key: "counter.said_fetch", values: { number: is.number } });
  }
  if (firstWaits(before, after)) said.push({ key: "counter.said_first", values: {} });
  return said;
}

/** Whether somebody waits now for a clerk who had nobody: the moment for a desktop notice. */
export function firstWaits(before, after) {
  return before !== null && after.stage === "idle" && before.waiting.length === 0 && after.waiting.length > 0;
}
