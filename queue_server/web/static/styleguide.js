// The style guide's own switches: theme, the sample dialog, drawn numbers. Nothing else uses it.

import { digits } from "./digits.js";

for (const node of document.querySelectorAll("[data-number]")) {
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = node.dataset.number;
  node.append(digits(node.dataset.number), words);
}
for (const node of document.querySelectorAll("[data-share]")) node.style.setProperty("--part", node.dataset.share);
for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}
for (const radio of document.querySelectorAll('input[name="theme"]')) {
  radio.addEventListener("change", () => {
    if (radio.value) document.documentElement.dataset.theme = radio.value;
    else delete document.documentElement.dataset.theme;
  });
}
