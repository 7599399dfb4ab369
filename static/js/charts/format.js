/** Figures as the language of the page writes them: 万 and 亿 in Chinese, K and M in English. */
import { language } from "../strings.js";

const formats = new Map();

function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language(), options));
  return formats.get(key);
}

function withUnit(written, unit) {
  if (!unit) return written;
  if (/[¥$€£]$|^[A-Z]{3}$/.test(unit)) return written.startsWith("-") ? `-${unit}${written.slice(1)}` : `${unit}${written}`;
  return unit === "%" ? `${written}%` : `${written} ${unit}`;
}

/** For axes and labels: short. */
export function short(value, { unit, digits = 1 } = {}) {
  if (value == null || Number.isNaN(value)) return "–";
  const compact = Math.abs(value) >= 10000;
  const small = Math.abs(value) < 1 && value !== 0;
  return withUnit(format({ maximumFractionDigits: small ? Math.max(digits, 2) : digits, ...(compact && { notation: "compact" }) }).format(value), unit);
}

/** For tooltips and tables: in full. */
export function full(value, { unit, digits = 2 } = {}) {
  if (value == null || value === "" || Number.isNaN(value)) return "–";
  if (typeof value !== "number") return String(value);
  return withUnit(format({ maximumFractionDigits: Math.abs(value) < 1 ? Math.max(digits, 3) : digits }).format(value), unit);
}
