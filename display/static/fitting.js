// Tries in the page itself how many calls fit at the size that reads: cards are laid into the gauge, an unseen box
// in the hall's place, and measured. Measured, not reckoned: faces, long names of rooms and languages differ.

import { arrange, grids, leastSizes } from "./sizes.js";

const ROUNDING_PX = 1;
/** Where not even one call reads from the set distance, it stands as large as it fits; the set-up page warned. */
const SMALLER = [0.85, 0.7, 0.5, 0.3, 0];

/** How high the face's capitals are, as a part of its size. */
function capitalsOf(node) {
  const pen = document.createElement("canvas").getContext("2d");
  if (pen === null) return undefined;
  const { fontFamily, fontWeight } = getComputedStyle(node);
  pen.font = `${fontWeight} 100px ${fontFamily}`;
  return pen.measureText("H").actualBoundingBoxAscent / 100 || undefined;
}

/** The height of the digits themselves: their picture keeps its shape within its box. */
export function digitsHeight(card) {
  const picture = card.querySelector(".call__number > .digits");
  if (picture === null) return Infinity;
  const box = picture.getBoundingClientRect();
  const { width, height } = picture.viewBox.baseVal;
  return Math.min(box.height, (box.width * height) / width);
}

/** Whether what stands in a box does not reach out of it; what only adorns it may. */
function isInside(box) {
  const frame = box.getBoundingClientRect();
  return [...box.children].every((one) => {
    const { top, bottom, height } = one.getBoundingClientRect();
    return height === 0 || (top >= frame.top - ROUNDING_PX && bottom <= frame.bottom + ROUNDING_PX);
  });
}

/** The boxes of what is drawn in a card's way: words by their letters, pictures by their frames. */
function* drawn(way) {
  const walker = document.createTreeWalker(way, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (walker.currentNode.parentElement.closest(".visually-hidden")) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    yield* range.getClientRects();
  }
  for (const picture of way.querySelectorAll("svg")) yield picture.getBoundingClientRect();
}

function isWhole(card, least) {
  const frame = card.getBoundingClientRect();
  const number = card.querySelector(".call__number").getBoundingClientRect();
  for (const box of drawn(card.querySelector(".way"))) {
    const isIn =
      box.left >= frame.left && box.right <= frame.right && box.top >= frame.top - ROUNDING_PX && box.bottom <= frame.bottom + ROUNDING_PX;
    if (!isIn) return false;
  }
  return number.height > 0 && digitsHeight(card) >= least - ROUNDING_PX / 2;
}

export function makeFitting(root, { distanceM, inches }, makeCard) {
  const gauge = root.querySelector('[data-part="gauge"]');
  const turning = root.querySelector('[data-part="turning"]');
  let key = "";
  let found = { perPage: 1, chrome: "full", grid: { columns: 1, rows: 1, firstSpan: 1 }, reads: true };

  /** Set the smallest type; gives the smallest number, in pixels. */
  function least(part = 1) {
    const width = screen.width || innerWidth;
    const height = screen.height || innerHeight;
    const { number, text } = leastSizes({ distanceM, inches, width, height, capitals: capitalsOf(root) });
    root.style.setProperty("--least", `${(part * text).toFixed(1)}px`);
    root.toggleAttribute("data-far", text > 0.04 * Math.min(innerWidth, innerHeight));
    return part * number;
  }

  function look(chrome, count) {
    root.dataset.chrome = chrome;
    root.dataset.cells = String(count);
    root.dataset.on = count > 1 ? "many" : String(count);
  }

  function put(box, { columns, rows, firstSpan, stacked = false }) {
    root.toggleAttribute("data-stacked", stacked);
    box.style.setProperty("--columns", String(columns));
    box.style.setProperty("--rows", String(rows));
    box.style.setProperty("--first-span", String(firstSpan));
  }

  /** Drop foot and head while the waiting time does not fit. */
  function fitQuiet() {
    for (const chrome of ["full", "head", "plain"]) {
      look(chrome, 0);
      const box = [...root.querySelectorAll(".quiet, .town")].find((one) => one.offsetParent !== null);
      if (!box || isInside(box)) return;
    }
  }

  function tryOut(calls) {
    let needed = least();
    // The longest words under the longest number are the hardest: what fits with them fits with all.
    const number = Math.max(...calls.map((call) => call.number));
    const length = ({ room, floor }) => Math.max(room.length, floor.length);
    const hardest = [...calls].sort((a, b) => length(b) - length(a)).map((call) => ({ ...call, number }));
    const gridsFor = (count, chrome) => {
      look(chrome, count);
      turning.hidden = count === calls.length;
      gauge.replaceChildren(...hardest.slice(0, count).map(makeCard));
      const { clientWidth: width, clientHeight: height } = gauge;
      // No number can be larger than its card: most ways are sorted out without measuring.
      return grids(count, width, height).filter(({ columns, rows }) => Math.min((0.47 * width) / columns, (0.95 * height) / rows) >= needed);
    };
    const fits = (chrome, grid, count) => {
      look(chrome, count);
      put(gauge, grid);
      return [...gauge.children].every((card) => isWhole(card, needed));
    };
    let way = arrange(calls.length, gridsFor, fits);
    for (const part of SMALLER) {
      if (way.reads) break;
      needed = least(part);
      way = arrange(1, gridsFor, fits);
    }
    gauge.replaceChildren();
    return way;
  }

  return {
    /** How many of these calls stand on one page. Measures only when something changed that matters. */
    perPage(calls) {
      const around = [...root.querySelectorAll(".mute, .probe, .last, .foot__wait")].map((one) => one.hidden);
      const words = calls.map((one) => [one.room, one.floor, String(one.number).length]);
      const wanted = JSON.stringify([innerWidth, innerHeight, around, root.dataset.live, words]);
      if (wanted !== key) {
        key = wanted;
        if (calls.length > 0) found = tryOut(calls);
        else least();
      }
      return found.perPage;
    },

    /** Lay out a page of so many calls. */
    lay(box, count) {
      if (count === 0) {
        put(box, { columns: 1, rows: 1, firstSpan: 1 });
        fitQuiet();
        return;
      }
      look(found.chrome, found.perPage);
      put(box, found.grid);
    },
  };
}
