// Days and times as visitors read them: pure. Days are "2026-03-09", moments ISO texts on the site's clock.

import { localeOf } from "/static/texts.js";

const DAY_MS = 86_400_000;

/** A moment as the site's clock shows it: the server writes it on that clock. */
export function clockOf(iso) {
  return iso.slice(11, 16);
}

export function addDays(date, count) {
  return new Date(Date.parse(`${date}T00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

export function dayWords(date, language, options = { weekday: "long", day: "numeric", month: "long" }) {
  return new Intl.DateTimeFormat(localeOf(language), { timeZone: "UTC", ...options }).format(Date.parse(`${date}T00:00Z`));
}
