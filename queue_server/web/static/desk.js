// The reception desk by keyboard. The page is whole without this: here the same page is fetched again when the
// concern or the day changes, and three parts of it are exchanged; so there is one renderer, the server's.

import { matching, readTyped } from "./desk_match.js";
import { readJson, pageTexts } from "./texts.js";

const PARTS = ["chosen", "papers", "times"];
const STORED = "aufruf.desk.keys";
const SHOWN_MOST = 40;

const t = pageTexts();
const services = readJson("config", { services: [] }).services;
const byId = (id) => document.getElementById(id);
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const root = document.documentElement;
const find = byId("find");
const list = byId("found");

let offered = []; // what the list shows
let active = 0; // which of it is marked
let lastAdded = null;
let fetching = null; // the AbortController of the newest fetch
let whenHere = null; // what to do once the times are there

root.dataset.script = "";

// -- the concern: state is what #chosen shows, plus what is on its way -----------------------------------

let counts = shownCounts();

function shownCounts() {
  return new Map([...document.querySelectorAll("#chosen [data-service]")].map((row) => [row.dataset.service, Number(row.dataset.count)]));
}

function mostOf(id) {
  return services.find((one) => one.id === id)?.most ?? 1;
}

function setCount(id, count) {
  if (count < 1) counts.delete(id);
  else counts.set(id, Math.min(count, mostOf(id)));
  refresh();
}

function newest() {
  if (lastAdded !== null && counts.has(lastAdded)) return lastAdded;
  return [...counts.keys()].at(-1) ?? null;
}

function address() {
  const query = new URLSearchParams();
  const move = document.querySelector('#concern [name="move"]')?.value;
  if (move) query.set("move", move); // the concern is the booking's own, and an address is read by others
  else for (const [id, count] of counts) query.set(`n-${id}`, count);
  const persons = document.querySelector('#concern [name="persons"]')?.value;
  if (persons && persons !== "1") query.set("persons", persons);
  if (byId("day")?.value) query.set("day", byId("day").value);
  return `${byId("concern").getAttribute("action")}?${query}`;
}

async function refresh(url = address()) {
  fetching?.abort();
  const mine = (fetching = new AbortController());
  byId("times").setAttribute("aria-busy", "true");
  const lost = byId("times").dataset.problem;
  try {
    const answer = await fetch(url, { signal: mine.signal, headers: { accept: "text/html" } });
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    exchange(await answer.text());
    history.replaceState(null, "", url);
  } catch (error) {
    if (error.name === "AbortError") return;
    whenHere = null;
    tell(lost);
    showLost(lost);
  }
  if (fetching === mine) fetching = null;
  byId("times").removeAttribute("aria-busy");
  if (fetching === null) {
    whenHere?.();
    whenHere = null;
  }
}

/** Say it where the times stand; the next answer takes the whole part's place, this line with it. */
function showLost(words) {
  const line = document.querySelector(".times__lost") ?? document.createElement("p");
  line.className = "times__lost notice notice--bad";
  line.textContent = words;
  byId("times").querySelector(".times__head").after(line);
}

/** Put the fetched page's parts into this one; focus and the chosen time stay where they were. */
function exchange(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const chosen = document.querySelector('[name="at"]:checked')?.value;
  const focused = document.activeElement;
  const held = focused?.name === "at" ? null : focused?.id;
  for (const id of PARTS) byId(id).replaceWith(document.adoptNode(page.getElementById(id)));
  const again = chosen && document.querySelector(`[name="at"][value="${CSS.escape(chosen)}"]`);
  if (again) again.checked = true;
  if (!focused.isConnected) (held && byId(held) && !byId(held).disabled ? byId(held) : (again ?? byId("day"))).focus();
  counts = shownCounts();
  summarise();
}

// -- the list under the first field ----------------------------------------------------------------------

function drawList() {
  const { words } = readTyped(find.value);
  offered = matching(services, words).slice(0, SHOWN_MOST);
  active = Math.min(active, Math.max(0, offered.length - 1));
  list.replaceChildren(...offered.map(option));
  const open = document.activeElement === find && (words.length > 0 || list.dataset.asked === "") && offered.length > 0;
  list.hidden = !open;
  find.setAttribute("aria-expanded", String(open));
  if (open) {
    find.setAttribute("aria-activedescendant", `option-${active}`);
    byId(`option-${active}`).scrollIntoView({ block: "nearest" });
  } else find.removeAttribute("aria-activedescendant");
}

function option(service, place) {
  const node = document.createElement("li");
  node.id = `option-${place}`;
  node.className = "combo__option";
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", String(place === active));
  const small = document.createElement("small");
  small.textContent = service.note || service.category;
  node.append(service.name, " ", small);
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    add(service, readTyped(find.value).count);
  });
  return node;
}

function closeList() {
  delete list.dataset.asked;
  active = 0;
  find.value = "";
  drawList();
}

function add(service, count) {
  closeList();
  if (!service.here) {
    tell(`${service.name}: ${service.note}`, true);
    return;
  }
  lastAdded = service.id;
  setCount(service.id, count ?? (counts.get(service.id) ?? 0) + 1);
  tell(t("desk.added", { name: service.name, count: counts.get(service.id) }));
}

function onFindKey(event) {
  const { words, count } = readTyped(find.value);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    if (list.hidden) list.dataset.asked = "";
    else active = (active + step + offered.length) % offered.length;
    drawList();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (!list.hidden && offered[active]) add(offered[active], words.length ? count : null);
    else if (words.length > 0 && offered.length === 0) warn(t("desk.find_none"));
    else if (words.length === 0 && counts.size) toTimes();
  } else if (event.key === "Escape" && (find.value || !list.hidden)) {
    event.preventDefault();
    event.stopPropagation();
    closeList();
  } else if (find.value === "" && list.hidden) countKey(event);
}

/** In the empty field: a digit is the count of what was added last, + and − change it, Backspace takes it off. */
function countKey(event) {
  const id = newest();
  if (event.key === "/") {
    event.preventDefault();
    byId("q").focus();
    byId("q").select();
  }
  if (id === null || event.ctrlKey || event.altKey || event.metaKey) return;
  const now = counts.get(id);
  const wanted = /^[1-9]$/.test(event.key) ? Number(event.key) : { "+": now + 1, "-": now - 1, "−": now - 1, Backspace: 0 }[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  setCount(id, wanted);
}

// -- times and person ------------------------------------------------------------------------------------

function radios() {
  return [...document.querySelectorAll('[name="at"]')];
}

function toTimes() {
  if (fetching) {
    whenHere = toTimes;
    return;
  }
  const goal = radios().find((one) => one.checked) ?? radios()[0];
  if (!goal) {
    byId("day").focus();
    return;
  }
  goal.checked = true;
  goal.focus();
  summarise();
}

/** ↑ and ↓ go to the next day, at the nearest place; ← and → are the browser's own. */
function otherDay(step) {
  const days = [...document.querySelectorAll("#times .day")];
  const here = days.findIndex((day) => day.contains(document.activeElement));
  const goal = days[here + step];
  if (!goal) return;
  const place = [...days[here].querySelectorAll('[name="at"]')].indexOf(document.activeElement);
  const there = [...goal.querySelectorAll('[name="at"]')];
  const slot = there[Math.min(place, there.length - 1)];
  slot.checked = true;
  slot.focus();
  slot.closest(".day").scrollIntoView({ block: "nearest" });
  summarise();
}

function onTimeKey(event) {
  if (event.key === "Enter") {
    event.preventDefault();
    event.target.checked = true;
    summarise();
    (byId("name") ?? document.querySelector("#book .button--primary")).focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    otherDay(event.key === "ArrowDown" ? 1 : -1);
  }
}

function summarise() {
  const chosen = radios().find((one) => one.checked);
  if (part("summary")) part("summary").textContent = chosen?.dataset.long ?? byId("book").dataset.nothing;
}

function onBook(event) {
  const chosen = radios().some((one) => one.checked);
  if (fetching || !chosen || event.target.dataset.sent === "") {
    event.preventDefault();
    if (!chosen && counts.size && event.target.dataset.sent !== "") toTimes();
    else if (!counts.size) {
      find?.focus();
      warn(t("desk.problem_concern"));
    }
    return;
  }
  event.target.dataset.sent = ""; // a second press of the same button books nothing twice
}

// -- keys ------------------------------------------------------------------------------------------------

function keysAreOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

function showKeys(on) {
  root.dataset.keys = on ? "on" : "off";
  const node = document.querySelector('[data-does="keys"]');
  if (!node) return;
  node.textContent = t(on ? "desk.keys_on" : "desk.keys_off");
}

function switchKeys() {
  const on = root.dataset.keys === "off";
  showKeys(on);
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // not remembered, and nothing else
  }
}

/** Whether a letter would be typed where the focus is: there it is a letter and no key (WCAG 2.1.4). */
function isTyping(node) {
  return node.matches?.('input:not([type="radio"], [type="checkbox"]), select, textarea');
}

function stepBack(event) {
  const focused = document.activeElement;
  event.preventDefault();
  if (focused === byId("q") || focused === byId("q-day")) (find ?? byId("main")).focus();
  else if (byId("book")?.contains(focused) && radios().length) toTimes();
  else if (focused !== find && (focused?.name === "at" || byId("times")?.contains(focused)) && find) find.focus();
  else if (find === null || focused !== find) document.querySelector('[data-does="next"]')?.click();
}

function press(node) {
  if (node.matches("summary")) {
    node.parentElement.open = true;
    node.parentElement.querySelector("button")?.focus();
  } else node.click();
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape") return stepBack(event);
  if (root.dataset.keys === "off" || event.repeat || isTyping(event.target)) return;
  const goal = { "/": byId("q"), d: byId("day") }[event.key.toLowerCase()];
  const pressed = /^[a-z]$/i.test(event.key) && document.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
  if (goal) {
    event.preventDefault();
    goal.focus();
    goal.select?.();
  } else if (pressed) {
    event.preventDefault();
    press(pressed);
  } else if (event.key.startsWith("Arrow")) alongHits(event);
}

function alongHits(event) {
  const hits = [...document.querySelectorAll(".hit")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!hits.length || !step) return;
  event.preventDefault();
  hits[Math.min(Math.max(hits.indexOf(document.activeElement) + step, 0), hits.length - 1)].focus();
}

/** Say it to everybody: in the line under the times' head for eyes, as a status for ears. */
function tell(text, seen = false) {
  if (part("said")) part("said").textContent = text;
  if (seen && byId("find-hint")) byId("find-hint").textContent = text;
}

/** Say under the first field what is wrong with it, until the next letter. */
function warn(text) {
  tell(text, true);
  byId("find-hint")?.classList.add("field__error");
}

function calm() {
  const hint = byId("find-hint");
  if (!hint?.classList.contains("field__error")) return;
  hint.classList.remove("field__error");
  hint.textContent = t("desk.find_hint");
}

// -- hands -----------------------------------------------------------------------------------------------

function onClick(event) {
  const node = event.target.closest("a, button");
  if (node?.name === "set") {
    event.preventDefault();
    const at = node.value.lastIndexOf(":");
    lastAdded = node.value.slice(0, at);
    setCount(lastAdded, Number(node.value.slice(at + 1)));
  } else if (node?.dataset.day || node?.id === "soonest") {
    event.preventDefault();
    byId("day").value = node.dataset.day ?? "";
    whenHere = toTimes;
    refresh();
  } else if (node?.dataset.does === "print") {
    event.preventDefault();
    window.print();
  } else if (node?.dataset.does === "keys") switchKeys();
}

document.addEventListener("keydown", (event) => {
  if (event.target === find) onFindKey(event);
  else if (event.target.name === "at") onTimeKey(event);
  onKey(event);
});
document.addEventListener("click", onClick);
document.addEventListener("change", (event) => {
  if (event.target.id === "persons" || event.target.id === "day") refresh();
  else if (event.target.name === "at") summarise();
});
showKeys(keysAreOn());

if (find) {
  find.addEventListener("input", () => {
    calm();
    active = 0;
    drawList();
  });
  find.addEventListener("focus", drawList);
  find.addEventListener("blur", () => {
    list.hidden = true;
    find.setAttribute("aria-expanded", "false");
  });
  byId("concern").addEventListener("submit", (event) => event.preventDefault());
}
byId("book")?.addEventListener("submit", onBook);
// Coming back by the browser's own key shows the page as it was left; its form may be sent again.
addEventListener("pageshow", () => delete byId("book")?.dataset.sent);
if (byId("book")) summarise();
if (part("problem")) part("problem").focus();
else if (find) find.focus();
else if (byId("book")) toTimes();
else document.querySelector(".hit")?.focus();
