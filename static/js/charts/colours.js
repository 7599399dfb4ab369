/**
 * Colours that differ in lightness too, so that they stay apart for colour-blind people and in grey print
 * (after Okabe and Ito, adjusted to 3:1 on the card in either theme). Series also differ by symbol and dash.
 */
const palettes = {
  light: {
    series: ["#1f5fc4", "#c25e00", "#00796b", "#8e3b9e", "#5b6673", "#b3261e", "#7a6a00", "#0b8bb8"],
    ink: "#1d2733", muted: "#566070", line: "#e1e6ec", surface: "#ffffff",
    actual: "#1d2733", accent: "#1f5fc4", good: "#2b8a3e", bad: "#c0292b",
    heat: ["#eef4fc", "#a9c8f0", "#5a92dd", "#1f5fc4", "#12306e"],
  },
  dark: {
    series: ["#6ea8fe", "#f0a04b", "#4fc3ae", "#cf9be0", "#aab6c4", "#f58b83", "#d9c64a", "#62c7ea"],
    ink: "#dfe5ec", muted: "#a9b4c2", line: "#313d4b", surface: "#1a212b",
    actual: "#f1f4f8", accent: "#6ea8fe", good: "#69c779", bad: "#f58b83",
    heat: ["#1d2733", "#1f3f73", "#2f6cc4", "#6ea8fe", "#d3e5ff"],
  },
};

export const symbols = ["circle", "triangle", "diamond", "rect", "pin", "arrow", "roundRect"];
export const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3], [2, 2], [12, 4], "solid", "dashed"];

/** The palette of the page's theme. */
export const colours = () => palettes[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
