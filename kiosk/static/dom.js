// Making nodes. No text stands here: callers bring it from the catalogue.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  next: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  up: "M5 15l7-7 7 7",
  down: "M5 9l7 7 7-7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  check: "M5 12.5l5 5L19.5 7",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-4 3-6 6.500-6s6.100 2 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.300c2 .8 3.200 2.700 3.500 5.700",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.500 2",
  pin: "M12 21s-6.500-6-6.500-11a6.500 6.500 0 0 1 13 0c0 5-6.500 11-6.500 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  printer: "M7 9V3h10v6M7 18H4v-8h16v8h-3M7 14h10v7H7z",
  screen: "M3 4h18v13H3zM8 21h8M12 17v4",
  phone: "M5 3h4l2 5-2.500 1.500a11 11 0 0 0 6 6L16 13l5 2v4c0 1-1 2-2 2C10.500 21 3 13.500 3 5c0-1 1-2 2-2z",
  house: "M3 21h18M5 21V9l7-5 7 5v12M9 21v-7h6v7",
  calendar: "M4 6h16v15H4zM4 10h16M8 3v4M16 3v4",
  paper: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  erase: "M9 5h11v14H9l-6-7zM12 9.500l5 5M17 9.500l-5 5",
  cross: "M6 6l12 12M18 6L6 18",
  shift: "M12 4l8 8h-4.500v7h-7v-7H4z",
  eye: "M2 12c2.500-4.500 6-7 10-7s7.500 2.500 10 7c-2.500 4.500-6 7-10 7s-7.500-2.500-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  ear: "M8 20c1 1.300 4 1.300 5-1 .8-2 1-3 3-4.800a6 6 0 1 0-10-4.400M9 10a3 3 0 1 1 4.500 2.600c-1.300.8-1.500 1.600-1.500 2.900M19.500 4a9 9 0 0 1 0 11",
  hand: "M10 5a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400zM10 7.800V14h5.500l2.500 5.500h2M10 10.500h5M7.300 11.500a5.200 5.200 0 1 0 7.200 6.500",
  again: "M20 12a8 8 0 1 1-2.500-5.800M20 3v5h-5",
  softer: "M4 9v6h4l5 4V5L8 9zM16 12h5",
  louder: "M4 9v6h4l5 4V5L8 9zM16 12h5M18.500 9.500v5",
  hidden: "M2 12c2.500-4.500 6-7 10-7s7.500 2.500 10 7c-2.500 4.500-6 7-10 7s-7.500-2.500-10-7zM4 20L20 4",
};

/**
 * A node: attributes by name, listeners under `on`, children as nodes or texts; empty ones are left out. What names
 * its language runs as its own letters do.
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  if (attributes.lang) node.dir = "auto";
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const POINTING = new Set(["next", "back", "erase"]);

/** A line drawing, hidden from screen readers: the words stand beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", POINTING.has(name) ? "icon icon--way" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A big button with a word, and perhaps a drawing before or after it. */
export function button(label, { before, after, kind = "", ...attributes } = {}, onClick = () => {}) {
  const classes = `button button--xl ${kind}`.trim();
  return h(
    "button",
    { type: "button", class: classes, ...attributes, on: { click: onClick } },
    before && icon(before),
    h("span", {}, label),
    after && icon(after),
  );
}

/** What went wrong, above a step; nothing when all is well. */
export function problemNode(words) {
  return words ? h("div", { class: "notice notice--bad", role: "alert" }, h("p", { class: "notice__title" }, words)) : null;
}

/** A list that scrolls by touch and, for those who do not know that, by two big buttons. */
export function scroller(list, { up, down }) {
  const box = h("div", { class: "scroller__box" }, list);
  const page = (direction) => box.scrollBy({ top: direction * box.clientHeight * 0.8, behavior: "smooth" });
  const buttons = [
    h("button", { type: "button", class: "scroller__button", "aria-label": up, on: { click: () => page(-1) } }, icon("up")),
    h("button", { type: "button", class: "scroller__button", "aria-label": down, on: { click: () => page(1) } }, icon("down")),
  ];
  const bar = h("div", { class: "scroller__bar", hidden: true }, buttons);
  const node = h("div", { class: "scroller" }, box, bar);
  const look = () => {
    const room = box.scrollHeight - box.clientHeight;
    bar.hidden = room < 8;
    box.tabIndex = room < 8 ? -1 : 0; // arrow keys scroll what has the focus
    node.dataset.more = room - box.scrollTop > 8 ? "below" : "";
    // aria-disabled, not disabled: a button that vanishes under a finger would take the focus along
    buttons[0].setAttribute("aria-disabled", String(box.scrollTop < 8));
    buttons[1].setAttribute("aria-disabled", String(room - box.scrollTop < 8));
  };
  box.addEventListener("scroll", look, { passive: true });
  const sizes = new ResizeObserver(look);
  sizes.observe(box);
  sizes.observe(list);
  return node;
}
