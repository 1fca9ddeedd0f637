/* The devices: brings in what changed, place by place, so that nothing flickers and no form is lost. */

const EVERY_MS = 3000;
const WHILE_TESTING_MS = 700;
const places = () => document.querySelectorAll("[data-live]");

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/admin/devices", { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of places()) {
    const found = page.querySelector(`[data-live="${CSS.escape(place.dataset.live)}"]`);
    if (found && !found.isEqualNode(place)) place.replaceChildren(...found.childNodes);
  }
}

async function goOn() {
  try {
    await look();
  } catch {
    // The server is away for a moment; the next look finds it.
  }
  setTimeout(goOn, document.querySelector("[data-runs]") ? WHILE_TESTING_MS : EVERY_MS);
}

setTimeout(goOn, document.querySelector("[data-runs]") ? WHILE_TESTING_MS : EVERY_MS);
