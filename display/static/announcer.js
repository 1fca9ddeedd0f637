// Which call is spoken when, and how: a pure state machine. It takes calls and the time and gives back
// actions; it plays nothing, draws nothing, reads no clock. Times are milliseconds of one steady clock.
// A call may be spoken in one more language, its visitor's (`call.language`): last, and left out in a crowd.
//
// The rules (docs/decisions/announcements.md): announcements never overlap and are never cut off, except by
// undo. While more than two wait: one short chime, one language, once. A call that was started or withdrawn
// meanwhile is not spoken any more. A call counts as too old 60 s after it was received, or after the last
// announcement before it ended, whichever is later: standing in the queue never silences a call.

export const DEFAULTS = {
  languages: ["de"],
  gapMs: 700, // between two announcements
  pauses: { afterChime: 150, beforeRoom: 120, betweenLanguages: 450 },
  leadMs: 120, // from "play" to the first sample
  clipLimitMs: 1500, // so long a call waits for its clips, then chime only
  tooOldMs: 60_000,
  stuckMs: 3000, // an audio clock that stands still does not block the queue for ever
  chime: { long: 1700, short: 700 },
  guess: { number: 2400, room: 1600 }, // until the clips are decoded
};

const CROWD = 2;
const MOVED_MS = 300;

/** The way of speaking when `waiting` calls wait, this one among them. */
export function manner(waiting, languages) {
  return waiting > CROWD
    ? { chime: "short", languages: languages.slice(0, 1) }
    : { chime: "long", languages };
}

/** The languages for which the number can be spoken; in a crowd the first that can. */
export function speakable(clips, wanted, all) {
  const can = (language) => Boolean(clips?.[language]?.number);
  const found = wanted.filter(can);
  return found.length > 0 ? found : all.filter(can).slice(0, 1);
}

/** When each sound of one announcement begins, from its own start; and how long the whole is. */
export function timeline(how, clips, { chime, pauses, languages: all }) {
  const parts = [{ kind: "chime", which: how.chime, atMs: 0 }];
  let at = chime[how.chime];
  speakable(clips, how.languages, all).forEach((language, index) => {
    const clip = clips[language];
    at += index === 0 ? pauses.afterChime : pauses.betweenLanguages;
    parts.push({ kind: "number", language, atMs: at });
    at += clip.number;
    if (!clip.room) return;
    at += pauses.beforeRoom;
    parts.push({ kind: "room", language, atMs: at });
    at += clip.room;
  });
  return { parts, lengthMs: at };
}

export function makeAnnouncer(options = {}) {
  const set = { ...DEFAULTS, ...options };
  const languagesOf = ({ language }) => [...new Set([...set.languages, ...(language ? [language] : [])])];
  const guessed = ({ call }) => Object.fromEntries(languagesOf(call).map((language) => [language, set.guess]));
  let waiting = []; // {call, receivedAt, clips, saidAt}; clips: undefined = on their way, null = there are none
  let running = null; // {call, endsAt}
  let lastEndAt = -Infinity;
  let mute = null; // null, or why nothing can be heard: "locked", "no_output"
  let epoch = null;
  let known = new Set();

  const plan = (item, how) => timeline(how, item.clips === undefined ? guessed(item) : item.clips, set);

  /** When a call can begin at the earliest: a guess while its clips are on their way. */
  function readyAt(item, now) {
    if (item.clips !== undefined) return now;
    const soon = item.receivedAt + set.clipLimitMs / 3;
    return soon > now ? soon : Math.max(now, item.receivedAt + set.clipLimitMs);
  }

  function forecast(now) {
    let at = Math.max(now, (running ? running.endsAt : lastEndAt) + set.gapMs);
    return waiting.map((item, index) => {
      const startsAt = Math.max(at, readyAt(item, now)) + set.leadMs;
      at = startsAt + plan(item, manner(waiting.length - index, languagesOf(item.call))).lengthMs + set.gapMs;
      return startsAt;
    });
  }

  function tell(now) {
    if (mute) return [];
    return forecast(now).flatMap((startsAt, index) => {
      const item = waiting[index];
      if (item.saidAt !== undefined && Math.abs(item.saidAt - startsAt) < MOVED_MS) return [];
      item.saidAt = startsAt;
      return [{ type: "queued", call: item.call, startsInMs: Math.round(startsAt - now) }];
    });
  }

  function forgetOld(now) {
    const old = (item) => now - Math.max(item.receivedAt, lastEndAt) > set.tooOldMs;
    const gone = running ? [] : waiting.filter(old);
    waiting = waiting.filter((item) => !gone.includes(item));
    return gone.map((item) => ({ type: "dropped", call: item.call, reason: "too_old" }));
  }

  function playNext(now) {
    const ready = (item) => item.clips !== undefined || now - item.receivedAt >= set.clipLimitMs;
    if (running || mute || waiting.length === 0 || now < lastEndAt + set.gapMs || !ready(waiting[0])) return [];
    const how = manner(waiting.length, languagesOf(waiting[0].call));
    const item = waiting.shift();
    item.clips ??= null;
    const { parts, lengthMs } = plan(item, how);
    running = { call: item.call, endsAt: now + set.leadMs + lengthMs };
    return [{ type: "play", call: item.call, parts, leadMs: set.leadMs }];
  }

  function freeStuck(now) {
    if (!running || now <= running.endsAt + set.stuckMs) return [];
    const { call } = running;
    running = null;
    lastEndAt = now;
    return [{ type: "stop", call }, { type: "failed", call, reason: "stuck" }];
  }

  /** Drop what was started or withdrawn; end the sound of what was withdrawn. */
  function dropGone(calls, now) {
    const bySeq = new Map(calls.map((call) => [call.seq, call]));
    const keys = new Set(calls.map((call) => call.key));
    const gone = waiting.filter((item) => !bySeq.get(item.call.seq)?.open);
    waiting = waiting.filter((item) => !gone.includes(item));
    const actions = gone.map((item) => ({
      type: "dropped",
      call: item.call,
      reason: bySeq.has(item.call.seq) ? "served" : "withdrawn",
    }));
    // A recall takes the place of the call before it on the board; that is no undo, so its sound goes on.
    if (running && !bySeq.has(running.call.seq) && !keys.has(running.call.key)) {
      actions.push({ type: "stop", call: running.call });
      running = null;
      lastEndAt = now;
    }
    return actions;
  }

  /** Queue the announced calls that still stand open on the board; a newer one of the same ticket replaces. */
  function add(announced, calls, now) {
    const open = new Set(calls.filter((call) => call.open).map((call) => call.seq));
    const fresh = announced.filter((call) => open.has(call.seq) && !known.has(call.seq));
    for (const call of fresh.sort((a, b) => a.seq - b.seq)) {
      waiting = waiting.filter((item) => item.call.key !== call.key);
      waiting.push({ call, receivedAt: now, clips: undefined, saidAt: undefined });
    }
    known = new Set([...calls.map((call) => call.seq), ...announced.map((call) => call.seq)]);
    return mute ? fresh.map((call) => ({ type: "muted", call, reason: mute })) : [];
  }

  return {
    /** A frame. Another epoch makes its own sequence: what waited under the old one is forgotten. */
    take(frame, now) {
      if (frame.epoch !== epoch) {
        waiting = [];
        known = new Set();
        epoch = frame.epoch;
      }
      const { calls } = frame.board;
      return [...dropGone(calls, now), ...add(frame.announce, calls, now), ...this.step(now)];
    },

    /** Whether a call has not had its turn yet. */
    isWaiting: (seq) => waiting.some((item) => item.call.seq === seq),

    /** The clips of a call: {de: {number: ms, room: ms}} for what could be loaded, null when there is none. */
    clips(seq, clips, now) {
      const item = waiting.find((one) => one.call.seq === seq);
      if (item) item.clips = clips;
      return this.step(now);
    },

    /** The sound of a call ended by itself. */
    ended(seq, now) {
      if (running?.call.seq === seq) {
        running = null;
        lastEndAt = now;
      }
      return this.step(now);
    },

    /** `reason` why nothing can be heard ("locked", "no_output"), or null when sound is possible. */
    setMute(reason, now) {
      if (reason === mute) return [];
      mute = reason;
      for (const item of waiting) item.saidAt = undefined;
      const silent = mute ? waiting.map((item) => ({ type: "muted", call: item.call, reason: mute })) : [];
      return [...silent, ...this.step(now)];
    },

    /** The real lengths of the chimes, in ms; 0 for one that could not be loaded. */
    setChimes(lengths) {
      set.chime = { ...set.chime, ...lengths };
    },

    /** Let time pass. Call it a few times a second and after everything else. */
    step(now) {
      const before = [...freeStuck(now), ...forgetOld(now)];
      const told = tell(now);
      const play = playNext(now);
      return [...before, ...told, ...play, ...(play.length > 0 ? tell(now) : [])];
    },

    idle: () => running === null && waiting.length === 0,
    speaking: () => running?.call.seq ?? null,
    waitingSeqs: () => waiting.map((item) => item.call.seq),
  };
}
