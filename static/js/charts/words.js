/** How much room words take in a chart, how they are laid into it, and how they are written on its canvas. */
import { Chart } from "chart.js";
import { renderText, toFont } from "chart.js/helpers";

const pen = document.createElement("canvas").getContext("2d");

export function textWidth(words, size = 12) {
  pen.font = `${size}px ${Chart.defaults.font.family}`;
  return pen.measureText(words).width;
}

export const widest = (texts, size) => Math.max(0, ...texts.map((words) => textWidth(words, size)));

export function cut(words, room, size) {
  if (textWidth(words, size) <= room) return words;
  let end = words.length;
  while (end > 1 && textWidth(`${words.slice(0, end)}…`, size) > room) end -= 1;
  return `${words.slice(0, end)}…`;
}

/** At most so many lines of a width: Latin words stay whole, Chinese breaks anywhere. */
export function wrapped(words, room, lines, size) {
  const rows = [""];
  for (const part of words.match(/[\u2E80-\uFFFF]|[^\s\u2E80-\uFFFF]+\s*|\s+/g) ?? []) {
    const fits = textWidth((rows.at(-1) + part).trimEnd(), size) <= room;
    if (fits || rows.length === lines || !rows.at(-1)) rows[rows.length - 1] += part;
    else rows.push(part);
  }
  return rows.map((row) => cut(row.trimEnd(), room, size));
}

/** Lines of text, the middle of them at y. */
export function write({ ctx }, rows, x, y, { color, align = "left", size = 12, weight }) {
  const font = toFont({ size, weight, lineHeight: `${size + 2}px` });
  const first = y - ((rows.length - 1) * font.lineHeight) / 2;
  renderText(ctx, rows, x, first, font, { color, textAlign: align, textBaseline: "middle" });
}
