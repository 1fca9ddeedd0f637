// A button that shows what stands in a password field: beside each `input[data-show]`, whose value is its label.
// Without scripts the field is as any other.

for (const input of document.querySelectorAll("input[data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--s";
  button.textContent = input.dataset.show;
  button.setAttribute("aria-controls", input.id);
  const show = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  };
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  // A browser keeps passwords of password fields, and remembers what was typed into others.
  input.form.addEventListener("submit", () => show(false));
  const line = document.createElement("div");
  line.className = "password";
  input.replaceWith(line);
  line.append(input, button);
}
