// The waiting-area page: joins socket, board, announcer, sound and view, and reports what really happened.
// Decisions live in the pure modules beside it; here is only the order in which they are asked.

import { connect } from "/static/live.js";
import { localeOf, pageTexts, readJson } from "/static/texts.js";
import { makeAnnouncer } from "./announcer.js";
import { makeBoard } from "./board.js";
import { answerBeganAt, askServerTime, makeClock } from "./clock.js";
import { inTurn, makeQuiet } from "./quiet.js";
import { makePages } from "./pages.js";
import { makeReporter } from "./reporter.js";
import { hideRestingPointer, keepAwake } from "./screen.js";
import { makeSound } from "./sound.js";
import { makeView } from "./view.js";
import { volumeAt } from "./volume.js";

const CLIPS_AGAIN_MS = 1500;
const STEP_MS = 100;
const SOUND_GRACE_MS = 1500; // a context needs a moment before "suspended" means blocked
const CLOCK_EVERY_MS = 3600_000;
const RELOAD_AT_LATEST_MS = 600_000;

const config = readJson("config");
const t = pageTexts();
const root = document.body;
const now = () => performance.now();

const clock = makeClock({
  serverNowMs: config.server_now_ms,
  zone: config.zone,
  language: localeOf(document.documentElement.lang),
  atMs: answerBeganAt(),
});
const board = makeBoard({ minOnScreenMs: (config.min_on_screen_s ?? 30) * 1000 });
const view = makeView(root, t, { ways: config.ways ?? {}, viewing: config.viewing ?? {} });
const pages = makePages();
const quietItems = inTurn(config.quiet?.texts ?? [], config.quiet?.pictures ?? []);
const quiet = makeQuiet({ afterMs: (config.quiet?.after_s ?? 60) * 1000, eachMs: config.quiet?.each_ms, count: quietItems.length });
const announcer = makeAnnouncer({ languages: config.languages, gapMs: config.minimum_gap_ms ?? 700 });
const withSpeech = config.speech?.available ?? false;
const sound = makeSound({
  chimes: { long: config.chime_url, short: config.chime_short_url ?? config.chime_url },
  languages: config.languages,
  clipUrl: (language, kind, call) => {
    const what = kind === "number" ? call.number : encodeURIComponent(call.room_id);
    return `/sounds/speech/${language}/${kind}/${what}?v=${encodeURIComponent(config.speech.version)}`;
  },
  onState: soundChanged,
  onStarted: (seq) => reporter.report(seq, "started", { detail: spoken.get(seq) }),
  onEnded: (seq) => act(announcer.ended(seq, now())),
  onFailed: (seq, reason) => {
    reporter.report(seq, "failed", { detail: reason });
    act(announcer.ended(seq, now()));
  },
});
const live = connect(`/live/displays/${encodeURIComponent(config.display_id)}`, {
  onFrame: (frame) => onFrame(frame, null),
  onMessage: ({ probe }) => probe?.frame && onFrame(probe.frame, probe),
  onOpen,
  onState: lineChanged,
});
const reporter = makeReporter({ send: live.send, isDrawn: view.has });
const spoken = new Map(); // seq -> what of it is spoken
let outdatedSince = null;
let epoch = null;
let isNewLine = true;

function onOpen() {
  isNewLine = true;
  void setClock();
  void loadChimes();
}

/** On a new line say again what is still true, unless the sequence is another one. */
function greet(frame) {
  if (frame.epoch !== epoch) reporter.forget();
  epoch = frame.epoch;
  if (isNewLine) reporter.resume();
  isNewLine = false;
}

/** A picture; with `probe` it is none of the hall's, comes with an epoch of its own and says so. */
function onFrame(frame, probe) {
  greet(frame);
  view.mark(probe?.kind ?? "");
  const fresh = board.update(frame, now());
  for (const call of fresh) reporter.report(call.seq, "received");
  draw();
  reporter.expectShown(board.openSeqs());
  act(announcer.take(frame, now()));
  const announced = frame.announce.filter((call) => fresh.some((one) => one.seq === call.seq));
  for (const call of announced) {
    if (probe?.chime_only) act(announcer.clips(call.seq, null, now()));
    else void fetchClips(call);
  }
}

/** Get a call's words; while it waits for its turn, ask again for those that are not rendered yet. */
async function fetchClips(call) {
  const clips = withSpeech ? await sound.prepare(call) : null;
  act(announcer.clips(call.seq, clips, now()));
  const isWhole = (found) => config.languages.every((language) => found?.[language]);
  let found = clips;
  while (withSpeech && !isWhole(found) && announcer.isWaiting(call.seq)) {
    await new Promise((resolve) => setTimeout(resolve, CLIPS_AGAIN_MS));
    const more = await sound.prepare(call);
    if (more !== null) {
      found = more;
      act(announcer.clips(call.seq, more, now()));
    }
  }
}

function wordsOf(parts) {
  if (parts.length === 1) return "chime_only";
  return parts.some((part) => part.kind === "room") ? "spoken" : "number_only";
}

const does = {
  queued: ({ call, startsInMs }) => reporter.report(call.seq, "queued", { starts_in_ms: startsInMs }),
  muted: ({ call, reason }) => reporter.report(call.seq, reason === "locked" ? "blocked" : "failed", { detail: reason }),
  failed: ({ call, reason }) => reporter.report(call.seq, "failed", { detail: reason }),
  dropped: ({ call, reason }) => reason === "too_old" && reporter.report(call.seq, "failed", { detail: reason }),
  stop: ({ call }) => sound.stop(call.seq),
  play: (action) => {
    sound.setVolume(volumeAt(clock.minute(now()), config.volume));
    spoken.set(action.call.seq, wordsOf(action.parts));
    if (spoken.size > 50) spoken.delete(spoken.keys().next().value);
    void sound.play(action);
  },
};

function act(actions) {
  for (const action of actions) does[action.type](action);
  view.speaking(announcer.speaking());
}

function draw() {
  const picture = { ...board.view(now()), nextFree: nextFreeText() };
  const calls = [picture.newest, ...picture.others].filter(Boolean);
  if (view.draw(onPage(picture, calls))) {
    view.tell(calls);
    reporter.expectShown(board.openSeqs()); // a page that has turned shows others
    view.speaking(announcer.speaking());
  }
  view.town(quietItems[quiet.shown(picture.onCount, now())] ?? null);
  return picture;
}

/** The picture with those calls that stand on the page that is on now. */
function onPage(picture, calls) {
  const perPage = view.perPage(picture, calls);
  const { shown, page, count } = pages.turn(calls.map((call) => call.seq), perPage, announcer.speaking(), now());
  const isShown = (call) => call !== null && shown.includes(call.seq);
  const newest = isShown(picture.newest) ? picture.newest : null;
  return { ...picture, newest, others: picture.others.filter(isShown), pages: { page, count } };
}

function nextFreeText() {
  const next = board.nextFree();
  if (next === null) return null;
  const { day, time } = clock.moment(next, now());
  return day === null ? t("display.free_today", { time }) : t("display.free_on", { day, time });
}

function muteReason() {
  const { unlocked, output } = sound.state();
  if (!unlocked) return now() < SOUND_GRACE_MS ? null : "locked";
  return output ? null : "no_output";
}

function soundChanged() {
  const reason = muteReason();
  const box = root.querySelector('[data-part="mute"]');
  if (box.dataset.reason !== (reason ?? "")) {
    box.dataset.reason = reason ?? "";
    box.hidden = reason === null;
    if (reason) {
      for (const name of ["title", "text", "button"]) {
        box.querySelector(`[data-mute="${name}"]`).textContent = t(`display.${reason}_${name}`);
      }
    }
    reshape();
  }
  const visible = document.visibilityState === "visible";
  reporter.health({ audio: sound.state(), visible, page_version: config.program });
  act(announcer.setMute(reason, now()));
}

function reshape() {
  const picture = { ...board.view(now()), nextFree: nextFreeText() };
  view.reshape(onPage(picture, [picture.newest, ...picture.others].filter(Boolean)));
}

function lineChanged(state) {
  if (state === "lost") root.querySelector('[data-text="as_of"]').textContent = t("display.as_of", { time: clock.time(live.heardAt()) });
  reshape(); // the head opens or closes with it: the next picture may be the same one, and is not drawn anew
}

async function loadChimes() {
  announcer.setChimes(await sound.loadChimes());
}

async function setClock() {
  const at = await askServerTime();
  if (at !== null) clock.correct(at, now());
}

/** A new set-up, or a new program, is taken up at a quiet moment; a busy hall gets it after ten minutes, between two announcements. */
function reloadWhenQuiet(picture) {
  const version = board.configVersion();
  const program = board.program() ?? config.program;
  const isOurs = version === config.config_version && program === config.program;
  if (live.state() !== "live" || version === null || isOurs) {
    outdatedSince = null;
    return;
  }
  outdatedSince ??= now();
  const waitedLong = now() - outdatedSince > RELOAD_AT_LATEST_MS;
  if (!announcer.idle() || (picture.onCount > 0 && !waitedLong)) return;
  const wanted = `${version} ${program}`;
  if (sessionStorage.getItem("reloaded_for") === wanted) return; // the server gives an old page: no circle
  sessionStorage.setItem("reloaded_for", wanted);
  location.reload();
}

function showTime() {
  root.querySelector('[data-text="time"]').textContent = clock.time(now());
  root.querySelector('[data-text="date"]').textContent = clock.date(now());
}

function step() {
  const picture = draw();
  soundChanged();
  act(announcer.step(now()));
  showTime();
  reloadWhenQuiet(picture);
}

function unlock() {
  void sound.unlock().then(soundChanged);
}

addEventListener("resize", reshape);
addEventListener("pointerdown", unlock);
addEventListener("keydown", unlock);
document.addEventListener("visibilitychange", soundChanged);
keepAwake();
hideRestingPointer(root);
unlock();
showTime();
setInterval(step, STEP_MS);
setInterval(setClock, CLOCK_EVERY_MS);
