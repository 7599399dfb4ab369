/**
 * Charts from small declarative specs. Python passes a dict to components/chart.html; this bundle is loaded when a
 * chart comes into view. Every spec may carry
 *   unit      "¥", "%", "分钟" … written with figures ("%" after them; fractions are not multiplied)
 *   labels    {key: text} instead of the common words, for example {"actual": "Sales"}
 *   digits    greatest number of decimals (default 1 on axes, 2 in tooltips)
 *   drill     [address per x or bar]: a click opens it (offer the same link in the data table)
 *
 * line      {x: [..], series: [{name, data: [..], dashed?}], zero?: true (axis starts at 0), marks?: [{x, label}]}
 * area      the same, filled
 * bar       {x: [..], series: [{name, data}]}                           upright bars
 * stacked   {x, series, share?: true (100 %), horizontal?: true}        stacked bars
 * hbar      {labels_y: [..], values: [..], texts?: [".." beside each]}   also the funnel: {"type": "funnel"} adds step rates
 * funnel    {labels_y: [..], values: [..]}                               share of the previous step beside the count
 * fan       {x, actual, mean, lo80, hi80, lo95, hi95}; shorter arrays or null where there is nothing; fitted?: [..]
 * heatmap   {x: [..hours], y: [..weekdays], values: [[..one row per y..]]}
 * scatter   {series: [{name, data: [[x, y, label?]]}], x_name, y_name, max? (of both axes), lines?: [{name, data: [[x, y]]}]}
 * radar     {axes: [{name, max}], series: [{name, data}]}
 * coefficients {labels_y: [..], estimate: [..], lo: [..], hi: [..], zero?: 0, x_name, times?: true (logarithms to the base 2, shown as factors)}
 * donut     {labels_y: [..], values: [..], total?: "text in the middle"}
 * network   {nodes: [{name, size?}], links: [{source, target, weight?}]}    rules
 */
import {
  ArcElement, BarController, BarElement, CategoryScale, Chart, DoughnutController, Filler, Legend, LineController, LineElement, LinearScale,
  PointElement, RadarController, RadialLinearScale, ScatterController, Tooltip,
} from "chart.js";
import { MatrixController, MatrixElement } from "chartjs-chart-matrix";
import { text } from "../strings.js";
import { colours } from "./colours.js";
import { cursor, layers, setDefaults } from "./parts.js";
import { csvOf, fillTable } from "./table.js";
import { builders } from "./types.js";

Chart.register(
  ArcElement, BarController, BarElement, CategoryScale, DoughnutController, Filler, Legend, LineController, LineElement, LinearScale,
  MatrixController, MatrixElement, PointElement, RadarController, RadialLinearScale, ScatterController, Tooltip, layers,
);

const drawn = new Map(); // element → {chart, spec}
const still = matchMedia("(prefers-reduced-motion: reduce)");

const readSpec = (element) => JSON.parse(document.getElementById(element.dataset.chart).textContent);

function built(element, spec) {
  const palette = colours();
  setDefaults(palette);
  const made = builders[spec.type](spec, palette, element.clientWidth, element.clientHeight);
  made.options.animation = still.matches ? false : { duration: 300 };
  made.options.onResize = () => drawn.has(element) && remake(element);
  if (spec.drill) {
    made.options.onClick = (event, [hit]) => { if (spec.drill[hit?.index]) location.assign(spec.drill[hit.index]); };
    made.options.onHover = (event, [hit]) => (spec.drill[hit?.index] ? cursor.over : cursor.off)(event);
  }
  return made;
}

/** For another width, theme or fineness; what the legend hid stays hidden. */
function remake(element, finer = {}) {
  const { chart, spec } = drawn.get(element);
  const { data, options } = built(element, spec);
  data.datasets.forEach((set, at) => { set.hidden = !chart.isDatasetVisible(at); });
  Object.assign(chart, { data, options: { ...options, ...finer } });
}

/** Draws one [data-chart] element; again when its size or the theme changes. */
export function draw(element) {
  if (drawn.has(element)) return;
  let spec;
  try {
    spec = readSpec(element);
    if (!builders[spec.type]) throw new Error(`no chart is called ${spec.type}`);
    const canvas = document.createElement("canvas");
    element.replaceChildren(canvas);
    drawn.set(element, { spec, chart: new Chart(canvas, built(element, spec)) });
  } catch (error) {
    console.error(error);
    element.classList.add("chart-failed");
    element.textContent = text("chartFailed");
  }
  element.dataset.drawn = "";
  const details = document.getElementById(element.dataset.table);
  if (spec && details && details.dataset.given === undefined) fillTable(details.querySelector("table"), spec);
}

function sweep() {
  for (const [element, { chart }] of drawn) {
    if (element.isConnected) continue;
    chart.destroy();
    drawn.delete(element);
  }
}

/** At once, whatever is still moving. */
function redraw(element, finer) {
  const { chart } = drawn.get(element);
  chart.stop();
  remake(element, finer);
  chart.update("none");
  chart.resize();
}

function redrawAll() {
  sweep();
  for (const element of drawn.keys()) redraw(element);
}

/** The chart twice as fine, on the colour of its card. */
function picture(element) {
  const { canvas } = drawn.get(element).chart;
  redraw(element, { devicePixelRatio: 2 });
  const paper = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const pen = paper.getContext("2d");
  pen.fillStyle = colours().surface;
  pen.fillRect(0, 0, paper.width, paper.height);
  pen.drawImage(canvas, 0, 0);
  redraw(element);
  return paper.toDataURL("image/png");
}

const saved = {
  png: picture,
  csv: (element) => `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(drawn.get(element).spec))}`,
};

function download({ dataset: { chartFile, chartOf, filename } }) {
  const element = document.querySelector(`[data-chart="${CSS.escape(chartOf)}"]`);
  draw(element);
  if (!drawn.has(element)) return;
  const link = document.createElement("a");
  link.download = `${filename || "chart"}.${chartFile}`;
  link.href = saved[chartFile](element);
  link.click();
}

document.documentElement.addEventListener("theme:change", redrawAll);
document.addEventListener("htmx:afterSwap", sweep);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-file]");
  if (button) download(button);
});
// theme.js makes the page light for paper; the charts follow.
addEventListener("beforeprint", redrawAll);
addEventListener("afterprint", redrawAll);
