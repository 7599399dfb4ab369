/** Keys. The help dialog (templates/components/help_dialog.html) lists the same. */
import { editHere } from "./inline.js";

const typing = (target) => target.closest("input, textarea, select, [contenteditable], .ts-control");
let waitingForG = 0;

const rows = () => [...document.querySelectorAll("tr[data-href], .board-card, [data-row]")].filter((row) => row.offsetParent);

function moveRow(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("is-current-row"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all[at]?.classList.remove("is-current-row");
  next.classList.add("is-current-row");
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const currentRow = () => document.querySelector(".is-current-row");

const actions = {
  "/": () => document.getElementById("global-search")?.select(),
  "?": () => openHelp(),
  n: () => document.querySelector(".btn-quick")?.click(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => currentRow()?.querySelector("[data-bulk-item]")?.click(),
  e: () => {
    const address = currentRow()?.dataset.href;
    if (address) location.assign(`${address}edit/`);
    else if (!editHere()) pageKey("E");
  },
  m: () => currentRow()?.querySelector("[data-move]")?.click(),
  g: () => { waitingForG = Date.now(); },
};

function openHelp() {
  const dialog = document.getElementById("keyboard-help");
  if (dialog && !dialog.open) dialog.showModal();
}

/** The form that one is in, a question by its “yes”; else the page's own, by its main button (the steps of an import). */
function send(form) {
  if (form) return form.requestSubmit(form.querySelector("[data-confirm-button]"));
  const button = document.querySelector("main .btn-primary[type=submit]");
  return button?.offsetParent && !button.disabled ? button.form?.requestSubmit(button) : undefined;
}

/** The entry of the menu that a letter opens after `g`; whether there is one. */
function go(letter) {
  const link = document.querySelector(`.sidebar-link[data-go="${letter}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

/** What the page itself offers under a key: `data-key` on a button, a link or a field. */
function pageKey(key) {
  const found = [...document.querySelectorAll("main [data-key]")].find((one) => one.dataset.key === key && one.offsetParent);
  if (!found) return false;
  if (found.matches("input, textarea, select")) found.focus();
  else found.click();
  return true;
}

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    actions["/"]();
  } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    send(event.target.form);
  } else if (event.key === "Escape" && leaves(event)) {
    event.target.blur();
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target) && !document.querySelector("dialog[open]")) {
    plainKey(event);
  }
}

/** Whether Escape in this field means to go on with keys outside of it. */
function leaves(event) {
  return !event.defaultPrevented && !event.isComposing && typing(event.target) && !document.querySelector("dialog[open]");
}

function plainKey(event) {
  const afterG = Date.now() - waitingForG < 1500;
  waitingForG = 0;
  if (afterG && /^[a-z]$/.test(event.key) && go(event.key)) event.preventDefault();
  else if (event.key === "Enter" && event.target === document.body) {
    const address = currentRow()?.dataset.href ?? currentRow()?.querySelector("a")?.href;
    if (address) location.assign(address);
  } else if (actions[event.key]) {
    event.preventDefault();
    actions[event.key]();
  } else if (pageKey(event.key)) event.preventDefault();
}

export function initKeyboard() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) openHelp();
  });
}
