// The page with the small task: shows how far it is, and sends the form when it is done.

import { solve } from "./puzzle_solve.js";

const form = document.getElementById("puzzle");
const bar = form.querySelector("progress");
const says = document.getElementById("puzzle-says");
const go = form.querySelector('[data-part="go"]');
const task = { puzzle: form.dataset.puzzle, parts: Number(form.dataset.parts), bits: Number(form.dataset.bits) };
const answers = [];

function take(number) {
  answers.push(number);
  bar.value = answers.length;
  if (answers.length < task.parts) return;
  form.elements.solution.value = `${task.puzzle}:${answers.join(",")}`;
  says.textContent = says.dataset.done;
  go.hidden = false; // should the browser not send the form by itself
  form.requestSubmit();
}

/** Where there is no worker for modules: here, one part after the other, with breaks for the page. */
async function solveHere() {
  answers.length = 0;
  for (const number of solve(task.puzzle, task.parts, task.bits)) {
    take(number);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function begin() {
  document.querySelector('[data-part="no-script"]').hidden = true;
  form.hidden = false;
  says.textContent = says.dataset.working;
  try {
    const worker = new Worker("/static/puzzle_worker.js", { type: "module" });
    worker.addEventListener("message", ({ data }) => take(data));
    worker.addEventListener("error", () => solveHere().catch(fail), { once: true });
    worker.postMessage(task);
  } catch {
    solveHere().catch(fail);
  }
}

function fail() {
  says.textContent = says.dataset.failed;
}

begin();
// Who comes back here has used this puzzle up: ask for another.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    form.elements.solution.value = "";
    form.requestSubmit();
  }
});
