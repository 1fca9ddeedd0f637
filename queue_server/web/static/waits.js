// A range of waiting time as faces say it: in minutes, and from an hour and a half on in hours. The same rule as
// `web/wait_words.py`; a test compares the two.

export const LONGEST_IN_MINUTES = 90;
const HALF_HOUR_MIN = 30;

/** Both ends in half hours, outwards; null for what is told in minutes. */
export function halfHours({ from_min, to_min }) {
  if (to_min <= LONGEST_IN_MINUTES) return null;
  const last = Math.ceil(to_min / HALF_HOUR_MIN);
  return [Math.min(Math.floor(from_min / HALF_HOUR_MIN), last - 1), last];
}

/** How a range is said: `form`, in which the keys of a face's four texts end, and the ends as they are said. */
export function waitWords(wait) {
  const halves = halfHours(wait);
  if (halves === null) return { form: wait.from_min === 0 ? "under" : "range", ...named(wait.from_min, wait.to_min) };
  return { form: halves[0] === 0 ? "under_hours" : "range_hours", ...named(...halves.map(hoursOf)) };
}

/** So many half hours as hours: "1½"; empty for none. */
function hoursOf(halves) {
  return `${Math.floor(halves / 2) || ""}${halves % 2 ? "½" : ""}`;
}

/** Texts that the server fills, too, call the ends by the wire's names. */
function named(from, to) {
  return { from, to, from_min: from, to_min: to };
}
