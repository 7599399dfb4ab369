/** What the types of charts share: axes, legend, tooltips. Keys of a spec: charts.js. */
import { Chart } from "chart.js";
import { drawPoint } from "chart.js/helpers";
import { text } from "../strings.js";
import { full, short } from "./format.js";
import { cut, widest, wrapped } from "./words.js";

export const word = (spec, key) => spec.labels?.[key] ?? text(key);

const small = { size: 11 };

/** A figure of an axis, with so many decimals that no two of the axis are written alike. */
function tickText(value, ticks, spec) {
  const alike = (digits) => new Set(ticks.map((tick) => short(tick.value, { ...spec, digits }))).size < ticks.length;
  return short(value, { ...spec, digits: [spec.digits ?? 1, 2, 3].find((digits) => !alike(digits)) });
}

export function valueAxis(spec, palette, { name, ticks, ...extra } = {}) {
  return {
    type: "linear",
    beginAtZero: Boolean(spec.zero),
    border: { display: false },
    grid: { color: palette.line, drawTicks: false },
    title: { display: Boolean(name), text: name, color: palette.muted },
    ticks: { font: small, maxTicksLimit: 7, maxRotation: 0, padding: 6, callback: (value, _, all) => tickText(value, all, spec), ...ticks },
    ...extra,
  };
}

/**
 * Names below a chart: all of them, in two lines where there is room; else so many as fit.
 * `whole`: from edge to edge, the first and the last name among them; else each in the middle of its bar.
 */
export function categoryAxis(names, palette, width, { whole: edges, ...extra } = {}) {
  const whole = edges && names.length > 1;
  const room = (width - 50) / names.length;
  const widths = widest(names, 11);
  const all = Math.min(widths, 60) + 5 <= room;
  const step = all ? 1 : Math.ceil((widths * (whole ? 1.5 : 1) + 8) / room);
  const last = names.length - 1;
  const apart = whole ? last / Math.max(1, Math.floor(last / step)) : step;
  const shown = new Set(names.map((_, at) => Math.round(at * apart)));
  return {
    type: "category",
    offset: !whole,
    border: { color: palette.line },
    grid: { display: false },
    afterBuildTicks: (scale) => { scale.ticks = scale.ticks.filter(({ value }) => shown.has(value)); },
    ticks: { font: small, autoSkip: false, maxRotation: 0, padding: 0, align: whole ? "inner" : "center", callback: (at) => (all ? wrapped(names[at], room - 5, 2, 11) : names[at]) },
    ...extra,
  };
}

/** Names before the rows of a chart: in two lines where there is the height, every so many where there is little. */
export function rowNames(names, palette, room, height) {
  const lines = height / names.length >= 32 ? 2 : 1;
  const every = Math.ceil((13 * names.length) / (height - 30));
  const rows = names.map((name, at) => (at % every ? [""] : wrapped(name, room, lines)));
  return {
    type: "category",
    border: { display: false },
    grid: { display: false, drawTicks: false },
    afterFit: (scale) => { scale.width = widest(rows.flat()) + 8; },
    ticks: { autoSkip: false, color: palette.ink, padding: 6, callback: (at) => rows[at] },
  };
}

/** `said` tells a tooltip's lines for one item. */
export const tooltip = (said, extra = {}) => ({
  ...extra,
  callbacks: {
    label: (item) => [said(item)].flat().flatMap((line) => wrapped(line, item.chart.width - 60, 3)),
    ...(extra.title && { title: ([item]) => wrapped(extra.title(item), item.chart.width - 40, 3) }),
  },
});

/** A tooltip for all series at one place. */
export const ofAll = (spec) => tooltip(({ dataset, raw }) => `${dataset.label}: ${full(raw, spec)}`, { filter: ({ raw }) => raw != null });

/** The same name for several sets (the two ends of a band) is one entry; a line is shown with its dash and symbol. */
function legendItems(chart) {
  const seen = new Set();
  const room = chart.width / (chart.data.datasets.length > 5 ? 2 : 1) - 60;
  return chart.data.datasets.flatMap((set, at) => {
    if (!set.label || seen.has(set.label)) return [];
    seen.add(set.label);
    return [{
      text: cut(set.label, room),
      datasetIndex: at,
      hidden: !chart.isDatasetVisible(at),
      fontColor: Chart.defaults.color,
      fillStyle: set.backgroundColor,
      strokeStyle: set.mark === "point" ? "transparent" : set.borderColor,
      lineWidth: set.borderWidth ?? 0,
      lineDash: set.borderDash,
      pointStyle: set.mark ? "line" : "rect",
      symbol: set.pointRadius > 0 && { pointStyle: set.pointStyle, color: set.borderColor },
    }];
  });
}

function toggle(event, { datasetIndex, hidden }, { chart }) {
  const { label } = chart.data.datasets[datasetIndex];
  chart.data.datasets.forEach((set, at) => { if (set.label === label) chart.setDatasetVisibility(at, hidden); });
  chart.update();
}

const pointer = (shape) => ({ native }) => { native.target.style.cursor = shape; };
export const cursor = { over: pointer("pointer"), off: pointer("default") };

/** The page's font and the palette's colours, for all charts drawn from now on. */
export function setDefaults(palette) {
  const { defaults } = Chart;
  defaults.font.family = getComputedStyle(document.body).fontFamily;
  defaults.color = palette.muted;
  defaults.maintainAspectRatio = false;
  defaults.layout.padding = { right: 4 };
  Object.assign(defaults.interaction, { mode: "index", intersect: false });
  defaults.elements.line.borderJoinStyle = "round";
  Object.assign(defaults.plugins.tooltip, {
    backgroundColor: palette.surface, borderColor: palette.line, borderWidth: 1, titleColor: palette.ink, bodyColor: palette.ink,
    usePointStyle: true, boxPadding: 4, multiKeyBackground: "transparent",
  });
  Object.assign(defaults.plugins.legend, { display: false, onClick: toggle, onHover: cursor.over, onLeave: cursor.off });
  Object.assign(defaults.plugins.legend.labels, { usePointStyle: true, pointStyleWidth: 24, boxHeight: 7, padding: 10, generateLabels: legendItems });
}

/** What a type draws below and above its data, and the symbols of the legend. */
export const layers = {
  id: "layers",
  beforeDatasetsDraw: (chart) => chart.data.under?.(chart),
  afterDatasetsDraw: (chart) => chart.data.over?.(chart),
  afterDraw: ({ ctx, legend }) => legend?.legendItems?.forEach(({ symbol }, at) => {
    if (!symbol || !legend.options.display) return;
    const { left, top, height } = legend.legendHitBoxes[at];
    if (top > legend.bottom) return;
    Object.assign(ctx, { fillStyle: symbol.color, strokeStyle: symbol.color });
    drawPoint(ctx, { pointStyle: symbol.pointStyle, radius: 4, borderWidth: 1.5 }, left + 12, top + height / 2);
  }),
};
