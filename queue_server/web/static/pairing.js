// A device waits for its pairing: it asks now and then, and goes on by itself when it is known. The page itself
// is not loaded again and again, so nothing flickers and nobody who reads it is thrown back.

const EVERY_MS = 3000;

const codeOf = (page) => page.querySelector(".pairing__code")?.textContent ?? "";

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected) return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (codeOf(page) !== codeOf(document)) return location.reload(); // the code's ten minutes are over
  } catch {
    // the server is away; the next look will tell
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
