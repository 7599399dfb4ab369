/** What was, what is expected, and how sure that is: two bands around a dashed line. */
import { full } from "./format.js";
import { categoryAxis, tooltip, valueAxis, word } from "./parts.js";

/** Arrays may start where the forecast starts: they are laid against the end of x. */
function aligned(values, length) {
  const known = values ?? [];
  return [...Array(Math.max(0, length - known.length)).fill(null), ...known];
}

const line = (label, data, borderColor, extra = {}) => ({ label, data, borderColor, backgroundColor: borderColor, borderWidth: 2, pointRadius: 0, mark: "line", ...extra });

/** A band between two lines, filled from the one to the other. */
function band(label, low, high, colour) {
  const end = { borderWidth: 0, pointHoverRadius: 0, mark: undefined, backgroundColor: colour };
  return [line(label, high, "transparent", { ...end, fill: "+1" }), line(label, low, "transparent", end)];
}

export function fan(spec, palette, width) {
  const length = spec.x.length;
  const actual = [...spec.actual, ...Array(Math.max(0, length - spec.actual.length)).fill(null)];
  const rows = Object.fromEntries(["mean", "lo80", "hi80", "lo95", "hi95"].map((key) => [key, aligned(spec[key], length)]));
  const first = rows.mean.findIndex((value) => value != null);
  // The forecast starts at the last known point so that no gap opens.
  if (first > 0 && actual[first - 1] != null) for (const row of Object.values(rows)) row[first - 1] = actual[first - 1];
  const names = { actual: word(spec, "actual"), mean: word(spec, "forecast"), narrow: word(spec, "interval80"), wide: word(spec, "interval95") };
  const has = (row) => row.some((value) => value != null);
  const said = (at) => [
    ...(actual[at] == null ? [] : [`${names.actual}: ${full(actual[at], spec)}`]),
    ...(at < first || rows.mean[at] == null ? [] : [
      `${names.mean}: ${full(rows.mean[at], spec)}`,
      ...[["lo80", "hi80", names.narrow], ["lo95", "hi95", names.wide]].filter(([low]) => has(rows[low])).map(([low, high, name]) => `${name}: ${full(rows[low][at], spec)} … ${full(rows[high][at], spec)}`),
    ]),
  ];
  return {
    type: "line",
    data: {
      labels: spec.x,
      datasets: [
        ...(has(actual) ? [line(names.actual, actual, palette.actual)] : []),
        line(names.mean, rows.mean, palette.accent, { borderDash: [6, 4] }),
        ...(spec.fitted ? [line(spec.labels?.fitted, aligned(spec.fitted, length), palette.muted, { borderDash: [2, 3], borderWidth: 1 })] : []),
        ...(has(rows.lo80) ? band(names.narrow, rows.lo80, rows.hi80, `${palette.accent}42`) : []),
        ...(has(rows.lo95) ? band(names.wide, rows.lo95, rows.hi95, `${palette.accent}29`) : []),
      ],
    },
    options: {
      scales: { x: categoryAxis(spec.x, palette, width, { whole: true }), y: valueAxis({ zero: true, ...spec }, palette) },
      plugins: {
        legend: { display: true },
        tooltip: tooltip(({ dataIndex }) => said(dataIndex), { displayColors: false, filter: (item, at, items) => item === items.find(({ raw }) => raw != null) }),
      },
    },
  };
}
