/**
 * Selection of rows. The table's checkboxes belong to the bulk form by form="<id>": items carry data-bulk-item,
 * the head checkbox data-bulk-all="<form id>". "Everything" means all rows that match the filter, not only this page.
 */
import { announce, number, text } from "./strings.js";

let last = null;
const items = (form) => [...document.querySelectorAll(`[data-bulk-item][form="${CSS.escape(form.id)}"]`)];

function refresh(form, everything = false) {
  const all = items(form);
  const selected = all.filter((box) => box.checked);
  const total = form.querySelector("[data-bulk-count]").dataset.total;
  all.forEach((box) => box.closest("tr")?.classList.toggle("is-selected", box.checked));
  form.toggleAttribute("data-active", selected.length > 0);
  form.elements.everything.value = everything ? "1" : "";
  const words = everything ? text("allSelected", { count: number(Number(total)) }) : text("selected", { count: number(selected.length) });
  form.querySelector("[data-bulk-count]").textContent = words;
  const head = document.querySelector(`[data-bulk-all="${CSS.escape(form.id)}"]`);
  if (head) {
    head.checked = selected.length > 0 && selected.length === all.length;
    head.indeterminate = selected.length > 0 && selected.length < all.length;
  }
  const more = form.querySelector("[data-bulk-everything]");
  if (more) more.hidden = everything || !selected.length;
  return words;
}

function setAll(form, checked) {
  items(form).forEach((box) => { box.checked = checked; });
}

function onClick(event) {
  const box = event.target.closest?.("[data-bulk-item]");
  if (box?.form) {
    const all = items(box.form);
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
    }
    last = box;
    refresh(box.form);
    return;
  }
  const head = event.target.closest?.("[data-bulk-all]");
  if (head) {
    const form = document.getElementById(head.dataset.bulkAll);
    setAll(form, head.checked);
    announce(refresh(form));
    return;
  }
  const form = event.target.closest?.("form[data-bulk]");
  if (form && event.target.closest("[data-bulk-clear]")) {
    setAll(form, false);
    refresh(form);
  } else if (form && event.target.closest("[data-bulk-everything]")) {
    setAll(form, true);
    announce(refresh(form, true));
  }
}

export function initBulk() {
  document.addEventListener("click", onClick);
  addEventListener("pageshow", () => document.querySelectorAll("form[data-bulk]").forEach((form) => refresh(form)));
}

export function enhanceBulk() {
  document.querySelectorAll("form[data-bulk]").forEach((form) => refresh(form));
}
