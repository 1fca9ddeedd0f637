// What stands on a screen while nobody is called: pure, no document, no clock. Times are milliseconds of one
// steady clock. The waiting time, the town's texts and its pictures take turns, calmly; a call takes their place at once.

const EACH_MS = 12_000; // two short lines are read twice in this time

/** One list of two: a text, a picture, a text, …; what one has more of comes at the end. */
export function inTurn(texts, pictures) {
  const all = [];
  for (let at = 0; at < Math.max(texts.length, pictures.length); at += 1) {
    if (at < texts.length) all.push(texts[at]);
    if (at < pictures.length) all.push(pictures[at]);
  }
  return all;
}

export function makeQuiet({ afterMs = 60_000, eachMs = EACH_MS, count = 0 } = {}) {
  let since = null; // when the last call left the screen

  return {
    /** Which text or picture is shown now: 0 … count - 1, or null for the waiting time and whenever a call is on. */
    shown(onCount, now) {
      if (onCount > 0 || count === 0) {
        since = null;
        return null;
      }
      since ??= now;
      const quiet = now - since - afterMs;
      if (quiet < 0) return null;
      const turn = Math.floor(quiet / eachMs) % (count + 1);
      return turn === count ? null : turn;
    },
  };
}
