/** How much room words take in a chart, and how they are laid into it. */
const pen = document.createElement("canvas").getContext("2d");

export function textWidth(words, size = 12) {
  pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(words).width;
}

export const widest = (texts, size) => Math.max(0, ...texts.map((words) => textWidth(words, size)));

function cut(words, room) {
  if (textWidth(words) <= room) return words;
  let end = words.length;
  while (end > 1 && textWidth(`${words.slice(0, end)}…`) > room) end -= 1;
  return `${words.slice(0, end)}…`;
}

/** At most so many lines of a width: Latin words stay whole, Chinese breaks anywhere. */
export function wrapped(words, room, lines) {
  const rows = [""];
  for (const part of words.match(/[\u2E80-\uFFFF]|[^\s\u2E80-\uFFFF]+\s*|\s+/g) ?? []) {
    const fits = textWidth((rows.at(-1) + part).trimEnd()) <= room;
    if (fits || rows.length === lines || !rows.at(-1)) rows[rows.length - 1] += part;
    else rows.push(part);
  }
  return rows.map((row) => cut(row.trimEnd(), room)).join("\n");
}

/** Where the plot starts under a legend, which wraps where the chart is narrow. */
export function underLegend(names, width) {
  let rows = 1;
  let used = 0;
  for (const name of names) {
    const needed = 40 + textWidth(name);
    if (used && used + needed > width - 20) {
      rows += 1;
      used = 0;
    }
    used += needed;
  }
  return 12 + 22 * rows;
}
