/** Words and addresses that the page brings along (templates/components/ui_strings.html). */
const source = () => document.getElementById("ui-strings")?.dataset ?? {};

/** The text called `name`, with {key} replaced from `values`. */
export function text(name, values = {}) {
  return (source()[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export const address = (name) => source()[name];
export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
export const language = () => document.documentElement.lang || "en";

/** Says something to screen readers. */
export function announce(message) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = message; });
}

/** A figure as the language writes it. */
export const number = (value) => new Intl.NumberFormat(language()).format(value);
