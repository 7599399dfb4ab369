/** Asks before a button or form with data-confirm is carried out; also answers hx-confirm; opens data-dialog. */
import { text } from "./strings.js";

let passed = null;

/** Resolves to whether the person agreed. */
export function ask(question, { ok, tone } = {}) {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  const button = dialog.querySelector("[data-confirm-button]");
  dialog.querySelector("#confirm-text").textContent = question;
  button.textContent = ok || button.dataset.label;
  button.className = `btn ${tone === "danger" ? "btn-danger" : "btn-primary"}`;
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
  });
}

async function onSubmit(event) {
  const { submitter, target: form } = event;
  const source = [submitter, form].find((element) => element?.dataset.confirm !== undefined);
  if (!source || passed === form) {
    passed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const { confirm, confirmOk, confirmTone } = source.dataset;
  if (await ask(confirm || text("confirm"), { ok: confirmOk, tone: confirmTone })) {
    passed = form;
    form.requestSubmit(submitter ?? undefined);
  }
}

export function initConfirm() {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    const { confirmOk, confirmTone } = event.target.dataset;
    ask(event.detail.question, { ok: confirmOk, tone: confirmTone }).then((yes) => yes && event.detail.issueRequest(true));
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    } else if (event.target.matches?.("dialog.dialog[open]") && event.target.id !== "confirm") {
      event.target.close(); // a click beside the dialog
    }
  });
}
