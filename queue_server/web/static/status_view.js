// What a visitor's page shows, from the picture that all phones share. Pure: no DOM, no clock.
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
 * Which calls ring: mine, each call or recall once, and none that was made long before the page was opened.
 * `ring(view)` gives true exactly when the phone should sound now.
 */
export function makeBell() {
  let lastSeq = -1;
  return {
    ring({ call }) {
      if (call === null || call.seq <= lastSeq) return false;
      lastSeq = call.seq;
      return call.age_ms <= RING_UNTIL_AGE_MS;
    },
  };
}
