// The booking pages without a reload: the held time ticks, the search narrows the list while somebody types.
// Everything works without this file.

import { digits, drawable } from "./digits.js";
import "./print.js";

const WARN_S = 60;

/** The held time: seconds on the screen, one warning a minute before the end, one word at the end. */
function countDown(section) {
  const ends = performance.now() + Number(section.dataset.leftS) * 1000;
  const left = section.querySelector('[data-part="left"]');
  const warning = section.querySelector('[data-part="warning"]');
  const tell = (text) => {
    if (warning.textContent !== text) warning.textContent = text;
  };
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    const clock = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, "0")].join(":");
    left.textContent = left.dataset.words.replace("{left}", clock);
    if (seconds === 0) {
      tell(warning.dataset.over);
      clearInterval(timer);
    } else if (seconds <= WARN_S) {
      tell(warning.dataset.soon);
    }
  };
  const timer = setInterval(tick, 500);
  tick();
}

/** Show only what holds every word that was typed; what is ticked stays. */
function searchInstantly(form) {
  const input = form.querySelector("#q");
  const found = form.querySelector('[data-part="found"]');
  const categories = [...form.querySelectorAll(".category")];
  const openAtFirst = new Map(categories.map((category) => [category, category.open]));
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const category of categories) {
      let here = 0;
      for (const service of category.querySelectorAll(".service")) {
        const fits = words.every((word) => service.dataset.words.includes(word)) || service.querySelector("input:checked");
        service.hidden = !fits;
        here += fits ? 1 : 0;
      }
      category.hidden = here === 0;
      category.open = words.length > 0 ? here > 0 : openAtFirst.get(category);
      shown += here;
    }
    found.textContent = shown === 0 ? found.dataset.none : "";
  });
}

/** A second press of the last button sends nothing: the first one is on its way. */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  });
}

for (const section of document.querySelectorAll('[data-part="held"]')) countDown(section);
for (const form of document.querySelectorAll("#concern")) searchInstantly(form);
for (const form of document.querySelectorAll("form[data-once]")) sendOnce(form);
for (const node of document.querySelectorAll("[data-number]")) {
  if (!drawable(node.dataset.number)) continue;
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = node.dataset.number;
  node.replaceChildren(digits(node.dataset.number), words);
}
document.querySelector("[data-focus]")?.focus();
// A page that comes back from the browser's memory must be able to send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});
