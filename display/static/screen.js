// The device's screen: it stays awake, and a pointer that nobody moves does not lie on a number.

const REST_MS = 3000;

/** Ask that the screen stays on; the lock ends whenever the page was hidden, so it is asked for again. */
export function keepAwake() {
  const ask = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

/** Mark `root` with data-pointer="resting" while the pointer is still. */
export function hideRestingPointer(root) {
  let timer = 0;
  const rest = () => (root.dataset.pointer = "resting");
  addEventListener("pointermove", () => {
    delete root.dataset.pointer;
    clearTimeout(timer);
    timer = setTimeout(rest, REST_MS);
  });
  timer = setTimeout(rest, REST_MS);
}
