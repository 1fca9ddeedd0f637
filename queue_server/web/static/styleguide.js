// What the style guide's samples cannot say without a script: drawn numbers, shares, the grid of a hall, a dialog.

import { digits } from "./digits.js";

for (const node of document.querySelectorAll("[data-number]")) {
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = node.dataset.number;
  node.replaceChildren(digits(node.dataset.number), words);
}
for (const node of document.querySelectorAll("[data-share]")) node.style.setProperty("--part", node.dataset.share);
for (const name of ["columns", "rows"]) {
  for (const node of document.querySelectorAll(`[data-${name}]`)) node.style.setProperty(`--${name}`, node.dataset[name]);
}
for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}
