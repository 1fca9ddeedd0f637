// What stands on a screen while nobody is called: pure, no document, no clock. Times are milliseconds of one
// steady clock. The waiting time and the town's texts take turns, calmly; a call takes their place at once.

const EACH_MS = 12_000; // two short lines are read twice in this time

export function makeQuiet({ afterMs = 60_000, eachMs = EACH_MS, count = 0 } = {}) {
  let since = null; // when the last call left the screen

  return {
    /** Which text is shown now: 0 … count - 1, or null for the waiting time and whenever a call is on. */
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
