// The two boxes of a colour show the same one. Without this the server takes whichever was touched.
for (const pick of document.querySelectorAll("[data-pick]")) {
  const typed = document.getElementById(pick.dataset.pick);
  pick.addEventListener("input", () => { typed.value = pick.value; });
  typed.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(typed.value)) pick.value = typed.value.toLowerCase();
  });
}
