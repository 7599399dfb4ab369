/** One builder per type of chart: spec, palette and size in, Chart.js configuration out. Keys of a spec: charts.js. */
import { niceNum } from "chart.js/helpers";
import { between, dashes, patterned, symbols, turn } from "./colours.js";
import { fan } from "./fan.js";
import { full, short } from "./format.js";
import { network } from "./network.js";
import { categoryAxis, ofAll, rowNames, tooltip, valueAxis, word } from "./parts.js";
import { cut, textWidth, widest, wrapped, write } from "./words.js";

const onItem = { mode: "nearest", intersect: true };
const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);

/** Upright dashed lines at names of x, each with its label beside its top. */
const marks = (spec, palette) => (chart) => {
  const { ctx, chartArea: { top, bottom, right }, scales: { x } } = chart;
  spec.marks?.forEach((mark) => {
    const at = x.getPixelForValue(spec.x.indexOf(mark.x));
    dashed(ctx, palette, [at, top], [at, bottom]);
    const before = at + textWidth(mark.label) > right;
    write(chart, [mark.label], at + (before ? -4 : 4), top + 8, { color: palette.muted, align: before ? "right" : "left" });
  });
};

function dashed(ctx, palette, from, to) {
  ctx.save();
  ctx.setLineDash([4, 4]);
  ctx.strokeStyle = palette.muted;
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.restore();
}

/** A series as a line: its colour, dash and symbol. */
const stroke = (palette, index, shown) => ({
  mark: "line",
  borderColor: turn(palette.series, index),
  backgroundColor: turn(palette.series, index),
  borderWidth: 2,
  borderDash: turn(dashes, index),
  pointStyle: turn(symbols, index),
  pointRadius: shown ? 2.5 : 0,
  pointBorderWidth: 1,
  pointHoverRadius: 4,
});

function lines(spec, palette, width, filled) {
  const many = spec.series.length > 1;
  return {
    type: "line",
    data: {
      labels: spec.x,
      datasets: spec.series.map(({ name, data, dashed: broken }, index) => ({
        ...stroke(palette, index, spec.x.length <= 31),
        label: name,
        data,
        ...(broken && { borderDash: dashes[1] }),
        fill: filled && { target: "origin", above: `${turn(palette.series, index)}${many ? "24" : "33"}` },
      })),
      under: marks(spec, palette),
    },
    options: {
      scales: { x: categoryAxis(spec.x, palette, width, { whole: true }), y: valueAxis(spec, palette) },
      plugins: { legend: { display: many }, tooltip: ofAll(spec) },
    },
  };
}

function bars(spec, palette, width, height, stack) {
  const many = spec.series.length > 1;
  const sums = spec.x.map((_, at) => sum(spec.series.map(({ data }) => data[at])));
  const share = (value, at) => (sums[at] ? Math.round((value / sums[at]) * 1000) / 10 : 0);
  const unit = spec.share ? "%" : spec.unit;
  const names = spec.horizontal ? rowNames(spec.x, palette, width * 0.4, height) : categoryAxis(spec.x, palette, width);
  const values = valueAxis({ ...spec, unit }, palette, { stacked: stack, beginAtZero: true, max: spec.share ? 100 : undefined });
  // Wide charts of few bars: those of one place stay together.
  const each = (spec.horizontal ? height : width - 60) / spec.x.length;
  const taken = Math.min(0.8, (40 * (stack ? 1 : spec.series.length)) / each);
  const [along, across] = spec.horizontal ? ["y", "x"] : ["x", "y"];
  return {
    type: "bar",
    data: {
      labels: spec.x,
      datasets: spec.series.map(({ name, data }, index) => ({
        label: name,
        data: spec.share ? data.map(share) : data,
        backgroundColor: stack && many ? patterned(palette, index) : turn(palette.series, index),
        categoryPercentage: taken,
        borderRadius: stack ? 0 : 3,
        ...(stack && { borderColor: palette.surface, borderWidth: { [spec.horizontal ? "right" : "top"]: 1 }, borderSkipped: false }),
      })),
    },
    options: {
      indexAxis: along,
      interaction: { axis: along },
      scales: { [along]: { ...names, stacked: stack }, [across]: values },
      plugins: { legend: { display: many }, tooltip: ofAll({ ...spec, unit }) },
    },
  };
}

/** Names before the bars, figures behind them, both in ink: nothing fades with its bar. */
function horizontalBars(spec, palette, width, height) {
  const texts = spec.texts ?? spec.values.map((value) => short(value, spec));
  const room = Math.min(widest(texts) + 4, width * 0.42);
  const behind = texts.map((words) => wrapped(words, room, height / texts.length >= 32 ? 2 : 1));
  // A quarter is left to the bars.
  const names = Math.max(64, Math.min(widest(spec.labels_y) + 8, width * 0.75 - room));
  return {
    type: "bar",
    data: {
      labels: spec.labels_y,
      datasets: [{ data: spec.values, backgroundColor: palette.accent, borderRadius: 3, maxBarThickness: 30, categoryPercentage: 0.65, barPercentage: 1 }],
      over: (chart) => chart.getDatasetMeta(0).data.forEach(({ x, y, base }, at) => write(chart, behind[at], Math.max(x, base) + 5, y, { color: palette.ink })),
    },
    options: {
      indexAxis: "y",
      interaction: { axis: "y" },
      layout: { autoPadding: false, padding: { right: room + 8 } },
      scales: { x: { display: false, min: Math.min(0, ...spec.values), max: Math.max(0, ...spec.values) || 1 }, y: rowNames(spec.labels_y, palette, names, height) },
      plugins: { tooltip: tooltip(({ dataIndex, raw }) => [full(raw, spec), ...(spec.texts ? [texts[dataIndex]] : [])], { displayColors: false }) },
    },
  };
}

function funnel(spec, palette, width, height) {
  const texts = spec.values.map((value, at) => {
    const before = spec.values[at - 1];
    return before ? `${short(value, spec)}  ${Math.round((value / before) * 100)}%` : short(value, spec);
  });
  return horizontalBars({ texts, ...spec }, palette, width, height);
}

const SCALE = { width: 90, height: 10, room: 26 };

/** The scale of a heat map's colours, below it. */
const colourScale = (least, greatest, spec, palette) => (chart) => {
  const { ctx, width, height } = chart;
  const left = (width - SCALE.width) / 2;
  const top = height - SCALE.height - 4;
  const fill = ctx.createLinearGradient(left, 0, left + SCALE.width, 0);
  palette.heat.forEach((colour, at) => fill.addColorStop(at / (palette.heat.length - 1), colour));
  ctx.fillStyle = fill;
  ctx.fillRect(left, top, SCALE.width, SCALE.height);
  const said = (value, x, align) => write(chart, [short(value, spec)], x, top + SCALE.height / 2, { color: palette.muted, align, size: 11 });
  said(least, left - 6, "right");
  said(greatest, left + SCALE.width + 6, "left");
};

function heatmap(spec, palette, width, height) {
  const cells = spec.values.flatMap((row, y) => row.map((value, x) => ({ x, y, value }))).filter(({ value }) => value != null);
  const least = spec.min ?? 0;
  const greatest = spec.max ?? Math.max(1, ...cells.map(({ value }) => value));
  const bare = { border: { display: false } };
  return {
    type: "matrix",
    data: {
      labels: spec.x,
      datasets: [{
        data: cells,
        parsing: false,
        backgroundColor: cells.map(({ value }) => between(palette.heat, (value - least) / (greatest - least || 1))),
        borderRadius: 2,
        hoverBorderColor: palette.ink,
        hoverBorderWidth: 1,
        width: ({ chart }) => Math.max(1, (chart.chartArea?.width ?? 0) / spec.x.length - 1),
        height: ({ chart }) => Math.max(1, (chart.chartArea?.height ?? 0) / spec.y.length - 1),
      }],
      over: colourScale(least, greatest, spec, palette),
    },
    options: {
      interaction: onItem,
      layout: { padding: { bottom: SCALE.room } },
      scales: { x: categoryAxis(spec.x, palette, width, bare), y: { ...rowNames(spec.y, palette, width * 0.4, height), ...bare, labels: spec.y, offset: true, reverse: false } },
      plugins: { tooltip: tooltip(({ raw }) => full(raw.value, spec), { displayColors: false, title: ({ raw: { x, y } }) => `${spec.y[y]} ${spec.x[x]}` }) },
    },
  };
}

function scatter(spec, palette) {
  const points = sum(spec.series.map(({ data }) => data.length));
  const axis = (name) => valueAxis({ ...spec, unit: "" }, palette, { name, max: spec.max, ticks: { stepSize: spec.max && spec.max / 4 } });
  return {
    type: "scatter",
    data: {
      datasets: [
        ...spec.series.map(({ name, data }, index) => ({ ...stroke(palette, index, true), mark: "point", label: name, data, backgroundColor: `${turn(palette.series, index)}cc`, borderWidth: 1, pointRadius: points > 400 ? 2.5 : 4, clip: 6 })),
        ...(spec.lines ?? []).map(({ name, data }) => ({ label: name, data, type: "line", mark: "line", borderColor: palette.muted, borderDash: dashes[1], borderWidth: 2, pointRadius: 0, pointHitRadius: 0 })),
      ],
    },
    options: {
      interaction: onItem,
      scales: { x: axis(spec.x_name), y: axis(spec.y_name) },
      plugins: {
        legend: { display: true },
        tooltip: tooltip(({ raw }) => [`${spec.x_name ?? "x"}: ${full(raw[0])}`, `${spec.y_name ?? "y"}: ${full(raw[1])}`], { title: ({ raw, dataset }) => raw[2] ?? dataset.label, displayColors: false }),
      },
    },
  };
}

/** Axes have scales of their own: what is drawn is the share of each axis. */
function radar(spec, palette, width) {
  const room = Math.max(64, width / 5);
  return {
    type: "radar",
    data: {
      labels: spec.axes.map(({ name }) => name),
      datasets: spec.series.map(({ name, data }, index) => ({
        ...stroke(palette, index, true), label: name, fill: true, backgroundColor: `${turn(palette.series, index)}14`, pointBackgroundColor: turn(palette.series, index),
        data: data.map((value, at) => value / (spec.axes[at].max || 1)),
      })),
    },
    options: {
      scales: { r: { min: 0, max: 1, angleLines: { color: palette.line }, grid: { color: palette.line }, ticks: { display: false, stepSize: 0.2 }, pointLabels: { font: { size: 12 }, color: palette.muted, callback: (name) => wrapped(name, room, 2) } } },
      plugins: { legend: { display: true }, tooltip: tooltip(({ dataset, datasetIndex, dataIndex }) => `${dataset.label}: ${full(spec.series[datasetIndex].data[dataIndex], spec)}`, { title: ({ label }) => label }) },
    },
  };
}

/** Round figures within an axis that ends near its data. */
function roundTicks(scale) {
  const step = niceNum((scale.max - scale.min) / 6);
  const first = Math.ceil(scale.min / step);
  scale.ticks = Array.from({ length: Math.floor(scale.max / step) - first + 1 }, (_, at) => ({ value: (first + at) * step }));
}

/** Estimates with their intervals; those whose interval holds zero are grey and hollow. */
function coefficients(spec, palette, width, height) {
  const zero = spec.zero ?? 0;
  // A factor is drawn by its logarithm to the base 2, so that half and twice are alike.
  const figure = (value, options) => (spec.times ? `×${full(2 ** value, { digits: 2 })}` : full(value, options));
  const sure = spec.estimate.map((_, at) => spec.lo[at] > zero || spec.hi[at] < zero);
  const colour = sure.map((clear) => (clear ? palette.accent : palette.muted));
  const [low, high] = [Math.min(zero, ...spec.lo), Math.max(zero, ...spec.hi)];
  const margin = (high - low || 1) * 0.03;
  const range = spec.times
    ? { min: Math.floor(low - margin), max: Math.ceil(high + margin), ticks: { stepSize: 1, callback: (value) => figure(value) } }
    : { min: low - margin, max: high + margin, afterBuildTicks: roundTicks };
  const zeroLine = ({ ctx, chartArea: { top, bottom }, scales: { x } }) => dashed(ctx, palette, [x.getPixelForValue(zero), top], [x.getPixelForValue(zero), bottom]);
  const caps = (chart) => chart.getDatasetMeta(1).data.forEach(({ x, y, base }, at) => {
    chart.ctx.fillStyle = colour[at];
    if (spec.lo[at] != null) [x, base].forEach((end) => chart.ctx.fillRect(end - 1, y - 5, 2, 10));
  });
  return {
    type: "bar",
    data: {
      labels: spec.labels_y,
      datasets: [
        { type: "line", data: spec.estimate, showLine: false, clip: 8, pointRadius: 4.5, pointHoverRadius: 5, pointBorderWidth: 2, pointBorderColor: colour, pointBackgroundColor: sure.map((clear, at) => (clear ? colour[at] : palette.surface)) },
        { data: spec.lo.map((end, at) => (end == null ? null : [end, spec.hi[at]])), barThickness: 2, minBarLength: 2, backgroundColor: colour },
      ],
      under: zeroLine,
      over: caps,
    },
    options: {
      indexAxis: "y",
      interaction: { axis: "y" },
      layout: { autoPadding: false, padding: { right: 14 } },
      scales: { x: valueAxis(spec, palette, { name: spec.x_name, beginAtZero: false, ...range }), y: { ...rowNames(spec.labels_y, palette, Math.max(70, width * 0.36), height), offset: true } },
      plugins: { tooltip: tooltip(({ dataIndex: at }) => [
        `${word(spec, "estimate")}: ${figure(spec.estimate[at], { ...spec, digits: 3 })}`,
        `${word(spec, "interval95")}: ${figure(spec.lo[at], { digits: 3 })} … ${figure(spec.hi[at], { digits: 3 })}`,
      ], { displayColors: false, filter: ({ datasetIndex }) => datasetIndex === 0 }) },
    },
  };
}

function donut(spec, palette, width) {
  const total = sum(spec.values) || 1;
  const narrow = width < 340;
  const fills = spec.values.map((_, at) => patterned(palette, at));
  const shares = spec.labels_y.map((name, at) => `${cut(name, narrow ? width - 100 : width / 2 - 80)}  ${Math.round((spec.values[at] / total) * 100)}%`);
  const items = (chart) => shares.map((text, index) => ({ text, index, fillStyle: fills[index], lineWidth: 0, pointStyle: "rect", fontColor: palette.muted, hidden: !chart.getDataVisibility(index) }));
  return {
    type: "doughnut",
    data: {
      labels: spec.labels_y,
      datasets: [{ data: spec.values, backgroundColor: fills, borderColor: palette.surface, borderWidth: 2 }],
      over: (chart) => {
        const { left, right, top, bottom } = chart.chartArea;
        if (spec.total) write(chart, [spec.total], (left + right) / 2, (top + bottom) / 2, { color: palette.ink, align: "center", size: 16, weight: 600 });
      },
    },
    options: {
      cutout: "63%",
      interaction: onItem,
      plugins: {
        legend: { display: true, position: narrow ? "bottom" : "right", labels: { generateLabels: items } },
        tooltip: tooltip(({ dataIndex: at }) => `${full(spec.values[at], spec)} (${Math.round((spec.values[at] / total) * 1000) / 10}%)`, { title: ({ label }) => label }),
      },
    },
  };
}

export const builders = {
  line: (spec, palette, width) => lines(spec, palette, width, false),
  area: (spec, palette, width) => lines({ zero: true, ...spec }, palette, width, true),
  bar: (spec, palette, width, height) => bars(spec, palette, width, height, false),
  stacked: (spec, palette, width, height) => bars(spec, palette, width, height, true),
  hbar: horizontalBars,
  funnel,
  fan,
  heatmap,
  scatter,
  radar,
  coefficients,
  donut,
  network,
};
