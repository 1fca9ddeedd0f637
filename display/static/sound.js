// Sound by WebAudio: loads and keeps clips, plays one announcement on the audio clock, tells the truth about
// whether anything can be heard. What is played when is announcer.js's matter.
//
// Traps: a context starts suspended and its resume() may never settle, so nothing here waits for it. A running
// context proves nothing: it runs without any loudspeaker too; so the outputs are asked for. Where the page is
// not a secure context (plain http in the town's net) the browser does not list them, and we can only trust.

const KEPT_CLIPS = 64;
const FETCH_LIMIT_MS = 5000;
const FADE_S = 0.04;
const TICK_MS = 50;

export function makeSound({ chimes, clipUrl, languages, onState, onStarted, onEnded, onFailed }) {
  const context = new AudioContext({ latencyHint: "playback" });
  const out = context.createGain();
  out.connect(context.destination);
  const kept = new Map(); // url -> Promise<AudioBuffer | null>, least recently used first
  const chimeBuffers = {};
  let output = true;
  let volume = 1; // a part of full
  let wanted = null; // the call that play() was last asked for
  let running = null; // {seq, nodes, startsAt, endsAt, started}

  async function load(url) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
      if (!answer.ok) return null;
      return await context.decodeAudioData(await answer.arrayBuffer());
    } catch {
      return null;
    }
  }

  function clip(url) {
    const found = kept.get(url) ?? load(url);
    kept.delete(url);
    kept.set(url, found);
    // A missing clip is asked for again next time: the engine may have caught up.
    found.then((buffer) => buffer === null && kept.get(url) === found && kept.delete(url));
    if (kept.size > KEPT_CLIPS) kept.delete(kept.keys().next().value);
    return found;
  }

  const ms = (buffer) => (buffer ? Math.ceil(buffer.duration * 1000) : 0);

  function buffersOf(parts, call) {
    return Promise.all(
      parts.map(async (part) => ({
        ...part,
        buffer: part.kind === "chime" ? chimeBuffers[part.which] : await clip(clipUrl(part.language, part.kind, call)),
      })),
    );
  }

  function schedule(parts, call, leadMs) {
    const startsAt = context.currentTime + leadMs / 1000;
    const nodes = parts.filter((part) => part.buffer).map(({ buffer, atMs }) => {
      const node = new AudioBufferSourceNode(context, { buffer });
      node.connect(out);
      node.start(startsAt + atMs / 1000);
      return node;
    });
    if (nodes.length === 0) return false;
    const ends = parts.map((part) => startsAt + part.atMs / 1000 + (part.buffer?.duration ?? 0));
    running = { seq: call.seq, nodes, startsAt, endsAt: Math.max(...ends), started: false };
    return true;
  }

  function watch() {
    if (running === null || context.state !== "running") return;
    if (!running.started && context.currentTime >= running.startsAt) {
      running.started = true;
      onStarted(running.seq);
    }
    if (context.currentTime < running.endsAt) return;
    const { seq } = running;
    running = null;
    onEnded(seq);
  }

  async function askOutputs() {
    const before = output;
    try {
      const devices = await navigator.mediaDevices?.enumerateDevices();
      output = devices === undefined || devices.some((device) => device.kind === "audiooutput");
    } catch {
      output = true; // the list is forbidden, not empty
    }
    if (output !== before) onState();
  }

  context.addEventListener("statechange", onState);
  navigator.mediaDevices?.addEventListener("devicechange", askOutputs);
  setInterval(watch, TICK_MS);
  setInterval(askOutputs, 15_000);

  return {
    /** Load the chimes that are not there yet; gives their lengths in ms, 0 for one that is missing. */
    async loadChimes() {
      const names = Object.keys(chimes);
      for (const name of names) chimeBuffers[name] ??= chimes[name] ? await load(chimes[name]) : null;
      return Object.fromEntries(names.map((name) => [name, ms(chimeBuffers[name])]));
    },

    /** Load the clips of a call: {de: {number: ms, room: ms}} for those found, null when there are none. */
    async prepare(call) {
      const found = {};
      const wished = [...new Set([...languages, ...(call.language ? [call.language] : [])])];
      await Promise.all(
        wished.map(async (language) => {
          const [number, room] = await Promise.all(["number", "room"].map((kind) => clip(clipUrl(language, kind, call))));
          if (number) found[language] = { number: ms(number), room: ms(room) };
        }),
      );
      return Object.keys(found).length > 0 ? found : null;
    },

    /** Play one announcement. onStarted comes when the audio clock has reached it, onEnded when it is over. */
    async play({ call, parts, leadMs }) {
      wanted = call.seq;
      const ready = await buffersOf(parts, call);
      if (wanted !== call.seq) return; // withdrawn meanwhile
      if (!schedule(ready, call, leadMs)) onFailed(call.seq, "no_clip");
    },

    /** Set how loud what follows is: 1 is full. What is being spoken keeps its loudness. */
    setVolume(part) {
      if (part === volume || running !== null) return;
      volume = part;
      out.gain.setValueAtTime(volume, context.currentTime);
    },

    stop(seq) {
      if (wanted === seq) wanted = null;
      if (running?.seq !== seq) return;
      const { nodes } = running;
      running = null;
      const now = context.currentTime;
      out.gain.setTargetAtTime(0, now, FADE_S / 3);
      nodes.forEach((node) => node.stop(now + FADE_S));
      out.gain.setValueAtTime(volume, now + FADE_S + 0.01);
    },

    /** Ask for sound; from a press this unlocks. Never waited for. */
    unlock() {
      context.resume().catch(() => {});
      return askOutputs();
    },

    state: () => ({ unlocked: context.state === "running", output }),
  };
}
