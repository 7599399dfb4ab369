/** Loads the bundles that only some pages need: charts when they come into view, boards and selects at once. */
import { address } from "./strings.js";

const loaded = new Map();
const load = (name) => {
  if (!loaded.has(name)) loaded.set(name, import(address(name)));
  return loaded.get(name);
};

const visible = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    visible.unobserve(entry.target);
    load("chartsSrc").then((charts) => charts.draw(entry.target));
  }
}, { rootMargin: "200px" });

export function enhanceLazy(root) {
  const find = (selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  find("[data-chart]").forEach((chart) => visible.observe(chart));
  // The data table of a chart may be wanted before its chart was seen.
  const selects = find("select[data-enhance], select[data-remote]");
  if (selects.length) load("selectSrc").then((module) => module.enhance(selects));
  const boards = find("[data-board]");
  if (boards.length) load("boardSrc").then((module) => boards.forEach(module.enhance));
  const grids = find("[data-arrange]");
  if (grids.length) load("boardSrc").then((module) => grids.forEach(module.arrange));
}

/** Everything is drawn before it is printed. */
addEventListener("beforeprint", () => {
  document.querySelectorAll("[data-chart]:not([data-drawn])").forEach((chart) => load("chartsSrc").then((charts) => charts.draw(chart)));
});
