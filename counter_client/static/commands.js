// Commands on their way: one id for each press, the same id for each repetition of it.
//
// What is repeated: a request of which nobody knows whether it arrived (no answer, a proxy's 502 or 504; a
// browser reuses connections that the server closed a moment ago). What is never repeated: an answer. A
// refusal that was sent again could call somebody into an empty room.

const TRIES = 5;
const ANSWER_WITHIN_MS = 8000;
const UNKNOWN_OUTCOME = new Set([502, 504]);

/** 128 bits. Not crypto.randomUUID: a town hall's plain http has none. */
export function requestId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Send a command: {ok: true, data} or {ok: false, code, params}; code "network" when nobody answered. */
export async function send(path, body, { ask = fetch, wait = sleep, id = requestId() } = {}) {
  const told = path.startsWith("/api/v1/displays/") ? body : { request_id: id, ...body };
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) await wait(200 * 2 ** (attempt - 1));
    const answer = await once(path, told, ask);
    if (answer !== null) return answer;
  }
  return { ok: false, code: "network", params: {} };
}

async function once(path, body, ask) {
  try {
    const response = await ask(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (UNKNOWN_OUTCOME.has(response.status)) return null;
    const data = await response.json();
    if (response.ok) return { ok: true, data };
    const { code, message, ...params } = data.error;
    return { ok: false, code, message, params };
  } catch {
    return null;
  }
}

/** Send commands one after the other; the first that fails ends the row and is the answer. */
export async function sendAll(commands, options = {}) {
  let answer = { ok: true, data: {} };
  for (const [path, body] of commands) {
    answer = await send(path, body, options);
    if (!answer.ok) return answer;
  }
  return answer;
}
