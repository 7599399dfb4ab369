/**
 * Colours that differ in lightness too, so that they stay apart for colour-blind people and in grey print
 * (after Okabe and Ito, adjusted to 3:1 on the card in either theme). Series also differ by symbol and dash, parts by pattern.
 */
const palettes = {
  light: {
    series: ["#1f5fc4", "#c25e00", "#00796b", "#8e3b9e", "#5b6673", "#b3261e", "#7a6a00", "#0b8bb8"],
    ink: "#1d2733", muted: "#566070", line: "#e1e6ec", surface: "#ffffff",
    actual: "#1d2733", accent: "#1f5fc4",
    heat: ["#eef4fc", "#a9c8f0", "#5a92dd", "#1f5fc4", "#12306e"],
  },
  dark: {
    series: ["#6ea8fe", "#f0a04b", "#4fc3ae", "#cf9be0", "#aab6c4", "#f58b83", "#d9c64a", "#62c7ea"],
    ink: "#dfe5ec", muted: "#a9b4c2", line: "#313d4b", surface: "#1a212b",
    actual: "#f1f4f8", accent: "#6ea8fe",
    heat: ["#1d2733", "#1f3f73", "#2f6cc4", "#6ea8fe", "#d3e5ff"],
  },
};

export const symbols = ["circle", "triangle", "rectRot", "rect", "star", "rectRounded", "crossRot"];
export const dashes = [[], [6, 4], [2, 3], [8, 3, 2, 3], [2, 2], [12, 4], [], [6, 4]];
export const turn = (list, index) => list[index % list.length];

/** The palette of the page's theme. */
export const colours = () => palettes[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];

const TILE = 8; // pixels on the screen; drawn twice as fine
const strokes = ["", "M-2 2 2-2M0 8 8 0M6 10 10 6", "M4 2.5a1.5 1.5 0 1 0 .1 0", "M-2 6 2 10M0 0 8 8M6-2 10 2", "M0 4H8", "M4 0V8", "M0 4H8M4 0V8", "M0 0 8 8M8 0 0 8"];

/** The fill of a part: its colour under a pattern of its own. */
export function patterned(palette, index) {
  const colour = turn(palette.series, index);
  const tile = new OffscreenCanvas(2 * TILE, 2 * TILE);
  const pen = tile.getContext("2d");
  pen.scale(2, 2);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = palette.surface;
  pen.globalAlpha = 0.4;
  pen.lineWidth = 1.2;
  pen.stroke(new Path2D(turn(strokes, index)));
  const pattern = pen.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(0.5));
  return pattern;
}

/** The colour at a share of a scale of colours. */
export function between(scale, share) {
  const place = Math.max(0, Math.min(1, share)) * (scale.length - 1);
  const from = Math.min(Math.floor(place), scale.length - 2);
  const part = (colour, at) => Number.parseInt(colour.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(part(scale[from], at) + (place - from) * (part(scale[from + 1], at) - part(scale[from], at))));
  return `rgb(${mixed.join(" ")})`;
}
