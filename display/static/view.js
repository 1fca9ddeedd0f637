// Draws the view model of board.js into the page. Texts come from `t`, places from the template; names and
// numbers are set as text, never as HTML.

import { drawable, numberNode } from "/static/digits.js";
import { bestGrid, needsRoomWord } from "./board.js";

const SVG = "http://www.w3.org/2000/svg";
const ARROW = "M2 17h22V5l22 19-22 19V31H2z";

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function arrow() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("class", "arrow");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ARROW);
  svg.append(path);
  return svg;
}

function room(call, t) {
  const box = element("span", "room");
  const name = drawable(call.room) ? numberNode(call.room, "room__name number") : element("span", "room__name", call.room);
  if (needsRoomWord(call.room)) box.append(element("span", "room__word", t("display.room_word")), " ", name);
  else box.append(name);
  box.dataset.length = call.room.length > 5 ? "words" : String(call.room.length);
  if (call.floor) box.append(" ", element("span", "room__floor", call.floor));
  return box;
}

/** One call as a card; the newest and the others differ by style only, so nothing is built twice. */
function card(call, t) {
  const node = element("article", "call");
  node.dataset.seq = String(call.seq);
  node.dataset.kind = call.kind;
  const way = element("span", "way");
  way.append(arrow(), room(call, t));
  node.append(numberNode(call.number, "call__number number"), " ", way);
  return node;
}

const crowd = (count) => (count > 4 ? "many" : count > 2 ? "some" : "few");

function textLine({ text, language }) {
  const line = element("p", "town__text", text);
  line.lang = language;
  line.dir = "auto";
  line.dataset.length = text.length > 90 ? "long" : text.length > 40 ? "some" : "short";
  return line;
}

function pictureOf({ url, text }, onReady) {
  const picture = element("img", "town__picture");
  picture.alt = text;
  picture.lang = "de";
  picture.addEventListener("load", onReady);
  picture.src = url;
  return picture;
}

export function makeView(root, t) {
  const at = (name) => root.querySelector(`[data-part="${name}"]`);
  const parts = Object.fromEntries(
    ["newest", "others", "last", "lastbox", "quiet", "stopped", "free", "live", "fetch"].map((name) => [name, at(name)]),
  );
  const write = (name, text) => {
    for (const node of root.querySelectorAll(`[data-text="${name}"]`)) node.textContent = text;
  };
  let drawn = "";
  let said = new Set();
  let townShown = null;

  function cells(box, calls) {
    const old = new Map([...box.children].map((node) => [node.dataset.seq, node]));
    box.replaceChildren(...calls.map((call) => {
      const node = old.get(String(call.seq)) ?? card(call, t);
      node.classList.toggle("is-fresh", call.fresh);
      return node;
    }));
  }

  function lastOnes(calls) {
    parts.lastbox.hidden = calls.length === 0;
    parts.last.replaceChildren(...calls.map((call) => {
      const item = element("li", "last__item");
      const name = needsRoomWord(call.room) ? t("display.room", { room: call.room }) : call.room;
      item.append(numberNode(call.number), arrow(), element("span", "last__room", name));
      return item;
    }));
  }

  function waitText({ wait }) {
    if (!wait) return "";
    if (wait.to_min === 0) return t("display.no_wait");
    if (wait.from_min === wait.to_min) return t("display.wait_about", { n: wait.to_min });
    return t("display.wait_range", { from: wait.from_min, to: wait.to_min, n: wait.to_min });
  }

  function figures(view) {
    write("wait", waitText(view));
    for (const node of root.querySelectorAll("[data-wait]")) node.hidden = !view.wait;
    write("waiting", view.waitingCount === 0 ? t("display.nobody_waits") : t("display.waiting", { n: view.waitingCount }));
    parts.stopped.hidden = view.issuing;
    parts.fetch.hidden = view.callMode !== "fetch";
    parts.free.hidden = !view.nextFree;
    write("free", view.nextFree ?? "");
  }

  function shape(view) {
    const box = parts.others;
    const { columns, rows, firstSpan } = bestGrid(view.others.length, box.clientWidth, box.clientHeight);
    box.style.setProperty("--columns", String(columns));
    box.style.setProperty("--rows", String(rows));
    box.style.setProperty("--first-span", String(firstSpan));
  }

  return {
    /** Draw; gives true when something changed. */
    draw(view) {
      const key = JSON.stringify(view);
      if (key === drawn) return false;
      drawn = key;
      root.dataset.others = crowd(view.others.length);
      root.dataset.on = view.onCount > 1 ? "many" : String(view.onCount);
      parts.quiet.hidden = view.onCount > 0;
      parts.newest.hidden = view.onCount === 0;
      parts.others.hidden = view.others.length === 0;
      cells(parts.newest, view.newest ? [view.newest] : []);
      cells(parts.others, view.others);
      lastOnes(view.last);
      if (view.ready) figures(view);
      shape(view);
      return true;
    },

    /** The grid follows the window. */
    reshape(view) {
      shape(view);
    },

    /** Show a text of the town in each language that it has, or a picture, in place of the waiting time; null: neither. */
    town(shown) {
      if (shown === townShown) return;
      townShown = shown;
      const box = at("town");
      const isPicture = shown !== null && !Array.isArray(shown);
      const hide = (hidden) => {
        root.toggleAttribute("data-town", !hidden);
        box.hidden = hidden;
      };
      box.classList.toggle("town--picture", isPicture);
      if (isPicture) {
        // The waiting time stays until the picture is there, and for good when it cannot be had.
        hide(true);
        box.replaceChildren(pictureOf(shown, () => shown === townShown && hide(false)));
      } else {
        hide(shown === null);
        box.replaceChildren(...(shown ?? []).map(textLine));
      }
    },

    /** Say clearly that this is a test or a rehearsal; an empty kind is the hall itself. */
    mark(kind) {
      if ((root.dataset.probe ?? "") === kind) return;
      root.dataset.probe = kind;
      const box = at("probe");
      box.hidden = kind === "";
      if (kind) for (const name of ["title", "text"]) box.querySelector(`[data-probe-text="${name}"]`).textContent = t(`display.${kind}_${name}`);
    },

    /** Mark the call that is being spoken. */
    speaking(seq) {
      for (const node of root.querySelectorAll(".call")) node.classList.toggle("is-speaking", node.dataset.seq === String(seq));
    },

    /** Tell screen readers the calls they have not heard. */
    tell(calls) {
      const fresh = calls.filter((call) => !said.has(call.seq));
      said = new Set(calls.map((call) => call.seq));
      if (fresh.length === 0) return;
      const line = (call) => t("display.announced", { number: String(call.number).split("").join(" "), room: call.room });
      parts.live.textContent = fresh.map(line).join(" ");
    },

    has: (seq) => root.querySelector(`.call[data-seq="${seq}"]`)?.isConnected ?? false,
  };
}
