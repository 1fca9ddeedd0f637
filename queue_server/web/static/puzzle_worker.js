// Solves beside the page, so that it stays alive; tells each part as it is done.

import { solve } from "./puzzle_solve.js";

self.addEventListener("message", ({ data }) => {
  for (const number of solve(data.puzzle, data.parts, data.bits)) self.postMessage(number);
});
