/** htmx: the CSRF header, what is swapped, and what is said when an answer fails. */
import { announce, csrfToken, text } from "./strings.js";
import { toast } from "./toasts.js";

const said = { 403: "forbidden", 404: "notFound", 429: "tooMany" };
const isHtml = (xhr) => (xhr.getResponseHeader("Content-Type") ?? "").includes("text/html");
const isWholePage = (body) => /^\s*(<!doctype|<html)/i.test(body);

/** The sentence of an answer that is not swapped in: JSON `error`, an error page's [data-error-text], or a common one. */
export function reason(status, body, type = "") {
  if (type.includes("json")) {
    try {
      const said = JSON.parse(body);
      const sentence = said.error ?? said.detail ?? said.message;
      if (typeof sentence === "string") return sentence;
    } catch { /* not JSON after all */ }
  } else if (type.includes("html")) {
    const page = new DOMParser().parseFromString(body, "text/html");
    const sentence = page.querySelector("[data-error-text]")?.textContent.trim();
    if (sentence) return sentence;
  }
  return text(said[status] ?? "failed");
}

let expired = false;

/** After a sign-in in another tab the token of this page counts no more: take that of a fresh one. */
async function renewToken() {
  if (!expired) return;
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const token = page.querySelector("[data-page]") ? "" : page.querySelector('meta[name="csrf-token"]')?.content;
  if (!token) return;
  expired = false;
  document.querySelector('meta[name="csrf-token"]').content = token;
  document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
}

function beforeSwap(event) {
  const { xhr } = event.detail;
  if (!isWholePage(xhr.responseText)) {
    if (xhr.status >= 400 && event.detail.shouldSwap && !isHtml(xhr)) event.detail.shouldSwap = false;
    return;
  }
  if (xhr.responseText.includes('data-page="sign-in"')) {
    event.detail.shouldSwap = false;
    expired = true;
    toast(text("signedOut"), { tone: "error" });
  } else if (xhr.status >= 400) {
    event.detail.shouldSwap = false; // an error page is no fragment
  }
}

function responseError(event) {
  const { xhr, shouldSwap } = event.detail;
  if (shouldSwap && xhr.status < 500 && isHtml(xhr) && !isWholePage(xhr.responseText)) return; // the answer explains itself
  toast(reason(xhr.status, xhr.responseText, xhr.getResponseHeader("Content-Type") ?? ""), { tone: "error" });
}

export function initRequests(afterSwap) {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  addEventListener("focus", renewToken);
  document.addEventListener("htmx:responseError", responseError);
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const polling = event.target.getAttribute?.("hx-trigger")?.startsWith("every");
      if (!polling) toast(text("offline"), { tone: "error" });
    });
  }
  document.addEventListener("htmx:load", (event) => afterSwap(event.detail.elt));
  document.addEventListener("htmx:afterSettle", (event) => {
    const words = event.detail.elt.dataset?.announce;
    if (words) announce(words);
  });
  // A server may send HX-Trigger: {"app:message": {"message": "…", "tone": "success", "undo": "/…"}}
  document.addEventListener("app:message", (event) => toast(event.detail.message, event.detail));
}
