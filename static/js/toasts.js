/** Short messages in the corner. Those of the server are in the page already; scripts add theirs. */
import { text, csrfToken } from "./strings.js";

const LIFETIME = 8000;
const WITH_BUTTON = 12000;
const icons = { success: "circle-check", error: "alert-circle", warning: "alert-triangle", info: "info-circle" };

function start(item) {
  if (item.dataset.started !== undefined) return;
  item.dataset.started = "";
  item.querySelector("[data-toast-close]")?.addEventListener("click", () => item.remove());
  if (item.dataset.stay !== undefined) return;
  let timer;
  const run = () => { timer = setTimeout(() => item.remove(), item.querySelector("form") ? WITH_BUTTON : LIFETIME); };
  const stop = () => clearTimeout(timer);
  item.addEventListener("mouseenter", stop);
  item.addEventListener("mouseleave", run);
  item.addEventListener("focusin", stop);
  item.addEventListener("focusout", run);
  run();
}

export function initToasts(root = document) {
  root.querySelectorAll("[data-toast]").forEach(start);
}

function undoForm(address) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  for (const [name, value] of [["csrfmiddlewaretoken", csrfToken()], ["next", location.pathname + location.search]]) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  const button = document.createElement("button");
  button.className = "btn btn-sm";
  button.textContent = text("undo");
  form.append(button);
  return form;
}

function icon(name) {
  const href = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  if (href) {
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${href}#${name}`);
    svg.append(use);
  }
  return svg;
}

/** Shows a message. tone: success | error | warning | info; undo: an address that is posted to. */
export function toast(message, { tone = "info", undo } = {}) {
  const corner = document.getElementById("toasts");
  if (!corner) return;
  const same = [...corner.children].find((item) => item.querySelector(".toast-text")?.textContent === message);
  same?.remove(); // the same message twice is one message
  const item = document.createElement("div");
  item.className = `toast-item tone-${tone}`;
  item.dataset.toast = "";
  if (tone === "error" || tone === "warning") item.dataset.stay = "";
  const words = document.createElement("span");
  words.className = "toast-text";
  words.textContent = message;
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "btn-close" });
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", text("close"));
  item.append(icon(icons[tone] ?? icons.info), words, ...(undo ? [undoForm(undo)] : []), close);
  corner.append(item);
  start(item);
}

// Bundles loaded later (board, charts) speak by event, not by import.
document.addEventListener("app:toast", (event) => toast(event.detail.message, event.detail));
