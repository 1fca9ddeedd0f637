// Which page of the calls is on the screen when they do not all fit: pure, no document. Times are milliseconds of
// one steady clock. What nobody has seen yet comes first and at once, then what is being spoken; else the pages
// take turns, calmly.

export function makePages({ eachMs = 5000, unseenMs = 900 } = {}) {
  let seen = new Set();
  let at = 0;
  let since = -Infinity;

  function turnTo(page, now) {
    if (page !== at) since = now;
    at = page;
  }

  return {
    /** The calls (sequence numbers, newest first) of the page that is on now; and which of how many it is. */
    turn(seqs, perPage, speaking, now) {
      const count = Math.max(1, Math.ceil(seqs.length / perPage));
      const isNew = (seq) => !seen.has(seq);
      const pageOf = (found) => (found < 0 ? null : Math.floor(found / perPage));
      if (at >= count) turnTo(0, now);
      const age = now - since;
      if (count > 1 && age >= unseenMs) {
        const unseen = pageOf(seqs.findIndex(isNew));
        const spoken = pageOf(seqs.indexOf(speaking));
        if (unseen !== null) turnTo(unseen, now);
        else if (spoken !== null) turnTo(spoken, now);
        else if (age >= eachMs) turnTo((at + 1) % count, now);
      }
      // The last page is filled up from the one before it: no place stands empty.
      const first = Math.max(0, Math.min(at * perPage, seqs.length - perPage));
      const shown = seqs.slice(first, first + perPage);
      if (shown.some(isNew)) since = now;
      seen = new Set(seqs.filter((seq) => seen.has(seq) || shown.includes(seq)));
      return { shown, page: at, count };
    },
  };
}
