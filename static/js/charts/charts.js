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
import * as echarts from "echarts/core";
import { BarChart, CustomChart, GraphChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GraphicComponent, GridComponent, LegendComponent, MarkLineComponent, RadarComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { text } from "../strings.js";
import { colours } from "./colours.js";
import { csvOf, fillTable } from "./table.js";
import { builders } from "./types.js";

echarts.use([
  BarChart, CustomChart, GraphChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart,
  AriaComponent, GraphicComponent, GridComponent, LegendComponent, MarkLineComponent, RadarComponent, TooltipComponent, VisualMapComponent,
  CanvasRenderer,
]);

const drawn = new Map(); // element → {chart, spec}
const still = matchMedia("(prefers-reduced-motion: reduce)");

const readSpec = (element) => JSON.parse(document.getElementById(element.dataset.chart).textContent);

function option(spec, width, height) {
  const palette = colours();
  const built = builders[spec.type](spec, palette, width, height);
  return {
    animation: !still.matches,
    animationDuration: 300,
    color: palette.series,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: palette.ink },
    ...built,
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 12 },
      ...built.tooltip,
    },
  };
}

function render(element, { chart, spec }, { animate = true } = {}) {
  const made = option(spec, element.clientWidth, element.clientHeight);
  if (!animate) made.animation = false;
  chart.setOption(made, { notMerge: true });
}

/** Draws one [data-chart] element; again when its size or the theme changes. */
export function draw(element) {
  if (drawn.has(element)) return;
  let spec;
  try {
    spec = readSpec(element);
    if (!builders[spec.type]) throw new Error(`no chart is called ${spec.type}`);
    const chart = echarts.init(element, null, { renderer: "canvas", useDirtyRect: false });
    const entry = { chart, spec };
    drawn.set(element, entry);
    render(element, entry);
    element.dataset.drawn = "";
    if (spec.drill) {
      chart.on("click", ({ dataIndex }) => { if (spec.drill[dataIndex]) location.assign(spec.drill[dataIndex]); });
    }
    let width = element.clientWidth;
    new ResizeObserver(() => {
      chart.resize();
      if (Math.abs(element.clientWidth - width) > 40) {
        width = element.clientWidth;
        render(element, entry, { animate: false });
      }
    }).observe(element);
  } catch (error) {
    console.error(error);
    element.classList.add("chart-failed");
    element.dataset.drawn = "";
    element.textContent = text("chartFailed");
  }
  const details = document.getElementById(element.dataset.table);
  if (spec && details && details.dataset.given === undefined) fillTable(details.querySelector("table"), spec);
}

function sweep() {
  for (const [element, { chart }] of drawn) {
    if (element.isConnected) continue;
    chart.dispose();
    drawn.delete(element);
  }
}

function redraw() {
  sweep();
  for (const [element, entry] of drawn) render(element, entry, { animate: false });
}

const saved = {
  png: ({ chart }) => chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colours().surface }),
  csv: ({ spec }) => `data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(spec))}`,
};

function download({ dataset: { chartFile, chartOf, filename } }) {
  const element = document.querySelector(`[data-chart="${CSS.escape(chartOf)}"]`);
  draw(element);
  const entry = drawn.get(element);
  if (!entry) return;
  const link = document.createElement("a");
  link.download = `${filename || "chart"}.${chartFile}`;
  link.href = saved[chartFile](entry);
  link.click();
}

document.documentElement.addEventListener("theme:change", () => redraw());
document.addEventListener("htmx:afterSwap", sweep);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-file]");
  if (button) download(button);
});
// theme.js makes the page light for paper; the charts follow at the paper's width.
for (const moment of ["beforeprint", "afterprint"]) {
  addEventListener(moment, () => {
    drawn.forEach(({ chart }) => chart.resize());
    redraw();
  });
}
