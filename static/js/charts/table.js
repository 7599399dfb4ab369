/** The data table beside a chart, made from its spec when Python gave none; also as a CSV file. */
import { text } from "../strings.js";
import { full } from "./format.js";

const word = (spec, key) => spec.labels?.[key] ?? text(key);

function bySeries(spec, written) {
  return { columns: [spec.x_name ?? text("period"), ...spec.series.map(({ name }) => name)], rows: spec.x.map((x, at) => [x, ...spec.series.map(({ data }) => written(data[at], spec))]) };
}

function byLabel(spec, written) {
  return { columns: [text("name"), word(spec, "value")], rows: spec.labels_y.map((name, at) => [name, written === full && spec.texts?.[at] || written(spec.values[at], spec)]) };
}

function ofFan(spec, written) {
  const length = spec.x.length;
  const at = (key, index) => {
    const values = spec[key];
    if (!values) return null;
    return key === "actual" ? values[index] : values[index - (length - values.length)];
  };
  const keys = [["actual", word(spec, "actual")], ["mean", word(spec, "forecast")], ["lo80", `${word(spec, "interval80")} ${text("lower")}`], ["hi80", `${word(spec, "interval80")} ${text("upper")}`], ["lo95", `${word(spec, "interval95")} ${text("lower")}`], ["hi95", `${word(spec, "interval95")} ${text("upper")}`]].filter(([key]) => spec[key]);
  return { columns: [text("period"), ...keys.map(([, name]) => name)], rows: spec.x.map((x, index) => [x, ...keys.map(([key]) => written(at(key, index), spec))]) };
}

const tables = {
  line: bySeries, area: bySeries, bar: bySeries, stacked: bySeries,
  hbar: byLabel, funnel: byLabel, donut: byLabel,
  fan: ofFan,
  heatmap: (spec, written) => ({ columns: ["", ...spec.x], rows: spec.y.map((name, y) => [name, ...spec.values[y].map((value) => written(value, spec))]) }),
  scatter: (spec, written) => ({ columns: [text("group"), spec.x_name ?? "x", spec.y_name ?? "y"], rows: spec.series.flatMap(({ name, data }) => data.slice(0, 500).map(([x, y, label]) => [label ?? name, written(x), written(y)])) }),
  radar: (spec, written) => ({ columns: [text("name"), ...spec.series.map(({ name }) => name)], rows: spec.axes.map((axis, at) => [axis.name, ...spec.series.map(({ data }) => written(data[at], spec))]) }),
  coefficients: (spec, written) => ({ columns: [text("name"), word(spec, "estimate"), text("lower"), text("upper")], rows: spec.labels_y.map((name, at) => [name, ...[spec.estimate, spec.lo, spec.hi].map((values) => written(values[at], { ...spec, digits: 3 }))]) }),
  network: (spec, written) => ({ columns: ["→", "", word(spec, "value")], rows: spec.links.map((link) => [link.source, link.target, written(link.weight, spec)]) }),
};

export function fillTable(table, spec) {
  const { columns, rows } = tables[spec.type](spec, full);
  const cell = (tag, content, scope) => {
    const made = document.createElement(tag);
    if (scope) made.scope = scope;
    made.textContent = content;
    return made;
  };
  const head = table.createTHead().insertRow();
  columns.forEach((column) => head.append(cell("th", column, "col")));
  const body = table.createTBody();
  rows.forEach((values) => {
    const row = body.insertRow();
    values.forEach((value, at) => row.append(cell(at ? "td" : "th", value ?? "–", at ? undefined : "row")));
  });
}

const quoted = (value) => {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The same as CSV: UTF-8 with its mark, numbers as they are, harmless in a spreadsheet. */
export function csvOf(spec) {
  const { columns, rows } = tables[spec.type](spec, (value) => value);
  return `\ufeff${[columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}
