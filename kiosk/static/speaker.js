// Speaking: parts one after the other, the next one fetched meanwhile, silent at once when asked; and a chime.
// What is said is reading.js's and audio.js's matter.
//
// The voices are the server's own. The browser's would send the text to strangers, or are missing.

const KEPT = 48;
const SLACK_MS = 1500; // a context that is not let play never ends a sound: nobody waits for it

/** `load(part)` → Promise<ArrayBuffer | null>. */
export function makeSpeaker({ load, volume }) {
  const kept = new Map(); // what is said → Promise<AudioBuffer | null>, least recently used first
  let context = null;
  let out = null;
  let running = null; // {source, parts, asked}: what speaks and what follows; another object, or null, ends it

  /** Made when somebody listens for the first time: it takes memory, and starts silent without a touch. */
  function open() {
    if (!context) {
      context = new AudioContext();
      out = context.createGain();
      out.connect(context.destination);
    }
    out.gain.value = volume.gain();
    void context.resume().catch(() => {});
  }

  function buffer(part) {
    const key = JSON.stringify(part);
    const found = kept.get(key) ?? load(part).then((bytes) => bytes && context.decodeAudioData(bytes)).catch(() => null);
    kept.delete(key);
    kept.set(key, found);
    // What is missing is asked for again next time: the voice may have caught up.
    void found.then((sound) => !sound && kept.get(key) === found && kept.delete(key));
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return found;
  }

  function play(sound, turn) {
    return new Promise((resolve) => {
      turn.source = new AudioBufferSourceNode(context, { buffer: sound });
      turn.source.connect(out);
      turn.source.onended = resolve;
      turn.source.start();
      setTimeout(resolve, sound.duration * 1000 + SLACK_MS);
    });
  }

  async function run(turn) {
    while (running === turn && turn.parts.length > 0) {
      const part = turn.parts.shift();
      const sound = await buffer(part);
      if (running !== turn) return;
      if (turn.parts.length > 0) void buffer(turn.parts[0]);
      if (sound) await play(sound, turn);
      turn.asked -= 1;
    }
    if (running === turn) running = null;
  }

  function say(parts) {
    stop();
    if (parts.length === 0) return;
    open();
    running = { source: null, parts: [...parts], asked: parts.length };
    void run(running);
  }

  /** Behind what is being said; nobody asked for it. */
  function add(parts) {
    if (running) return void running.parts.push(...parts);
    say(parts);
    if (running) running.asked = 0;
  }

  function stop() {
    if (running?.source) running.source.stop();
    running = null;
  }

  return {
    say,
    add,
    stop,
    /** What somebody asked for is being said; what came by itself never ends in a busy hall. */
    isAnswering: () => running !== null && running.asked > 0,
    adjust: () => out && (out.gain.value = volume.gain()),
  };
}

/** The second sense of a warning: a short tone. Silent where the browser does not let it. */
export function chime(url, gain) {
  const sound = new Audio(url);
  sound.volume = gain;
  void sound.play().catch(() => {});
}
