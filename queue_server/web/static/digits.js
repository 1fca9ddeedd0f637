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
  2: "M8.3 27A22 23 0 0 1 38.4 9.8A22 23 0 0 1 48 44.2L8 92H52",
  3: "M10.2 21.8A20 21 0 0 1 45.4 17A20 21 0 0 1 29 50M29 48A23 22 0 0 1 48.4 81.8A23 22 0 0 1 8.2 79.3",
  4: "M41 92V8L8 66H52",
  5: "M49 8H15L12 46M11.4 47.6A23 27 0 0 1 51.9 67.4A23 27 0 0 1 9.1 78.5",
  6: "M52 66A22 26 0 0 1 19 88.5A22 26 0 0 1 19 43.5A22 26 0 0 1 52 66ZM45 8C43.8 9.2 40.7 12 38 15 35.3 18 32 22.2 29 26 26 29.8 22.7 34 20 38 17.3 42 14.8 46.3 13 50 11.2 53.7 9.7 58.3 9 60",
  7: "M8 8H52L24 92M22 50H52",
  8: "M48 29A18 21 0 0 1 21 47.2A18 21 0 0 1 21 10.8A18 21 0 0 1 48 29ZM52 71A22 21 0 0 1 19 89.2A22 21 0 0 1 19 52.8A22 21 0 0 1 52 71Z",
  9: "M52 34A22 26 0 0 1 19 56.5A22 26 0 0 1 19 11.5A22 26 0 0 1 52 34ZM15 92C16.2 90.8 19.3 88 22 85 24.7 82 28 77.8 31 74 34 70.2 37.3 66 40 62 42.7 58 45.2 53.7 47 50 48.8 46.3 50.3 41.7 51 40",
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
