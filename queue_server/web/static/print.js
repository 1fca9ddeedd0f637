// Buttons that print their page: without scripts there are none, and the browser's own way stays.
for (const button of document.querySelectorAll('[data-act="print"]')) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
