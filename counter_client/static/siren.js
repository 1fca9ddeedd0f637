// The sound of a staff alarm: three rising sweeps and a rest, until whoever started it stops it. The
// hall's chime is a bell that falls: nobody takes one for the other.
//
// One buffer that loops by itself: a tab in the background is given a timer once a minute.

const SWEEPS = 3;
const SWEEP_S = 0.38;
const REST_S = 0.9;
const FROM_HZ = 520;
const TO_HZ = 1500;
const LOUD = 0.85;

/** The samples of one turn. */
export function turn(rate) {
  const samples = new Float32Array(Math.round((SWEEPS * SWEEP_S + REST_S) * rate));
  const each = Math.round(SWEEP_S * rate);
  let phase = 0;
  for (let at = 0; at < SWEEPS * each; at += 1) {
    const part = (at % each) / each;
    phase += (2 * Math.PI * FROM_HZ * (TO_HZ / FROM_HZ) ** part) / rate;
    const edge = Math.min(1, (at % each) / 200, (each - (at % each)) / 200); // no clicks
    samples[at] = LOUD * edge * (0.75 * Math.sin(phase) + 0.25 * Math.sin(3 * phase));
  }
  return samples;
}

/** `onChange(state)`: "" silent, "playing", or "blocked" until somebody presses something in the page. */
export function makeSiren(onChange, { Context = globalThis.AudioContext } = {}) {
  let context = null;
  let source = null;

  const state = () => (source === null ? "" : context.state === "running" ? "playing" : "blocked");
  const tell = () => onChange(state());

  function start() {
    if (source !== null || !Context) return;
    context ??= new Context();
    context.onstatechange = tell;
    const samples = turn(context.sampleRate);
    const buffer = context.createBuffer(1, samples.length, context.sampleRate);
    buffer.copyToChannel(samples, 0);
    source = context.createBufferSource();
    source.buffer = buffer;
    source.loop = true;
    source.connect(context.destination);
    source.start();
    unlock();
    tell();
  }

  function stop() {
    if (source === null) return;
    source.stop();
    source.disconnect();
    source = null;
    tell();
  }

  /** A browser lets a page sound once somebody has pressed something in it. Never awaited: it may never come. */
  function unlock() {
    if (source !== null && context.state !== "running") context.resume().then(tell, () => {});
  }

  addEventListener("pointerdown", unlock, true);
  addEventListener("keydown", unlock, true);
  return { start, stop, state };
}
