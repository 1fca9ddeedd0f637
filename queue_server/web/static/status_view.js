// What a visitor's page shows, from the picture that all phones share. Pure: no DOM, no clock but a given one.
//
// Everything is matched by the ticket's opaque key. The number is never compared: it comes back another
// day, and a stranger's phone must not ring.

/** The state of my visit in a public queue; `ended` when my key is in none of its lists. */
export function stateOf(queue, key) {
  if (queue.called.some((call) => call.key === key)) return "called";
  if (queue.waiting.some((entry) => entry.key === key)) return "waiting";
  if (queue.away.includes(key)) return "away";
  if (queue.missed.includes(key)) return "no_show";
  if (queue.serving.includes(key)) return "serving";
  return "ended";
}

/** All that the page shows of a picture. */
export function view(queue, key) {
  const call = queue.called.find((one) => one.key === key) ?? null;
  const place = queue.waiting.find((entry) => entry.key === key) ?? null;
  return { state: stateOf(queue, key), call, place, mode: queue.call_mode };
}

const RING_UNTIL_AGE_MS = 60_000;

/**
 * Which calls ring: mine, each call or recall once, and none that was made long before the page saw it.
 * `ring(view, epoch)` gives true exactly when the phone should sound now. A new epoch counts its calls anew:
 * the numbers of the old one say nothing there.
 */
export function makeBell() {
  let last = { epoch: null, seq: -1 };
  return {
    ring({ call }, epoch = null) {
      if (call === null || (epoch === last.epoch && call.seq <= last.seq)) return false;
      last = { epoch, seq: call.seq };
      return call.age_ms <= RING_UNTIL_AGE_MS;
    },
  };
}

/** How a visit ended that was not served: a picture knows only that it is over. */
export const ENDS = ["cancelled", "expired"];

/** The line to show, without "status.line_". `before`: the one before; null, or one of `ENDS`, for the first. */
export function lineOf({ state, call, mode }, before = null) {
  if (state === "ended") return ENDS.includes(before) ? before : "finished";
  if (call !== null && mode === "fetch") return "fetched";
  // The call was taken back, or somebody else goes first: without a word the visitor would set out.
  return state === "waiting" && ["called", "again"].includes(before) ? "again" : state;
}

const UNDO_AND_SLACK_MS = 15_000;

/**
 * Does `leave` when the visit has been over for as long as an undo may still bring it back: "Done, next" is taken
 * back within ten seconds, and a phone that had gone would never ring again. `see(state)` with each picture.
 */
export function makeLeaving(leave, { later = setTimeout, never = clearTimeout } = {}) {
  let waiting = null;
  return {
    see(state) {
      if (state === "ended") waiting ??= later(leave, UNDO_AND_SLACK_MS);
      else if (waiting !== null) {
        never(waiting);
        waiting = null;
      }
    },
  };
}
