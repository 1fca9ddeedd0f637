// What makes the kiosk usable for more people: switches of one visitor, gone with the visit (failure 18). Pure.

export const HELPS = ["audio", "low", "large", "contrast"];
const MARKS = { audio: ["audio", "on"], low: ["reach", "low"], large: ["type", "large"], contrast: ["contrast", "high"] };

/** Loudness in steps that are heard as equal; the middle one is what a technician has set up at the machine. */
const GAINS = [0.12, 0.25, 0.5, 0.75, 1];
const USUAL = 3;

/** The switches: `is(name)`, `toggle(name)`, `any()`, `reset()`; each change is marked on the root element. */
export function makeHelps(root) {
  const on = new Set();
  const mark = () => {
    for (const [name, [attribute, value]] of Object.entries(MARKS)) {
      if (on.has(name)) root.dataset[attribute] = value;
      else delete root.dataset[attribute];
    }
  };
  return {
    is: (name) => on.has(name),
    any: () => on.size > 0,
    toggle(name) {
      if (!on.delete(name)) on.add(name);
      mark();
      return on.has(name);
    },
    reset() {
      on.clear();
      mark();
    },
  };
}

/** How loud: steps from 1 to `most`, back to the usual one for the next visitor. */
export function makeVolume() {
  let at = USUAL;
  return {
    most: GAINS.length,
    step: () => at,
    gain: () => GAINS[at - 1],
    turn(by) {
      at = Math.max(1, Math.min(GAINS.length, at + by));
      return at;
    },
    reset() {
      at = USUAL;
    },
  };
}

/** Whether headphones came or went, by the ids of the sound outputs before and after: "in", "out" or "". */
export function plugged(before, after) {
  if (after.some((id) => !before.includes(id))) return "in";
  return before.some((id) => !after.includes(id)) ? "out" : "";
}

/**
 * So many CSS pixels are a millimetre on this screen. Where nobody has measured it, what CSS takes for one: 96 dots
 * an inch, which is less than a millimetre on small, sharp screens.
 */
export function pixelsOfMm(innerWidth, screenWidthMm) {
  return screenWidthMm > 0 ? innerWidth / screenWidthMm : 96 / 25.4;
}
