// Our own digits, the same on every device and on the slip (kiosk/digits.py draws these strokes with the same
// pen): the 1 has a foot and the 7 a bar, 6 and 9 have open necks, the 8 two separate rings. A picture also
// fills its box exactly, which no font does: called numbers are as large as the screen gives.

const WIDTH = 60;
const HEIGHT = 100;
const GAP = 12;
const SVG = "http://www.w3.org/2000/svg";

const STROKES = {
  0: "M52 50A22 42 0 0 1 19 86.4A22 42 0 0 1 19 13.6A22 42 0 0 1 52 50Z",
  1: "M12 27 32 8V92M13 92H51",
  2: "M8.3 27A22 23 0 0 1 38.4 9.8A22 23 0 0 1 46.9 45.8L9.8 92H52",
  3: "M10.2 21.5A20 20.5 0 0 1 45.4 16.7A20 20.5 0 0 1 29 49A23 21.5 0 0 1 48.4 82.1A23 21.5 0 0 1 8.2 79.6",
  4: "M41 92V8L8 66H52",
  5: "M49 8H15L11.4 47.6A23 27 0 0 1 51.9 67.4A23 27 0 0 1 9.1 78.5",
  6: "M52 66A22 26 0 0 1 19 88.5A22 26 0 0 1 19 43.5A22 26 0 0 1 52 66ZM45 8C33 19 16.1 35.1 9.33 57.1",
  7: "M8 8H52L24 92M22 50H52",
  8: "M48 29A18 21 0 0 1 21 47.2A18 21 0 0 1 21 10.8A18 21 0 0 1 48 29ZM52 71A22 21 0 0 1 19 89.2A22 21 0 0 1 19 52.8A22 21 0 0 1 52 71Z",
  9: "M52 34A22 26 0 0 1 19 56.5A22 26 0 0 1 19 11.5A22 26 0 0 1 52 34ZM15 92C27 81 43.9 64.9 50.67 42.9",
};

/** True for what can be drawn: digits only. */
export function drawable(text) {
  return /^[0-9]+$/.test(String(text));
}

/** A picture of the number, hidden from screen readers: put the text beside it. Style: `.digits` of components.css. */
export function digits(text) {
  const characters = [...String(text)];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${characters.length * (WIDTH + GAP) - GAP} ${HEIGHT}`);
  svg.setAttribute("class", "digits");
  svg.setAttribute("aria-hidden", "true");
  characters.forEach((character, index) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", STROKES[character]);
    path.setAttribute("transform", `translate(${index * (WIDTH + GAP)} 0)`);
    svg.append(path);
  });
  return svg;
}

/** The number for eyes and ears: the picture and the hidden text; plain text when it is not made of digits. */
export function numberNode(text, className = "number") {
  const node = document.createElement("span");
  node.className = className;
  if (!drawable(text)) {
    node.textContent = String(text);
    return node;
  }
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = String(text);
  node.append(digits(text), words);
  return node;
}
