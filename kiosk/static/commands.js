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
export async function post(path, body, { deviceId, language, pauses = PAUSES_MS, sleep = wait } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await once(path, body, { deviceId, language });
    if (answer !== null) return answer;
    if (attempt >= pauses.length) throw new Refused("offline");
    await sleep(pauses[attempt]);
  }
}

async function once(path, body, { deviceId, language }) {
  let response;
  let answer;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Aufruf-Device": deviceId, "Accept-Language": language },
      body: JSON.stringify(body),
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
  return function press(path, body) {
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
  };
}
