// What this display tells the server: reports on calls, the state of its sound. "Shown" is said only when
// the call stands in the document, the page is visible and two frames were painted since.

const KEPT = 60;

export function makeReporter({ send, isDrawn, nextFrame = (done) => requestAnimationFrame(done) }) {
  let last = new Map(); // seq -> Map(kind -> report), to be told again to a server that came back
  let expected = new Set();
  const shown = new Set();
  let healthSaid = "";
  let healthNow = null;

  function remember(report) {
    const kinds = last.get(report.call) ?? new Map();
    if (report.kind !== "queued") kinds.set(report.kind, report);
    last.set(report.call, kinds);
    if (last.size > KEPT) last = new Map([...last].slice(-KEPT));
  }

  function report(call, kind, more = {}) {
    const message = { call, kind, ...more };
    if (message.detail === undefined) delete message.detail;
    remember(message);
    send({ report: message });
  }

  function sayHealth() {
    const text = JSON.stringify(healthNow);
    if (healthNow === null || text === healthSaid) return;
    if (send({ health: healthNow })) healthSaid = text;
  }

  function sayShown() {
    for (const seq of expected) {
      if (shown.has(seq) || document.visibilityState !== "visible" || !isDrawn(seq)) continue;
      shown.add(seq);
      report(seq, "shown");
    }
    expected = new Set([...expected].filter((seq) => !shown.has(seq)));
  }

  return {
    report,

    /** These calls are on the board: report each once, as soon as it is really painted. */
    expectShown(seqs) {
      expected = new Set(seqs);
      for (const seq of shown) if (!expected.has(seq)) shown.delete(seq);
      nextFrame(() => nextFrame(sayShown));
    },

    health(health) {
      healthNow = health;
      sayHealth();
    },

    /** Another epoch: its sequence numbers mean other calls. */
    forget() {
      last = new Map();
      expected = new Set();
      shown.clear();
    },

    /** The line is back: the server may be a new process, so say again what is still true. */
    resume() {
      healthSaid = "";
      sayHealth();
      for (const seq of shown) for (const message of last.get(seq)?.values() ?? []) send({ report: message });
    },
  };
}
