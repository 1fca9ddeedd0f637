// A socket that comes back, for every face. It knows epochs, beats and back-off; it knows no picture.
//
// A frame is a whole picture with (epoch, seq): the socket adopts both and asks from there after a
// break, so the server can tell what was missed. Silence counts, not the close event: a server that was
// cut off the net never says goodbye, and a restart of one second shall not make screens flicker.

const LOST_AFTER_MS = 4500; // devices grey out within 5 s of the server's going (beats come every 2 s)
const CONNECT_LIMIT_MS = 5000; // a connect to a host that swallows packets would hang for minutes
const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 8000;
const TICK_MS = 250;
const LATE_TICK_MS = 1000;
const EXCUSED_MS = 1000;
const POLICY_VIOLATION = 1008; // RFC 6455 section 7.4.1
const RELOAD_AFTER_MS = 800;

/** Milliseconds since a moment, sleep included: in a sleeping phone the one clock stands still, the other may be set. */
function since({ calm, wall }) {
  return Math.max(performance.now() - calm, Date.now() - wall);
}
const moment = () => ({ calm: performance.now(), wall: Date.now() });

/** How long to wait before the next try; jittered, so that a hall full of devices does not come back at once. */
export function backOff(attempt, random = Math.random) {
  const limit = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return limit * (0.5 + 0.5 * random());
}

/** The address with the position of the last frame; `path` may bring a query of its own. */
export function socketUrl(path, position, origin) {
  const url = new URL(path, origin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (position.epoch !== null) {
    url.searchParams.set("epoch", position.epoch);
    url.searchParams.set("since", String(position.seq));
  }
  return url.href;
}

/**
 * Connect and stay connected.
 *
 * onFrame(frame)      a picture: has `epoch` and `seq`
 * onMessage(message)  anything else but beats
 * onOpen()            a new connection stands: the server may be a new process that knows nothing of us
 * onState(state)      "connecting" (never been live), "live", "lost"; a shorter break changes nothing
 *
 * Returns {send, close, state, position, heardAt}. `send` gives false when the line is down: nothing is kept.
 *
 * lostAfterMs: how long a silence is a loss; phones hear a beat every 10 s only.
 */
export function connect(
  path,
  { onFrame = () => {}, onMessage = () => {}, onOpen = () => {}, onState = () => {}, lostAfterMs = LOST_AFTER_MS } = {},
) {
  const position = { epoch: null, seq: 0 };
  let state = "connecting";
  let socket = null;
  let attempt = 0;
  let heard = moment();
  let openedAt = 0;
  let nextTryAt = 0;
  let tickedAt = performance.now();
  let excusedUntil = 0;
  let ended = false;

  function setState(next) {
    if (next === state) return;
    state = next;
    document.documentElement.dataset.live = next;
    onState(next);
  }

  function hear(event) {
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return; // nonsense from a proxy is no sign of life
    }
    heard = moment();
    attempt = 0;
    if (typeof message.epoch === "string" && Number.isInteger(message.seq)) {
      position.epoch = message.epoch;
      position.seq = message.seq;
      setState("live");
      onFrame(message);
    } else {
      setState("live");
      if (!("beat" in message)) onMessage(message);
    }
  }

  function drop() {
    const old = socket;
    socket = null;
    if (old) {
      old.onopen = old.onmessage = old.onclose = old.onerror = null;
      old.close();
    }
    nextTryAt = performance.now() + backOff(attempt);
    attempt += 1;
  }

  function open() {
    const mine = new WebSocket(socketUrl(path, position, location.href));
    socket = mine;
    openedAt = performance.now();
    mine.onopen = () => onOpen();
    mine.onmessage = hear;
    mine.onclose = (event) => {
      if (socket !== mine) return;
      // Signed out, or the device's token was revoked: asking again changes nothing, the page's own
      // address leads on (to signing in, to pairing).
      if (event.code === POLICY_VIOLATION) setTimeout(() => location.reload(), RELOAD_AFTER_MS);
      drop();
    };
  }

  function tick() {
    if (ended) return;
    const now = performance.now();
    // A page that was busy or asleep heard nothing because it did not listen: first let it listen.
    if (now - tickedAt > LATE_TICK_MS) excusedUntil = now + EXCUSED_MS;
    tickedAt = now;
    if (since(heard) > lostAfterMs && now >= excusedUntil) setState("lost");
    if (socket === null) {
      if (now >= nextTryAt) open();
    } else if (now - Math.max(openedAt, heard.calm) > Math.max(lostAfterMs, CONNECT_LIMIT_MS)) {
      drop();
    }
  }

  function hurry() {
    if (ended) return;
    // The device woke up, or has its network again. A line that was silent for long is dead more often than
    // not, and says so late: a new one brings the newest picture at once.
    if (socket !== null && since(heard) > lostAfterMs / 2 && performance.now() - openedAt > TICK_MS) drop();
    nextTryAt = 0;
    tick();
  }

  function look() {
    if (!document.hidden) hurry();
  }

  function rest() {
    // A page that is kept to come back to ("back" in the browser) is kept only without an open line.
    if (!ended) drop();
  }

  document.documentElement.dataset.live = state;
  const timer = setInterval(tick, TICK_MS);
  addEventListener("online", hurry);
  addEventListener("pageshow", hurry);
  addEventListener("pagehide", rest);
  document.addEventListener("resume", hurry);
  document.addEventListener("visibilitychange", look);
  open();

  return {
    send(message) {
      if (socket === null || socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    close() {
      ended = true;
      clearInterval(timer);
      removeEventListener("online", hurry);
      removeEventListener("pageshow", hurry);
      removeEventListener("pagehide", rest);
      document.removeEventListener("resume", hurry);
      document.removeEventListener("visibilitychange", look);
      drop();
    },
    state: () => state,
    position: () => ({ ...position }),
    heardAt: () => heard.calm,
  };
}
