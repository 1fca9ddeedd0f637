// The notice that the clerk's own calendar contradicts an appointment: drawn by the server, asked for now and then.

const EVERY_MS = 60_000;
const box = document.querySelector('[data-part="calendar"]');

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${location.pathname}/calendar`, { headers: { Accept: "text/html" } });
    if (!answer.ok) return; // the page itself says when the server or the session is away
    const told = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    // Only what differs is said to a screen reader.
    if (told.textContent.trim() !== box.textContent.trim()) box.replaceChildren(...told.childNodes);
  } catch {
    // no network: the next time
  }
}

setInterval(renew, EVERY_MS);
document.addEventListener("visibilitychange", renew);
