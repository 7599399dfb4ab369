/** One builder per type of chart: spec and palette in, ECharts option out. Keys of a spec: charts.js. */
import { text } from "../strings.js";
import { dashes, symbols } from "./colours.js";
import { full, short } from "./format.js";
import { fan } from "./fan.js";
import { underLegend, widest, wrapped } from "./words.js";

const word = (spec, key) => spec.labels?.[key] ?? text(key);
const grid = (extra = {}) => ({ left: 4, right: 14, top: 12, bottom: 4, containLabel: true, ...extra });
const axisText = (palette) => ({ color: palette.muted, fontSize: 11 });

export function valueAxis(spec, palette, extra = {}) {
  return {
    type: "value",
    axisLabel: { ...axisText(palette), hideOverlap: true, formatter: (value) => short(value, spec) },
    splitLine: { lineStyle: { color: palette.line } },
    nameTextStyle: { color: palette.muted },
    scale: !spec.zero,
    splitNumber: 4,
    ...extra,
  };
}

const withinChart = { alignMinLabel: "left", alignMaxLabel: "right", showMinLabel: true, showMaxLabel: true };

/** `many`: only some names are written, those at the ends within the chart. */
export function categoryAxis(data, palette, extra = {}, many = extra.boundaryGap === false) {
  return {
    type: "category",
    data,
    axisLabel: { ...axisText(palette), hideOverlap: true, ...(many && withinChart) },
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
    ...extra,
  };
}

export const legend = (palette, extra = {}) => ({ type: "plain", top: 0, left: "center", itemWidth: 22, itemHeight: 10, textStyle: { color: palette.muted, fontSize: 12 }, ...extra });

const axisTooltip = (spec) => ({
  trigger: "axis",
  formatter: (points) => [points[0].axisValueLabel, ...points.filter((point) => point.value != null).map((point) => `${point.seriesName}: ${full(Array.isArray(point.value) ? point.value[1] : point.value, spec)}`)].join("\n"),
});

const names = (spec) => spec.series.map(({ name }) => name);

function lines(spec, palette, width, filled) {
  const many = spec.series.length > 1;
  const points = spec.x.length;
  return {
    grid: grid(many ? { top: underLegend(names(spec), width) } : {}),
    legend: many ? legend(palette, { data: names(spec) }) : undefined,
    xAxis: categoryAxis(spec.x, palette, { boundaryGap: false }),
    yAxis: valueAxis(spec, palette),
    tooltip: axisTooltip(spec),
    series: spec.series.map((series, index) => ({
      type: "line",
      name: series.name,
      data: series.data,
      symbol: symbols[index % symbols.length],
      symbolSize: 6,
      showSymbol: points <= 31,
      lineStyle: { width: 2, type: series.dashed ? "dashed" : dashes[index % dashes.length] },
      areaStyle: filled ? { opacity: many ? 0.14 : 0.2 } : undefined,
      markLine: index === 0 && spec.marks?.length ? {
        symbol: "none",
        silent: true,
        lineStyle: { color: palette.muted, type: "dashed" },
        label: { color: palette.muted, formatter: "{b}" },
        data: spec.marks.map((mark) => ({ xAxis: mark.x, name: mark.label })),
      } : undefined,
    })),
  };
}

function bars(spec, palette, width, { stack = false } = {}) {
  const many = spec.series.length > 1;
  const sums = spec.share ? spec.x.map((_, at) => spec.series.reduce((sum, { data }) => sum + (data[at] ?? 0), 0)) : null;
  const share = (value, at) => (sums[at] ? Math.round((value / sums[at]) * 1000) / 10 : 0);
  const category = spec.horizontal ? categoryAxis(spec.x, palette, { inverse: true }) : categoryAxis(spec.x, palette, {}, spec.x.length > 12);
  const value = valueAxis(spec.share ? { ...spec, unit: "%" } : spec, palette, { scale: false, max: spec.share ? 100 : null });
  return {
    aria: { enabled: true, decal: { show: stack && many }, label: { enabled: false } },
    grid: grid(many ? { top: underLegend(names(spec), width) } : {}),
    legend: many ? legend(palette) : undefined,
    xAxis: spec.horizontal ? value : category,
    yAxis: spec.horizontal ? category : value,
    tooltip: { ...axisTooltip(spec.share ? { ...spec, unit: "%" } : spec), axisPointer: { type: "shadow" } },
    series: spec.series.map(({ name, data }) => ({
      type: "bar",
      name,
      data: sums ? data.map(share) : data,
      stack: stack ? "all" : undefined,
      barMaxWidth: 36,
      itemStyle: { borderRadius: stack ? 0 : 3, borderColor: stack ? palette.surface : undefined, borderWidth: stack ? 1 : 0 },
    })),
  };
}

/** Names before the rows of a chart: all of them, in two lines where there is the height. */
function rowNames(spec, palette, room, height) {
  const lines = height / spec.labels_y.length >= 32 ? 2 : 1;
  return categoryAxis(spec.labels_y, palette, { inverse: true, axisLine: { show: false }, axisLabel: { color: palette.ink, fontSize: 12, lineHeight: 14, interval: 0, hideOverlap: true, formatter: (name) => wrapped(name, room, lines) } });
}

/** Names before the bars, figures behind them, both in ink: nothing fades with its bar. */
function horizontalBars(spec, palette, width, height) {
  const texts = spec.texts ?? spec.values.map((value) => short(value, spec));
  const room = Math.min(widest(texts) + 4, width * 0.42);
  const lines = height / texts.length >= 32 ? 2 : 1;
  // A quarter is left to the bars.
  const names = Math.max(64, Math.min(widest(spec.labels_y) + 8, width * 0.75 - room));
  return {
    grid: grid({ right: 8 + room, top: 4 }),
    xAxis: { type: "value", show: false, min: (range) => Math.min(0, range.min) },
    yAxis: rowNames(spec, palette, names, height),
    tooltip: { trigger: "item", formatter: ({ name, value, dataIndex }) => `${name}: ${full(value, spec)}${spec.texts ? `\n${texts[dataIndex]}` : ""}` },
    series: [{
      type: "bar",
      data: spec.values,
      barMaxWidth: 30,
      barCategoryGap: "35%",
      itemStyle: { color: palette.accent, borderRadius: 3 },
      label: { show: true, position: "right", color: palette.ink, lineHeight: 14, formatter: ({ dataIndex }) => wrapped(texts[dataIndex], room, lines) },
    }],
  };
}

function funnel(spec, palette, width, height) {
  const texts = spec.values.map((value, at) => {
    const before = spec.values[at - 1];
    return before ? `${short(value, spec)}  ${Math.round((value / before) * 100)}%` : short(value, spec);
  });
  return horizontalBars({ texts, ...spec }, palette, width, height);
}

function heatmap(spec, palette) {
  const cells = spec.values.flatMap((row, y) => row.map((value, x) => [x, y, value]));
  const greatest = Math.max(...cells.map((cell) => cell[2] ?? 0), 1);
  return {
    grid: grid({ bottom: 34, top: 4, right: 4 }),
    xAxis: categoryAxis(spec.x, palette, { splitArea: { show: false }, axisLine: { show: false } }),
    yAxis: categoryAxis(spec.y, palette, { inverse: true, axisLine: { show: false } }),
    tooltip: { formatter: ({ value }) => `${spec.y[value[1]]} ${spec.x[value[0]]}: ${full(value[2], spec)}` },
    visualMap: { min: spec.min ?? 0, max: spec.max ?? greatest, orient: "horizontal", left: "center", bottom: 0, itemWidth: 10, itemHeight: 90, calculable: false, text: [short(spec.max ?? greatest, spec), short(spec.min ?? 0, spec)], textStyle: { color: palette.muted, fontSize: 11 }, inRange: { color: palette.heat } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: palette.surface, borderWidth: 1, borderRadius: 2 }, emphasis: { itemStyle: { borderColor: palette.ink } } }],
  };
}

function scatter(spec, palette, width) {
  const axis = (name, gap) => valueAxis({ ...spec, unit: "" }, palette, { name, nameLocation: "middle", nameGap: gap, max: spec.max, interval: spec.max && spec.max / 4 });
  const points = spec.series.reduce((sum, { data }) => sum + data.length, 0);
  return {
    grid: grid({ top: underLegend([...names(spec), ...(spec.lines ?? []).map(({ name }) => name)], width), bottom: spec.x_name ? 24 : 4, left: spec.y_name ? 22 : 4 }),
    legend: legend(palette),
    xAxis: axis(spec.x_name, 28),
    yAxis: axis(spec.y_name, 32),
    tooltip: { trigger: "item", formatter: ({ seriesName, value }) => `${value[2] ?? seriesName}\n${spec.x_name ?? "x"}: ${full(value[0])}\n${spec.y_name ?? "y"}: ${full(value[1])}` },
    series: [
      ...spec.series.map(({ name, data }, index) => ({ type: "scatter", name, data, symbol: symbols[index % symbols.length], symbolSize: points > 400 ? 5 : 8, itemStyle: { opacity: 0.8 } })),
      ...(spec.lines ?? []).map(({ name, data }) => ({ type: "line", name, data, symbol: "none", itemStyle: { color: palette.muted }, lineStyle: { type: "dashed" } })),
    ],
  };
}

function radar(spec, palette, width, height) {
  const top = underLegend(names(spec), width);
  const radius = Math.min((height - top) / 2 - 34, width / 2 - 90);
  const room = Math.max(64, width / 2 - radius - 20);
  return {
    legend: legend(palette),
    radar: { indicator: spec.axes, center: ["50%", (height + top) / 2], radius, axisName: { color: palette.muted, lineHeight: 14, formatter: (name) => wrapped(name, room, 2) }, splitLine: { lineStyle: { color: palette.line } }, splitArea: { show: false }, axisLine: { lineStyle: { color: palette.line } } },
    tooltip: { trigger: "item", formatter: ({ name, value }) => [name, ...spec.axes.map((axis, at) => `${axis.name}: ${full(value[at], spec)}`)].join("\n") },
    series: [{ type: "radar", data: spec.series.map(({ name, data }, index) => ({ name, value: data, symbol: symbols[index % symbols.length], symbolSize: 6, lineStyle: { type: dashes[index % dashes.length], width: 2 }, areaStyle: { opacity: 0.08 } })) }],
  };
}

/** Estimates with their intervals; those whose interval holds zero are grey. */
function coefficients(spec, palette, width, height) {
  const zero = spec.zero ?? 0;
  // A factor is drawn by its logarithm to the base 2, so that half and twice are alike.
  const figure = (value, digits) => (spec.times ? `×${full(2 ** value, { digits: 2 })}` : full(value, digits));
  const whole = (round, end) => (spec.times ? round(end) : end);
  const sure = (at) => (spec.lo[at] > zero || spec.hi[at] < zero);
  const colour = (at) => (sure(at) ? palette.accent : palette.muted);
  const renderItem = (params, api) => {
    const at = api.value(0);
    const [left, y] = api.coord([api.value(1), at]);
    const [right] = api.coord([api.value(2), at]);
    const style = { stroke: colour(at), lineWidth: 2 };
    const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
    return { type: "group", children: [line(left, y, right, y), line(left, y - 4, left, y + 4), line(right, y - 4, right, y + 4)] };
  };
  return {
    grid: grid({ bottom: spec.x_name ? 22 : 4 }),
    xAxis: valueAxis(spec, palette, { name: spec.x_name, nameLocation: "middle", nameGap: 26, ...(spec.times && { minInterval: 1, axisLabel: { ...axisText(palette), hideOverlap: true, formatter: (value) => figure(value) } }), min: (range) => whole(Math.floor, Math.min(zero, range.min)), max: (range) => whole(Math.ceil, Math.max(zero, range.max)) }),
    yAxis: rowNames(spec, palette, Math.max(70, width * 0.36), height),
    tooltip: { trigger: "item", formatter: ({ dataIndex: at }) => `${spec.labels_y[at]}\n${word(spec, "estimate")}: ${figure(spec.estimate[at], { ...spec, digits: 3 })}\n${word(spec, "interval95")}: ${figure(spec.lo[at], { digits: 3 })} … ${figure(spec.hi[at], { digits: 3 })}` },
    series: [
      { type: "custom", renderItem, data: spec.estimate.map((_, at) => [at, spec.lo[at], spec.hi[at]]), encode: { x: [1, 2], y: 0 } },
      {
        type: "scatter",
        data: spec.estimate.map((value, at) => ({ value: [value, at], symbol: sure(at) ? "circle" : "emptyCircle", itemStyle: { color: colour(at) } })),
        symbolSize: 9,
        markLine: { symbol: "none", silent: true, label: { show: false }, lineStyle: { color: palette.muted, type: "dashed" }, data: [{ xAxis: zero }] },
      },
    ],
  };
}

function donut(spec, palette, width, height) {
  const sum = spec.values.reduce((total, value) => total + value, 0) || 1;
  const narrow = width < 340;
  const shares = spec.labels_y.map((name, at) => `${name}  ${Math.round((spec.values[at] / sum) * 100)}%`);
  const plot = height - (narrow ? underLegend(shares, width) : 0); // the legend stands below where it is narrow
  const reach = Math.min(plot / 2 - 6, width * (narrow ? 0.4 : 0.32));
  return {
    aria: { enabled: true, decal: { show: true }, label: { enabled: false } },
    legend: legend(palette, { type: "plain", orient: narrow ? "horizontal" : "vertical", align: "left", left: narrow ? "center" : "right", top: narrow ? "auto" : "middle", bottom: narrow ? 0 : "auto", formatter: (name) => shares[spec.labels_y.indexOf(name)] }),
    tooltip: { trigger: "item", formatter: ({ name, value, percent }) => `${name}: ${full(value, spec)} (${percent}%)` },
    graphic: spec.total ? [{ type: "text", left: narrow ? "center" : "31%", top: plot / 2 - 8, style: { text: spec.total, fill: palette.ink, fontSize: 16, fontWeight: 600, textAlign: "center" } }] : undefined,
    series: [{ type: "pie", radius: [reach * 0.63, reach], center: [narrow ? "50%" : "34%", plot / 2], label: { show: false }, itemStyle: { borderColor: palette.surface, borderWidth: 2 }, data: spec.labels_y.map((name, at) => ({ name, value: spec.values[at] })) }],
  };
}

/** Two columns: what is bought, and what is bought with it; labels stand outside, clear of arrows. */
function network(spec, palette, width, height) {
  const greatest = Math.max(...spec.links.map((link) => link.weight ?? 1), 1);
  const left = [...new Set(spec.links.map((link) => link.source))];
  const place = (name) => spec.links.filter((link) => link.target === name).reduce((sum, link, _, all) => sum + left.indexOf(link.source) / all.length, 0);
  const right = [...new Set(spec.links.map((link) => link.target))].sort((one, other) => place(one) - place(other));
  const room = Math.min(0.33 * width, widest([...left, ...right]) + 4);
  const sizes = Object.fromEntries(spec.nodes.map((node) => [node.name, node.size ?? 14]));
  const column = (names, side, x) => names.map((name, row) => ({
    id: `${side} ${name}`, name, x, y: height * (row + 0.5) / names.length, symbolSize: sizes[name],
    label: { position: side, formatter: () => wrapped(name, room, names.length > 12 ? 1 : 2) },
  }));
  const reach = width - 2 * (room + 24);
  // The plot is stretched to what it holds: two unseen corners keep it at the chart's own scale.
  const corners = [[0, 0], [reach, height]].map(([x, y]) => ({ id: `corner ${y}`, name: "", x, y, symbol: "none", label: { show: false } }));
  return {
    tooltip: { trigger: "item", formatter: ({ dataType, data }) => (dataType === "edge" ? `${data.words}${data.weight == null ? "" : `: ${full(data.weight, spec)}`}` : data.name) },
    series: [{
      type: "graph",
      layout: "none",
      top: 0, left: room + 24, width: reach, height,
      edgeSymbol: ["none", "arrow"],
      edgeSymbolSize: 8,
      label: { show: true, color: palette.ink },
      itemStyle: { color: palette.series[0] },
      lineStyle: { color: palette.muted, opacity: 0.75 },
      data: [...column(left, "left", 0), ...column(right, "right", reach), ...corners],
      links: spec.links.map((link) => ({ source: `left ${link.source}`, target: `right ${link.target}`, words: `${link.source} → ${link.target}`, weight: link.weight, lineStyle: { width: 1 + 3 * ((link.weight ?? 1) / greatest) } })),
    }],
  };
}

export const builders = {
  line: (spec, palette, width) => lines(spec, palette, width, false),
  area: (spec, palette, width) => lines({ zero: true, ...spec }, palette, width, true),
  bar: (spec, palette, width) => bars(spec, palette, width),
  stacked: (spec, palette, width) => bars(spec, palette, width, { stack: true }),
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
