/** Two columns: what is bought, and what is bought with it; names stand outside, clear of the arrows. */
import { Interaction } from "chart.js";
import { full } from "./format.js";
import { tooltip } from "./parts.js";
import { widest, wrapped, write } from "./words.js";

const NODES = 0;
const EDGES = 1;

const ends = (chart, { from, to }) => [from, to].map((at) => chart.getDatasetMeta(NODES).data[at]);

function distance({ x, y }, one, other) {
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const along = Math.max(0, Math.min(1, ((x - one.x) * dx + (y - one.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - one.x - along * dx, y - one.y - along * dy);
}

/** What the pointer is on: a node, or the nearest line. */
Interaction.modes.network = (chart, event) => {
  const found = (set, index) => [{ datasetIndex: set, index, element: chart.getDatasetMeta(set).data[index] }];
  const node = chart.getDatasetMeta(NODES).data.findIndex((element) => element.inRange(event.x, event.y));
  if (node >= 0) return found(NODES, node);
  const far = chart.data.datasets[EDGES].data.map((edge) => distance(event, ...ends(chart, edge)));
  const nearest = far.indexOf(Math.min(...far));
  return far[nearest] < 6 ? found(EDGES, nearest) : [];
};

function arrow(chart, edge, palette) {
  const { ctx } = chart;
  const [one, other] = ends(chart, edge);
  const angle = Math.atan2(other.y - one.y, other.x - one.x);
  const tip = other.options.radius + 2;
  ctx.save();
  Object.assign(ctx, { strokeStyle: palette.muted, fillStyle: palette.muted, lineWidth: edge.thick, globalAlpha: 0.75 });
  ctx.translate(other.x - tip * Math.cos(angle), other.y - tip * Math.sin(angle));
  ctx.rotate(angle);
  ctx.beginPath();
  ctx.moveTo(-Math.hypot(other.x - one.x, other.y - one.y) + tip, 0);
  ctx.lineTo(-8, 0);
  ctx.stroke();
  ctx.fill(new Path2D("M0 0-10-5.5V5.5Z"));
  ctx.restore();
}

export function network(spec, palette, width) {
  const greatest = Math.max(...spec.links.map((link) => link.weight ?? 1), 1);
  const left = [...new Set(spec.links.map((link) => link.source))];
  const place = (name) => spec.links.filter((link) => link.target === name).reduce((sum, link, _, all) => sum + left.indexOf(link.source) / all.length, 0);
  const right = [...new Set(spec.links.map((link) => link.target))].sort((one, other) => place(one) - place(other));
  const room = Math.min(0.33 * width, widest([...left, ...right]) + 4);
  const sizes = Object.fromEntries(spec.nodes.map((node) => [node.name, node.size ?? 14]));
  const column = (names, x) => names.map((name, row) => ({ x, y: (row + 0.5) / names.length, label: name, rows: wrapped(name, room, names.length > 12 ? 1 : 2) }));
  const nodes = [...column(left, 0), ...column(right, 1)];
  const edges = spec.links.map(({ source, target, weight }) => {
    const [from, to] = [left.indexOf(source), left.length + right.indexOf(target)];
    return { x: 0.5, y: (nodes[from].y + nodes[to].y) / 2, from, to, thick: 1 + 3 * ((weight ?? 1) / greatest), label: `${source} → ${target}${weight == null ? "" : `: ${full(weight, spec)}`}` };
  });
  const unseen = { display: false, min: 0, max: 1 };
  return {
    type: "scatter",
    data: {
      datasets: [
        { data: nodes, pointRadius: nodes.map(({ label }) => sizes[label] / 2), backgroundColor: palette.series[0], clip: false },
        { data: edges, pointRadius: 0, pointHoverRadius: 0 },
      ],
      under: (chart) => edges.forEach((edge) => arrow(chart, edge, palette)),
      over: (chart) => chart.getDatasetMeta(NODES).data.forEach((node, at) => {
        const outside = (node.options.radius + 5) * (nodes[at].x ? 1 : -1);
        write(chart, nodes[at].rows, node.x + outside, node.y, { color: palette.ink, align: nodes[at].x ? "left" : "right" });
      }),
    },
    options: {
      interaction: { mode: "network" },
      layout: { autoPadding: false, padding: { left: room + 24, right: room + 24 } },
      scales: { x: unseen, y: { ...unseen, reverse: true } },
      plugins: { tooltip: tooltip(({ raw }) => raw.label, { displayColors: false }) },
    },
  };
}
