// From the server's picture to what the clerk needs to know now. Pure: the time is an argument.
//
// Ages on the wire were measured when the frame was made; here they grow with the time since it came.

/** What stands at the counter: closed, foreign (a colleague's), paused, idle, called, serving. */
export function stageOf(picture, clerkId) {
  if (picture.state === "closed") return "closed";
  if (picture.clerk_id !== clerkId) return "foreign";
  if (picture.current) return picture.current.state === "called" ? "called" : "serving";
  return picture.state === "paused" ? "paused" : "idle";
}

/** The picture with its ages as they are `elapsedMs` after it came; `noting` are the visits of `missing.js`. */
export function modelOf(picture, elapsedMs, config, noting = []) {
  const stage = stageOf(picture, config.clerk_id);
  const older = (ticket) => aged(ticket, elapsedMs);
  const ageMs = picture.call_age_ms === null ? null : picture.call_age_ms + elapsedMs;
  return {
    stage,
    mine: stage !== "closed" && stage !== "foreign",
    paused: picture.state === "paused",
    watching: config.clerk_id === null,
    current: picture.current && older(picture.current),
    call: picture.call && { ...picture.call, startsInMs: left(picture.call.starts_in_ms, elapsedMs) },
    callAgeMs: ageMs,
    recalled: picture.recalled,
    nobodyCame: stage === "called" && ageMs !== null && ageMs >= config.site.no_show_after_s * 1000,
    undoMs: Math.max(0, picture.undo_ms - elapsedMs),
    undoNumber: picture.undo_number,
    waiting: picture.waiting.map(older),
    others: picture.waiting_for_others.map(older),
    parked: picture.parked.map(older),
    missed: picture.missed.map(older),
    away: picture.away.map(older),
    counters: picture.counters,
    holder: picture.counters.find((one) => one.id === picture.counter_id)?.clerk ?? null,
    today: picture.today,
    longestWaitMs: picture.today.waiting_count ? picture.today.longest_wait_ms + elapsedMs : 0,
    issuing: picture.issuing,
    fetching: picture.call_mode === "fetch",
    fetchHint: picture.fetch_hint,
    notices: picture.notices,
    noting,
  };
}

const left = (ms, elapsed) => (ms === null || ms === undefined ? null : Math.max(0, ms - elapsed));

function aged(ticket, elapsed) {
  const waits = ticket.state === "waiting" || ticket.state === "away";
  return {
    ...ticket,
    waiting_ms: ticket.waiting_ms + (waits ? elapsed : 0),
    due_in_ms: ticket.due_in_ms - elapsed,
    state_age_ms: ticket.state_age_ms + elapsed,
  };
}

/** Needs that say that this visitor does not hear or see a call: somebody has to go and fetch. */
const NOT_REACHED_BY_CALL = new Set(["fetch_me", "deaf", "sign_language", "blind"]);

/** Whether the clerk should walk to the waiting area, and why: one of "", "needs", or the report's reason. */
export function fetchReason(model) {
  if (model.stage !== "called") return "";
  if (model.fetching) return "fetch_mode";
  if (model.current.needs.some((need) => NOT_REACHED_BY_CALL.has(need))) return "needs";
  return model.call?.fetch ? model.call.reason : "";
}

/** The ticket of an id, wherever it is listed. */
export function ticketById(model, id) {
  const lists = [model.current ? [model.current] : [], model.waiting, model.others, model.parked, model.missed, model.away];
  return lists.flat().find((ticket) => ticket.id === id) ?? null;
}

/** The ticket of a number as somebody typed it. */
export function ticketByNumber(model, text) {
  const number = Number(String(text).trim());
  const lists = [model.waiting, model.parked, model.missed, model.away, model.others];
  return lists.flat().find((ticket) => ticket.number === number) ?? null;
}
