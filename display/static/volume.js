// How loud a screen is at which time of the day: pure, no document, no clock.

/** The part of full loudness at a minute of the day. `loud`: stretches [from, until); none: always full. */
export function volumeAt(minute, { loud = [], soft = 1 } = {}) {
  return loud.length === 0 || loud.some(([from, until]) => from <= minute && minute < until) ? 1 : soft;
}
