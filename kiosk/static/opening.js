// When the house opens again: pure. Weekdays count from Monday = 0; days are "2026-03-09", times "08:00".

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 60;

/** The next opening after a moment of the site's wall clock: {on, opens, days} or null. A closure beats the week. */
export function nextOpening({ opening, closures }, { date, time }) {
  const today = Date.parse(`${date}T00:00Z`);
  for (let days = 0; days <= DAYS_AHEAD; days += 1) {
    const on = new Date(today + days * DAY_MS).toISOString().slice(0, 10);
    if (closures.some((closure) => closure.on === on)) continue;
    const spans = opening.filter((one) => one.weekday === weekdayOf(on) && (days > 0 || one.opens > time));
    if (spans.length > 0) return { on, days, opens: spans.map((one) => one.opens).sort()[0] };
  }
  return null;
}

export function weekdayOf(date) {
  return (new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7;
}

/** "closed" and "past_closing" are three days of the same name: all day, for a break, or for today. */
export function wordOf(state, config, local) {
  const again = nextOpening(config, local);
  if (state === "past_closing" && again?.days === 0) return "past_break";
  if (state !== "closed" || again?.days === 0) return state;
  const isClosure = config.closures.some((one) => one.on === local.date);
  const openToday = config.opening.some((one) => one.weekday === weekdayOf(local.date));
  return isClosure || !openToday ? "closed_today" : "closed";
}
