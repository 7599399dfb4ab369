/** Small things: copy buttons, dates in words of the reader, rows that open, remembered <details>. */
import { language, text } from "./strings.js";
import { toast } from "./toasts.js";

async function copy(button) {
  const source = button.dataset.copy || document.querySelector(button.dataset.copyFrom)?.textContent || "";
  try {
    await navigator.clipboard.writeText(source.trim());
    toast(text("copied"), { tone: "success" });
  } catch {
    toast(text("copyFailed"), { tone: "warning" });
  }
}

const steps = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** "3 days ago" for <time data-relative datetime="…">; the exact moment stays in the title. */
function relative(element) {
  const seconds = (new Date(element.dateTime) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return;
  const [unit, length] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
  element.title ||= element.textContent.trim();
  element.textContent = new Intl.RelativeTimeFormat(language(), { numeric: "auto", style: "short" }).format(Math.round(seconds / length), unit);
}

/** Offsets in a countdown, <time data-countdown datetime="…">, kept current each half minute. */
function countdown(element) {
  const seconds = Math.round((new Date(element.dateTime) - Date.now()) / 1000);
  if (Number.isNaN(seconds)) return;
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const two = (value) => String(value).padStart(2, "0");
  element.title ||= element.textContent.trim();
  element.textContent = `${seconds < 0 && !element.closest("[data-overdue]") ? "-" : ""}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  element.classList.toggle("text-red", seconds < 0);
  element.classList.toggle("text-orange", seconds >= 0 && seconds < 3600);
}

/** The open tab of a strip that is wider than the screen. */
function intoView(tab) {
  const strip = tab.closest("ul");
  const [outer, inner] = [strip.getBoundingClientRect(), tab.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) strip.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

export function enhanceSmall(root) {
  root.querySelectorAll(".tabs .tab.active").forEach(intoView);
  root.querySelectorAll("time[data-relative]").forEach(relative);
  root.querySelectorAll("time[data-countdown]").forEach(countdown);
}

export function initSmall() {
  setInterval(() => enhanceSmall(document), 30000);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) copy(button);
    const row = event.target.closest("td[data-field]") ? null : event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, select, form, .dropdown-menu") && !getSelection().toString()) {
      if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
      else location.assign(row.dataset.href);
    }
  });
}
