// What the clerk can do now: which act the one primary button names, which others stand beside it, their keys,
// and the commands each of them sends. Pure. Words are keys of the catalogue.
//
// The rule that everything here serves: only the primary button ends a service without a question.

/** One letter for each act. The primary act has N besides, whichever it is. */
export const KEYS = {
  primary: "n",
  come: "i",
  recall: "r",
  no_show: "x",
  put_back: "z",
  park: "p",
  transfer: "t",
  finish: "f",
  concern: "a",
  join: "j",
  missing: "e",
  undo: "u",
  choose: "c",
  walk_in: "w",
  pause: "b",
  close: "q",
  issuing: "s",
  call_mode: "m",
  devices: "d",
  help: "?",
};

/** The one act that the large button names. `waits`: nothing to do but to wait. */
export function primary(model) {
  if (model.watching) return null;
  const next = model.waiting.length > 0;
  switch (model.stage) {
    case "closed":
      return { id: "open", label: "counter.open" };
    case "foreign":
      return { id: "take_over", label: "counter.take_over", asks: true };
    case "paused":
      return { id: "resume", label: "counter.resume" };
    case "idle":
      return { id: "next", label: "counter.next", calls: true, waits: !next };
    case "called":
      if (!model.nobodyCame) return { id: "come", label: "counter.come" };
      if (!model.recalled) return { id: "recall", label: "counter.recall", calls: true };
      return next && !model.paused
        ? { id: "no_show_next", label: "counter.no_show_next", calls: true }
        : { id: "no_show", label: "counter.no_show" };
    default:
      return next && !model.paused
        ? { id: "done_next", label: "counter.done_next", calls: true }
        : { id: "finish", label: "counter.done" };
  }
}

const BESIDE = {
  called: ["come", "recall", "no_show", "put_back", "transfer", "concern", "join"],
  serving: ["finish", "park", "transfer", "concern", "join", "put_back", "missing"],
};

const LABELS = {
  come: "counter.come",
  recall: "counter.recall",
  no_show: "counter.no_show",
  put_back: "counter.put_back",
  park: "counter.park",
  transfer: "counter.transfer",
  finish: "counter.finish_only",
  concern: "counter.concern_change",
  join: "counter.join",
  missing: "counter.missing",
};

/** These open a dialog: a question, or something to choose. */
const ALWAYS_ASKS = new Set(["transfer", "concern", "join", "missing"]);
const ASKS_WHILE_SERVING = new Set(["finish", "put_back"]);

/** The acts beside the primary one, in a fixed order, so that hands learn the places. */
export function beside(model) {
  const main = primary(model)?.id;
  return (model.watching ? [] : (BESIDE[model.stage] ?? []))
    .filter((id) => id !== main && (id !== "missing" || mayNote(model)))
    .map((id) => ({ id, label: LABELS[id], key: KEYS[id], asks: asks(model, id) }));
}

/** Whether there is a visit of which a missing document may be noted. */
export function mayNote(model) {
  return model.mine && model.noting.length > 0;
}

export function asks(model, id) {
  return ALWAYS_ASKS.has(id) || (model.stage === "serving" && ASKS_WHILE_SERVING.has(id));
}

/**
 * Acts on one listed ticket. While somebody is called, nobody else is: first it has to be said what became of
 * that call. While somebody is served, calling another ends the service, and the button says so.
 */
export function onTicket(model, ticket) {
  if (model.watching || !model.mine) return ["reprint"];
  const calls = model.paused ? [] : { idle: ["call"], serving: ["ends_call"] }[model.stage] ?? [];
  const joins = model.current ? ["join"] : [];
  const resumes = model.stage === "serving" ? ["park_resume"] : model.stage === "called" ? [] : ["resume_parked", ...calls];
  return (
    {
      waiting: [...calls, ...joins, "away", "cancel", "reprint"],
      away: ["back", ...joins, "cancel", "reprint"],
      parked: resumes,
      no_show: [...calls, ...joins, "back", "reprint"],
    }[ticket.state] ?? []
  );
}

/** The commands of an act: [path, body] each, sent one after the other; a refusal ends the row. */
export function commandsOf(id, model, config, wanted = {}) {
  const at = `/api/v1/counters/${config.counter.id}`;
  const site = `/api/v1/sites/${config.site.id}`;
  const current = model.current ? { ticket: model.current.id } : {};
  const expected = model.current ? { current: model.current.id } : {};
  const named = wanted.ticket === undefined ? {} : { ticket: wanted.ticket };
  const finish = [`${at}/finish`, current];
  const call = [`${at}/calls`, named];
  const onOne = (act) => [[`${site}/tickets/${wanted.ticket}`, { act }]];
  const commands = {
    open: () => [[`${at}/open`, {}]],
    resume: () => [[`${at}/open`, {}]],
    take_over: () => [[`${at}/open`, { take_over: true }]],
    pause: () => [[`${at}/pause`, {}]],
    close: () => [[`${at}/close`, {}]],
    finish_close: () => [finish, [`${at}/close`, {}]],
    put_back_close: () => [[`${at}/put-back`, current], [`${at}/close`, {}]],
    next: () => [call],
    call: () => [call],
    done_next: () => [[`${at}/calls`, { ...named, ...expected, finish_current: true }]],
    ends_call: () => [[`${at}/calls`, { ...named, ...expected, finish_current: true }]],
    come: () => [[`${at}/start`, current]],
    recall: () => [[`${at}/recall`, current]],
    no_show: () => [[`${at}/no-show`, current]],
    no_show_next: () => [[`${at}/no-show`, current], [`${at}/calls`, {}]],
    put_back: () => [[`${at}/put-back`, current]],
    park: () => [[`${at}/park`, current]],
    finish: () => [finish],
    undo: () => [[`${at}/undo`, current]],
    resume_parked: () => [[`${at}/start`, named]],
    park_resume: () => [[`${at}/park`, current], [`${at}/start`, named]],
    join: () => [[`${at}/join`, { ...named, ...expected }]],
    transfer: () => [[`${at}/transfer`, { ...current, ...wanted.body }]],
    note: () => [[`${at}/missing`, wanted]],
    concern: () => [[`${at}/concern`, { ...current, ...wanted.body }]],
    walk_in: () => [[`${site}/tickets`, wanted.body]],
    away: () => onOne("away"),
    back: () => onOne("back"),
    cancel: () => onOne("cancel"),
    reprint: () => [[`${site}/tickets/${wanted.ticket}/reprint`, wanted.kiosk ? { kiosk: wanted.kiosk } : {}]],
    issuing: () => [[`${site}/issuing`, { issuing: !model.issuing }]],
    call_mode: () => [[`${site}/call-mode`, { call_mode: otherMode(model, config) }]],
    display: () => [[`/api/v1/displays/${wanted.display}/service`, { out_of_service: wanted.out }]],
  };
  return commands[id]();
}

/** Back to the site's own mode is null: the setting stays the setting. */
function otherMode(model, config) {
  const other = model.fetching ? "screen" : "fetch";
  return other === config.site.call_mode ? null : other;
}
