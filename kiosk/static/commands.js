// Commands over HTTP, as often as the network needs and once for the hall.
//
// Each press of a button makes one request_id. What the network swallowed is sent again with the same id, and
// the server gives its first answer again: one press, one number, however often it is tapped (failure 2). A
// refusal is an answer: it is never sent again by itself.

const ANSWER_LIMIT_MS = 8000;
const PAUSES_MS = [400, 1000, 2000, 3000];
const AGAIN = new Set([502, 503, 504]);

/** What the server refused, or `offline` when it could not be asked. */
export class Refused extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

/** A name for one press. crypto.randomUUID is missing on plain http, where kiosks in a house often are. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Send one command; gives the answer or throws `Refused`. */
export function post(path, body, options = {}) {
  const headers = { "Content-Type": "application/json" };
  return persistently(path, { method: "POST", headers, body: JSON.stringify(body) }, options);
}

/** A text as sound; null when there is no voice, or nobody answers: then the page is silent, and still there. */
export async function readAloud(path, body, deviceId) {
  const headers = { "Content-Type": "application/json", "Aufruf-Device": deviceId };
  try {
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return answer.ok ? await answer.arrayBuffer() : null;
  } catch {
    return null;
  }
}

async function persistently(path, request, { deviceId, language, pauses = PAUSES_MS, sleep = wait }) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await once(path, request, { deviceId, language });
    if (answer !== null) return answer;
    if (attempt >= pauses.length) throw new Refused("offline");
    await sleep(pauses[attempt]);
  }
}

async function once(path, request, { deviceId, language }) {
  let response;
  let answer;
  try {
    response = await fetch(path, {
      ...request,
      headers: { ...request.headers, "Aufruf-Device": deviceId, "Accept-Language": language },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    answer = await response.json();
  } catch {
    return null; // nobody knows whether it arrived: the same id again
  }
  if (response.ok) return answer;
  if (AGAIN.has(response.status)) return null;
  throw new Refused(answer.error?.code ?? "internal", answer.error ?? {});
}

/** Send from a screen, once; its answer counts as long as the screen stands. `refused(error)`: dealt with there. */
export async function sendOnce(page, step, send, then, refused = () => false) {
  const asked = page.screen;
  if (asked.step !== step || asked.busy) return;
  Object.assign(asked, { busy: true, problem: null });
  page.draw();
  try {
    const answer = await send(asked);
    if (page.screen === asked) then(answer);
  } catch (error) {
    asked.busy = false;
    if (page.screen !== asked || refused(error)) return;
    asked.problem = page.refusal(error);
    page.draw();
  }
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * A button that sends: while it is under way, further taps join the same press; when the network gave no answer,
 * the next press goes on with the same id, for it may have arrived.
 */
export function makePress(send) {
  let running = null;
  let open = null; // {told, id} of a press without an answer
  function press(path, body) {
    if (running) return running;
    const told = `${path} ${JSON.stringify(body)}`;
    if (open?.told !== told) open = { told, id: newId() };
    running = send(path, { ...body, request_id: open.id })
      .then(
        (answer) => {
          open = null;
          return answer;
        },
        (error) => {
          if (error.code !== "offline") open = null;
          throw error;
        },
      )
      .finally(() => {
        running = null;
      });
    return running;
  }
  /** What was pressed, and may hold what somebody typed, is forgotten with the visit. */
  press.forget = () => {
    open = null;
  };
  return press;
}
