// From frames to what stands on the screen: pure, no document, no clock. Times are milliseconds of one
// steady clock of this page; ages on the wire are turned into "received at" once.
//
// A call is *on* while it is open, and in any case for its minimum time; then it goes to the last ones.
// A call that vanishes from the board was withdrawn (undo) and goes at once.

const LAST_COUNT = 5;

export function makeBoard({ minOnScreenMs = 30_000, lastCount = LAST_COUNT } = {}) {
  let receivedAt = new Map(); // seq -> ms
  let calls = [];
  let board = null;
  let epoch = null;

  const isOn = (call, now) => call.open || now - receivedAt.get(call.seq) < minOnScreenMs;

  /** One entry for each ticket: a recall replaces the call before it. */
  function newestOfEach(entries) {
    const seen = new Set();
    return entries.filter((call) => !seen.has(call.key) && seen.add(call.key));
  }

  return {
    /** Take a frame; gives the calls that this page had not known, oldest first. */
    update(frame, now) {
      const announced = new Set(frame.announce.map((call) => call.seq));
      const known = frame.epoch === epoch ? receivedAt : new Map();
      epoch = frame.epoch;
      receivedAt = new Map();
      const fresh = [];
      for (const call of frame.board.calls) {
        const before = known.get(call.seq);
        if (before === undefined) fresh.push(call);
        receivedAt.set(call.seq, before ?? (announced.has(call.seq) ? now : now - call.age_ms));
      }
      board = frame.board;
      calls = [...frame.board.calls].sort((a, b) => b.seq - a.seq);
      return fresh.sort((a, b) => a.seq - b.seq);
    },

    /** What to draw: the newest call, the other calls, the last ones, the figures of the hall. */
    view(now) {
      if (board === null) return { ready: false, newest: null, others: [], last: [], onCount: 0 };
      const entries = newestOfEach(calls);
      const on = entries.filter((call) => isOn(call, now)).map((call) => ({
        ...call,
        fresh: now - receivedAt.get(call.seq) < minOnScreenMs,
      }));
      return {
        ready: true,
        newest: on[0] ?? null,
        others: on.slice(1),
        last: entries.filter((call) => !isOn(call, now)).slice(0, lastCount),
        onCount: on.length,
        waitingCount: board.waiting_count,
        wait: board.wait,
        openCounterCount: board.open_counter_count,
        issuing: board.issuing,
        callMode: board.call_mode,
      };
    },

    nextFree: () => board?.next_free ?? null,
    configVersion: () => board?.config_version ?? null,
    program: () => board?.program ?? null,
    openSeqs: () => calls.filter((call) => call.open).map((call) => call.seq),
  };
}
