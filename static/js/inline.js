import htmx from "htmx.org/dist/htmx.esm.js";

/** Values edited in place: a click or `e` opens, Enter saves, Escape gives up; focus stays where it was. */
const box = (target) => target.closest?.("[data-inline]");

/** `e`: edit the value that has the focus. */
export function editHere() {
  const pencil = box(document.activeElement)?.querySelector(".inline-pencil") ?? document.querySelector("[data-inline] .inline-pencil");
  pencil?.click();
  return Boolean(pencil);
}

/** Other forms of the page carry the record's version: they saw this change. */
function countVersions({ version }) {
  document.querySelectorAll("input[name=version], input[name=expected_version]").forEach((input) => {
    if (Number(input.value) === version - 1) input.value = version;
  });
}

/** A cell of a list (`td[data-field]`) becomes the place of its value's form. */
function editCell(cell) {
  const address = `${cell.closest("tr[data-href]").dataset.href}field/${cell.dataset.field}/`;
  cell.dataset.inline = "";
  htmx.ajax("GET", address, { target: cell, swap: "innerHTML" });
}

export function initInline() {
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-field]");
    if (cell && !event.target.closest("a, button, form") && !cell.querySelector("form")) return editCell(cell);
    if (event.target.closest("a, button, input, select, textarea, label") || getSelection()?.toString()) return;
    if (event.target.closest(".inline-value, .inline-value ~ *")) box(event.target)?.querySelector(".inline-pencil")?.click();
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-inline-form]");
    if (!form || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      form.querySelector("[data-inline-cancel]").click();
    } else if (event.key === "Enter" && event.target.matches("select, input[type=checkbox]")) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.elt.matches?.("[data-inline]") ? event.detail.elt : null;
    if (!place) return;
    const control = place.querySelector("[data-inline-form] :is(input:not([type=hidden]), select, textarea)");
    (control ?? place.querySelector(".inline-pencil"))?.focus();
    if (control?.matches("input[type=text], input[type=email], input[type=tel], input[type=number]")) control.select();
  });
  document.addEventListener("app:saved", (event) => countVersions(event.detail));
}
