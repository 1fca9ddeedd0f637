// A form of the set-up that was typed into is not left by a slip: the browser asks first. Without this
// script everything works as well; only nobody asks.
const form = document.querySelector("form[data-form]");
let typed = form?.dataset.form === "typed";

form?.addEventListener("input", () => { typed = true; });
form?.addEventListener("submit", () => { typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
