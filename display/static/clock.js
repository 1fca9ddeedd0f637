// The office's time on a device whose own clock may be wrong: the server's time of the page's answer, carried on
// by the browser's steady clock, corrected from the Date header of a small answer now and then.

const TOLERATED_MS = 1500; // the header has whole seconds

export function makeClock({ serverNowMs, zone, language, atMs }) {
  let offset = serverNowMs - atMs;
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  const date = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", timeZone: zone });
  const figures = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "numeric", hourCycle: "h23", timeZone: zone });
  return {
    /** The minute of the office's day, 0 to 1439. */
    minute: (steadyMs) => {
      const found = Object.fromEntries(figures.formatToParts(steadyMs + offset).map(({ type, value }) => [type, Number(value)]));
      return found.hour * 60 + found.minute;
    },
    time: (steadyMs) => time.format(steadyMs + offset),
    date: (steadyMs) => date.format(steadyMs + offset),
    /** A moment to come, as people say it: its time, and its day unless that is today. */
    moment: (iso, steadyMs) => {
      const at = Date.parse(iso);
      const day = date.format(at);
      return { time: time.format(at), day: day === date.format(steadyMs + offset) ? null : day };
    },
    /** Take the server's time; small differences are the header's rounding and change nothing. */
    correct(serverMs, steadyMs) {
      if (Math.abs(serverMs - (steadyMs + offset)) > TOLERATED_MS) offset = serverMs - steadyMs;
    },
  };
}

/** The steady time at which the page's own answer began: `server_now_ms` was right then. */
export function answerBeganAt() {
  return performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
}

/** The server's time by the Date header, or null. */
export async function askServerTime(url = "/healthz") {
  try {
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(3000) });
    const at = Date.parse(answer.headers.get("date") ?? "");
    return Number.isNaN(at) ? null : at;
  } catch {
    return null;
  }
}
