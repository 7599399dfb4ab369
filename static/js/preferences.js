/** Colours change at once; the choice is stored by the same form that works without scripts. */
import { csrfToken, text } from "./strings.js";
import { toast } from "./toasts.js";

const root = document.documentElement;

function apply(theme) {
  root.dataset.theme = theme;
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.bsTheme = dark ? "dark" : "light";
  root.dispatchEvent(new CustomEvent("theme:change"));
  document.querySelectorAll(".segment[name=theme]").forEach((button) => button.setAttribute("aria-pressed", String(button.value === theme)));
}

async function choose(event) {
  const form = event.target;
  if (event.submitter?.name !== "theme") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const toggled = event.submitter.dataset.themeToggle !== undefined;
  const theme = toggled ? (root.dataset.bsTheme === "dark" ? "light" : "dark") : event.submitter.value;
  apply(theme);
  const body = new FormData(form);
  body.set("theme", theme);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" }, redirect: "manual" });
    if (answer.status >= 400) throw new Error(String(answer.status));
  } catch {
    toast(text("offline"), { tone: "warning" });
  }
}

export function initPreferences() {
  document.addEventListener("submit", choose, true);
}
