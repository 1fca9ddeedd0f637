// How a visitor's phone rings: vibration, sound, and a screen that stays on until the call.
//
// A browser lets a page sound only after a press on it, so ringing is offered as a button, and what does not
// sound is said: who believes that the phone rings does not look up.

const WANTED = "aufruf-ring"; // kept for this tab alone: a form of the page loads it anew
const RESUME_LIMIT_MS = 600; // a refused `resume()` never settles

/** Ring with the clip at `chimeUrl`. `onChange(state)`: "off", "on", "blocked". */
export function makeRinger(chimeUrl, onChange = () => {}) {
  let context = null;
  let chime = null;
  let lock = null;
  let waiting = true;
  let state = "off";

  function settle() {
    const next = chime === null ? state : context.state === "running" ? "on" : "blocked";
    if (next === state) return;
    state = next;
    onChange(state);
  }

  async function unlock() {
    const late = new Promise((done) => setTimeout(done, RESUME_LIMIT_MS));
    await Promise.race([context.resume().catch(() => {}), late]);
    settle();
  }

  async function stayAwake() {
    // Refused without power or in the background: then the phone just sleeps.
    if (!waiting || chime === null || document.hidden || (lock !== null && !lock.released)) return;
    try {
      lock = await navigator.wakeLock?.request("screen");
    } catch {
      lock = null;
    }
  }

  async function switchOn() {
    context ??= new AudioContext();
    context.onstatechange = settle; // a telephone call takes the sound away, and gives it back
    if (chime === null) {
      const clip = await fetch(chimeUrl);
      chime = await context.decodeAudioData(await clip.arrayBuffer());
    }
    await unlock();
    keep(WANTED);
    await stayAwake();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || chime === null) return;
    unlock();
    stayAwake();
  });

  return {
    switchOn,
    /** Whether it rang before this page was loaded anew. */
    wanted: () => kept(WANTED),
    /** Let the phone sleep again: nothing is waited for any more. */
    rest() {
      waiting = false;
      lock?.release().catch(() => {});
    },
    /** Vibrate and sound; true when it sounds. */
    async ring() {
      // Before the first touch a browser refuses, and says so loudly on its console.
      if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.([400, 200, 400, 200, 800]);
      if (chime === null) return false;
      if (context.state !== "running") await unlock();
      if (state !== "on") return false;
      for (const after of [0, 2.2]) {
        const source = context.createBufferSource();
        source.buffer = chime;
        source.connect(context.destination);
        source.start(context.currentTime + after);
      }
      return true;
    },
  };
}

function keep(name) {
  try {
    sessionStorage.setItem(name, "1");
  } catch {
    // Without storage the button stands there again after each form.
  }
}

function kept(name) {
  try {
    return sessionStorage.getItem(name) !== null;
  } catch {
    return false;
  }
}
