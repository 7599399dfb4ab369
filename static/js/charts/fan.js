/** What was, what is expected, and how sure that is: two bands around a dashed line. */
import { text } from "../strings.js";
import { full } from "./format.js";
import { categoryAxis, legend, valueAxis } from "./types.js";
import { underLegend } from "./words.js";

const word = (spec, key) => spec.labels?.[key] ?? text(key);

/** Arrays may start where the forecast starts: they are laid against the end of x. */
function aligned(values, length) {
  if (!values) return Array(length).fill(null);
  return values.length < length ? [...Array(length - values.length).fill(null), ...values] : values;
}

/** A band between two lines that may lie below zero: a polygon, not stacked areas. */
function band(name, low, high, colour, opacity) {
  return {
    type: "custom",
    name,
    silent: true,
    itemStyle: { color: colour, opacity },
    data: [[0, 0]],
    z: 1,
    renderItem(params, api) {
      const known = low.map((value, at) => [at, value, high[at]]).filter(([, from, to]) => from != null && to != null);
      const points = [...known.map(([at, , to]) => api.coord([at, to])), ...known.reverse().map(([at, from]) => api.coord([at, from]))];
      return { type: "polygon", shape: { points }, style: { fill: colour, opacity } };
    },
  };
}

export function fan(spec, palette, width) {
  const length = spec.x.length;
  const actual = spec.actual.length < length ? [...spec.actual, ...Array(length - spec.actual.length).fill(null)] : spec.actual;
  const rows = Object.fromEntries(["mean", "lo80", "hi80", "lo95", "hi95"].map((key) => [key, aligned(spec[key], length)]));
  const first = rows.mean.findIndex((value) => value != null);
  // The forecast starts at the last known point so that no gap opens.
  if (first > 0 && actual[first - 1] != null) for (const row of Object.values(rows)) row[first - 1] = actual[first - 1];
  const names = { actual: word(spec, "actual"), mean: word(spec, "forecast"), narrow: word(spec, "interval80"), wide: word(spec, "interval95") };
  const has = (key) => rows[key].some((value) => value != null);
  const line = (name, data, style, extra = {}) => ({ type: "line", name, data, symbol: "none", z: 3, lineStyle: { width: 2, ...style }, itemStyle: { color: style.color }, ...extra });
  const shown = [...(actual.some((value) => value != null) ? [names.actual] : []), names.mean, ...(has("lo80") ? [{ name: names.narrow, icon: "rect" }] : []), ...(has("lo95") ? [{ name: names.wide, icon: "rect" }] : [])];
  return {
    grid: { left: 4, right: 14, top: underLegend(shown.map((one) => one.name ?? one), width), bottom: 4, containLabel: true },
    legend: legend(palette, { data: shown }),
    xAxis: categoryAxis(spec.x, palette, { boundaryGap: false }),
    yAxis: valueAxis(spec, palette, { scale: spec.zero === false }),
    tooltip: {
      trigger: "axis",
      formatter: (points) => {
        const at = points[0].dataIndex;
        const said = [spec.x[at]];
        if (actual[at] != null) said.push(`${names.actual}: ${full(actual[at], spec)}`);
        if (at >= first && first >= 0 && rows.mean[at] != null) {
          said.push(`${names.mean}: ${full(rows.mean[at], spec)}`);
          if (has("lo80")) said.push(`${names.narrow}: ${full(rows.lo80[at], spec)} … ${full(rows.hi80[at], spec)}`);
          if (has("lo95")) said.push(`${names.wide}: ${full(rows.lo95[at], spec)} … ${full(rows.hi95[at], spec)}`);
        }
        return said.join("\n");
      },
    },
    series: [
      // Unseen lines make the axis reach as far as the bands.
      ...["lo95", "hi95", "lo80", "hi80"].filter(has).map((key) => line(`_${key}`, rows[key], { color: "transparent", opacity: 0 }, { silent: true })),
      ...(has("lo95") ? [band(names.wide, rows.lo95, rows.hi95, palette.accent, 0.16)] : []),
      ...(has("lo80") ? [band(names.narrow, rows.lo80, rows.hi80, palette.accent, 0.26)] : []),
      line(names.actual, actual, { color: palette.actual }),
      ...(spec.fitted ? [line(word(spec, "fitted"), aligned(spec.fitted, length), { color: palette.muted, type: "dotted", width: 1 })] : []),
      line(names.mean, rows.mean, { color: palette.accent, type: "dashed" }),
    ],
  };
}
