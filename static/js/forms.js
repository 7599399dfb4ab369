/** Forms: warns before unsaved input is left, sends once, filters that send themselves, file drop, first error. */
import { number, text } from "./strings.js";
import { toast } from "./toasts.js";

const dirty = new Set();

function guard() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form) dirty.add(form);
  });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) dirty.delete(event.target); });
  // What a part of the form asks meanwhile, such as a price, saves nothing.
  document.addEventListener("htmx:afterRequest", ({ target: form, detail }) => {
    if (!form.matches?.("form[data-guard]")) return;
    if (detail.successful) dirty.delete(form);
    else dirty.add(form);
  });
}

/** `data-enter="id"`: Enter in the field presses that button instead of the form's first. */
function enterPresses() {
  document.addEventListener("keydown", (event) => {
    const button = event.key === "Enter" && document.getElementById(event.target.dataset?.enter);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}

function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  document.querySelectorAll(".is-busy").forEach((button) => { if (button.form === form) button.classList.remove("is-busy"); });
}

function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.dataset.download !== undefined) return;
    if (form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    if (form.method !== "post") return;
    form.dataset.sent = "";
    event.submitter?.classList.add("is-busy");
    form.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 10000); // an answer that was a download leaves the page as it is
  });
  // Back from the page cache: the form may be sent again.
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach(release);
  });
}

function autosubmit() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-autosubmit]");
    if (!form || event.target.form !== form) return;
    if (!form.hasAttribute("hx-get")) sessionStorage.setItem("changed", JSON.stringify([location.pathname, event.target.name]));
    form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-autosubmit]")) return;
    // Empty filters don't belong in the address.
    const empty = [...event.target.elements].filter((control) => control.name && !control.value && !control.disabled);
    empty.forEach((control) => { control.disabled = true; });
    setTimeout(() => empty.forEach((control) => { control.disabled = false; }), 0);
  });
}

const wide = matchMedia("(min-width: 768px)");

function openFilters(root = document) {
  root.querySelectorAll("[data-filter-more]").forEach((details) => { details.open = wide.matches; });
}

function showFiles(box, input) {
  const limit = Number(box.dataset.maxBytes);
  const files = [...input.files];
  if (limit && files.some((file) => file.size > limit)) {
    input.value = "";
    toast(text("fileTooBig", { limit: `${number(Math.floor(limit / 1048576))} MB` }), { tone: "error" });
  }
  box.querySelector("output").textContent = [...input.files].map((file) => `${file.name} (${number(Math.ceil(file.size / 1024))} KB)`).join(", ");
}

function drop(root) {
  root.querySelectorAll("[data-drop]").forEach((box) => {
    const input = box.querySelector("input[type=file]");
    if (!input || box.dataset.ready !== undefined) return;
    box.dataset.ready = "";
    input.addEventListener("change", () => showFiles(box, input));
    box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("is-over"); });
    box.addEventListener("dragleave", () => box.classList.remove("is-over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("is-over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}

/** Where typing begins in a form page; lists of choices that are searched take the focus themselves (select.js). */
function firstField() {
  const first = document.querySelector("[data-focus-first] :is(input:not([type=hidden]), select, textarea)");
  return first?.matches("[data-remote], [data-enhance]") ? null : first;
}

/** The field by whose change the page was loaded anew: the keyboard goes on from there. */
function changedField() {
  const [path, name] = JSON.parse(sessionStorage.getItem("changed") ?? "[]");
  sessionStorage.removeItem("changed");
  return path === location.pathname ? document.querySelector(`form[data-autosubmit] [name="${CSS.escape(name)}"]`) : null;
}

/** Who goes on typing after a conflict wants what is typed, whatever was chosen before. */
function keepTyped() {
  document.addEventListener("input", ({ target }) => {
    const yours = target.form?.querySelector(`[name="keep_${CSS.escape(target.name)}"][value="yours"]`);
    if (yours) yours.checked = true;
  });
}

export function initForms() {
  guard();
  keepTyped();
  sendOnce();
  autosubmit();
  enterPresses();
  wide.addEventListener("change", () => openFilters());
  const changed = changedField();
  const begun = document.querySelector("[data-focus]") ?? changed ?? firstField();
  begun?.focus();
  // As Tab does: typing replaces a proposed name; not what a record is called already.
  if (begun?.matches("input[type=text]") && !begun.form?.elements.expected_version) begun.select();
}

export function enhanceForms(root) {
  drop(root);
  openFilters(root);
}
