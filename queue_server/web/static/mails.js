/* The demo's mailbox: brings in what came since, so that nobody has to reload. */

const EVERY_MS = 3000;
const list = document.querySelector('[data-part="mails"]');

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector('[data-part="mails"]');
    if (found && found.textContent !== list.textContent) list.replaceChildren(...found.childNodes);
  } catch {
    // The server is away for a moment; the next look finds it.
  }
}

setInterval(look, EVERY_MS);
