// Draws the view model of board.js into the page. Texts come from `t`, places from the template; names and
// numbers are set as text, never as HTML.

import { drawable, numberNode } from "/static/digits.js";
import { needsRoomWord } from "/static/texts.js";
import { waitWords } from "/static/waits.js";
import { makeFitting } from "./fitting.js";

const SVG = "http://www.w3.org/2000/svg";
const ARROW = "M2 17h22V5l22 19-22 19V31H2z";

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** `way`: where the room lies, seen from this screen; a screen that knows of some ways shows none for the rest. */
function arrow(way) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("class", "arrow");
  svg.setAttribute("aria-hidden", "true");
  if (way) svg.dataset.way = way;
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
function card(call, t, wayOf) {
  const node = element("article", "call");
  node.dataset.seq = String(call.seq);
  node.dataset.kind = call.kind;
  const way = element("span", "way");
  const direction = wayOf(call.room_id);
  if (direction !== null) way.append(arrow(direction));
  way.append(room(call, t));
  node.append(numberNode(call.number, "call__number number"), " ", way);
  return node;
}

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

/** Where each room lies, by its id; null: not known, and others are; "": no room's way is, the arrow just leads on. */
function waysOf(ways) {
  return (roomId) => ways[roomId] ?? (Object.keys(ways).length > 0 ? null : "");
}

export function makeView(root, t, { ways = {}, viewing = {} } = {}) {
  const wayOf = waysOf(ways);
  const fitting = makeFitting(root, viewing, (call) => card(call, t, wayOf));
  const at = (name) => root.querySelector(`[data-part="${name}"]`);
  const parts = Object.fromEntries(
    ["newest", "others", "last", "lastbox", "quiet", "unstaffed", "stopped", "free", "live", "fetch", "turning"].map((name) => [name, at(name)]),
  );
  const write = (name, text) => {
    for (const node of root.querySelectorAll(`[data-text="${name}"]`)) node.textContent = text;
  };
  let drawn = "";
  let drawnAround = "";
  let said = new Set();
  let townShown = null;

  function cells(box, calls) {
    const old = new Map([...box.children].map((node) => [node.dataset.seq, node]));
    box.replaceChildren(...calls.map((call) => {
      const node = old.get(String(call.seq)) ?? card(call, t, wayOf);
      node.classList.toggle("is-fresh", call.fresh);
      return node;
    }));
  }

  function lastOnes(calls) {
    parts.lastbox.hidden = calls.length === 0;
    parts.last.replaceChildren(...calls.map((call) => {
      const item = element("li", "last__item");
      const name = t("display.room", { room: call.room });
      const direction = wayOf(call.room_id);
      item.append(numberNode(call.number), ...(direction === null ? [] : [arrow(direction)]), element("span", "last__room", name));
      return item;
    }));
  }

  function waitText({ wait }) {
    if (!wait) return "";
    const told = waitWords(wait);
    return t(`display.wait_${told.form}`, told);
  }

  function figures(view) {
    write("wait", waitText(view));
    for (const node of root.querySelectorAll("[data-wait]")) node.hidden = !view.wait;
    write("waiting", view.waitingCount === 0 ? t("display.nobody_waits") : t("display.waiting", { n: view.waitingCount }));
    parts.unstaffed.hidden = view.openCounterCount > 0;
    parts.stopped.hidden = view.issuing;
    parts.fetch.hidden = view.callMode !== "fetch";
    parts.free.hidden = !view.nextFree;
    write("free", view.nextFree ?? "");
  }

  /** Head and foot: they take room from the calls, so they are drawn before it is measured. */
  function around(view) {
    const { last, waitingCount, wait, openCounterCount, issuing, callMode, nextFree } = view;
    const key = JSON.stringify([last, waitingCount, wait, openCounterCount, issuing, callMode, nextFree]);
    if (key === drawnAround) return;
    drawnAround = key;
    lastOnes(last);
    if (view.ready) figures(view);
  }

  /** A dot for each page, the one that is on wider: further calls come. */
  function turning({ page, count }) {
    parts.turning.hidden = count < 2;
    const dot = (_, index) => element("span", index === page ? "turning__page is-on" : "turning__page");
    parts.turning.replaceChildren(...Array.from({ length: count }, dot));
  }

  const shape = (view) => fitting.lay(at("hall"), (view.newest ? 1 : 0) + view.others.length);

  return {
    /** How many of these calls can stand on the screen at once and be read, with what stands around them. */
    perPage(view, calls) {
      around(view);
      return fitting.perPage(calls);
    },

    /** Draw; gives true when something changed. */
    draw(view) {
      const key = JSON.stringify(view);
      if (key === drawn) return false;
      drawn = key;
      parts.quiet.hidden = view.onCount > 0;
      parts.newest.hidden = view.newest === null;
      parts.others.hidden = view.others.length === 0;
      cells(parts.newest, view.newest ? [view.newest] : []);
      cells(parts.others, view.others);
      turning(view.pages ?? { page: 0, count: 1 });
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
