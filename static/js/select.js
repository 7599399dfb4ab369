/**
 * Searchable selects (Tom Select).
 *   <select data-enhance>                              filter in the page; multiple: chips
 *   <select data-remote="/customers/lookup/?q=">       options from the server: [{"value", "text", "hint"}] or {"results": [...]}
 *   data-create                                        lets the person add an option (tags)
 */
import TomSelect from "tom-select/dist/esm/tom-select.js";
import RemoveButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";
import { text } from "./strings.js";

TomSelect.define("remove_button", RemoveButton);

function element(tag, className, content) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = content;
  return made;
}

function option(data) {
  const row = element("div", "option", data.text);
  if (data.hint) row.append(element("span", "option-hint", data.hint));
  return row;
}

function remote(address) {
  return async function load(query, done) {
    try {
      const answer = await fetch(address + encodeURIComponent(query), { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      this.clearOptions((held) => this.items.includes(String(held.value)));
      done(found.results ?? found);
    } catch {
      done();
      document.dispatchEvent(new CustomEvent("app:toast", { detail: { message: text("offline"), tone: "error" } }));
    }
  };
}

function one(select) {
  if (select.tomselect) return;
  const address = select.dataset.remote;
  const control = new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: text("remove") } } : {},
    create: select.dataset.create !== undefined,
    maxOptions: 200,
    allowEmptyOption: !select.multiple,
    hidePlaceholder: true,
    clearAfterSelect: true,
    // A table that scrolls would cut the options off.
    ...(select.closest(".table-scroll") && !select.closest("dialog") && { dropdownParent: "body" }),
    ...(address && { load: remote(address), shouldLoad: (query) => query.length > 0, loadThrottle: 200, searchField: [], score: () => (item) => (item.value === "" ? 0 : 1) }),
    render: {
      option,
      item: (data) => element("div", "", data.text),
      no_results: () => element("div", "no-results", text("noResults")),
      loading: () => element("div", "no-results", text("loading")),
      option_create: (data) => element("div", "create", text("add", { text: data.input })),
    },
    onChange() {
      select.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  select.setAttribute("aria-hidden", "true"); // the control beside it has the label now
  const label = select.getAttribute("aria-label");
  if (label) control.control_input.setAttribute("aria-label", label);
  const describedBy = select.getAttribute("aria-describedby");
  if (describedBy) control.control_input.setAttribute("aria-describedby", describedBy);
  if (isFirst(select)) beginHere(control);
}

/** Whether typing begins in this list: the first field of a form page, while nothing else has the focus. */
function isFirst(select) {
  const first = select.closest("[data-focus-first]")?.querySelector("input:not([type=hidden]), select, textarea");
  return first === select && document.activeElement === document.body;
}

/** Put the focus there; the list opens by a key or a click, not by itself. */
function beginHere(control) {
  control.settings.openOnFocus = false;
  control.on("focus", () => setTimeout(() => { control.settings.openOnFocus = true; }));
  control.focus();
}

export function enhance(selects) {
  selects.forEach(one);
}
