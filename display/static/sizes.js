// How large things must be to be read from where people sit: pure, no document. A called number is at least 35 mm
// high for each metre of distance, other text 12 mm (height of its capitals). Without a distance only what no
// screen should fall below.

export const NUMBER_MM = 35;
export const TEXT_MM = 12;
const LEAST_NUMBER = 0.08; // of the screen's shorter side, where no distance is set
const INCH_MM = 25.4;

/** Millimetres of one CSS pixel on a screen of `inches` across that is `width` × `height` pixels large. */
export function pixelMm(inches, width, height) {
  return (inches * INCH_MM) / Math.hypot(width, height);
}

/**
 * The least height of a number and the least size of type, in pixels. `capitals`: how high the face's capitals
 * are, as a part of its size. Without distance or diagonal nothing is asked of the type.
 */
export function leastSizes({ distanceM, inches, width, height, capitals = 0.7 }) {
  const usual = LEAST_NUMBER * Math.min(width, height);
  if (!distanceM || !inches) return { number: usual, text: 0 };
  const mm = pixelMm(inches, width, height);
  return { number: (NUMBER_MM * distanceM) / mm, text: (TEXT_MM * distanceM) / mm / capitals };
}

/**
 * Ways to lay `count` cards into columns, those first in which numbers become largest; columns before rows. One
 * alone may have its room beside it or, `stacked`, below.
 */
export function grids(count, width, height, most = 3) {
  if (count === 1) return [{ columns: 1, rows: 1, firstSpan: 1 }, { columns: 1, rows: 1, firstSpan: 1, stacked: true }];
  const all = [];
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    if ((columns - 1) * rows >= count) continue; // a column less would do
    const digits = Math.min((0.43 * width) / columns, (0.62 * height) / rows);
    all.push({ columns, rows, firstSpan: columns * rows - count + 1, digits: rows === 1 ? 1.2 * digits : digits });
  }
  return all.filter((one) => one.firstSpan <= one.columns).sort((a, b) => b.digits - a.digits).slice(0, most);
}

/** What goes first when there is not enough room: the foot, then the head, then the floors below the rooms. */
export const CHROMES = ["full", "head", "bare", "plain"];

/**
 * How many of `count` calls stand on the screen at once, and how: the first way that `fits(chrome, grid)`. All at
 * once before pages; a page of one when nothing fits.
 */
export function arrange(count, gridsFor, fits) {
  for (let perPage = count; perPage > 0; perPage -= 1) {
    for (const chrome of CHROMES) {
      for (const grid of gridsFor(perPage, chrome)) if (fits(chrome, grid, perPage)) return { perPage, chrome, grid, reads: true };
    }
  }
  return { perPage: 1, chrome: "plain", grid: { columns: 1, rows: 1, firstSpan: 1 }, reads: false };
}
