// When nobody touches the kiosk any more: pure, with the time as an argument.
//
// A warning stands at least 20 s before anything is lost (WCAG 2.2.1, EN 301 549), one act gives more time.

export const LEAST_WARNING_MS = 20_000;

/** `afterMs` of quiet, then `warnMs` of warning, then it is over. */
export function makeIdle({ afterMs, warnMs }) {
  const warning = Math.max(LEAST_WARNING_MS, warnMs);
  let touchedAt = 0;
  return {
    touch(now) {
      touchedAt = now;
    },
    /** {phase: "quiet" | "warning" | "over", leftS}: whole seconds left, rounded up. */
    at(now) {
      const left = touchedAt + afterMs + warning - now;
      const phase = left <= 0 ? "over" : left <= warning ? "warning" : "quiet";
      return { phase, leftS: Math.max(0, Math.ceil(left / 1000)) };
    },
  };
}
