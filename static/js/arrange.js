/**
 * Puts the cards of a dashboard into order: by their grip, or by their arrows, without leaving the page.
 * [data-arrange] holds data-order-url and data-version; each child with data-key is a card. What fails puts it back.
 */
import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { announce, csrfToken, text } from "./strings.js";

const say = (message) => document.dispatchEvent(new CustomEvent("app:toast", { detail: { message, tone: "error" } }));
const cards = (grid) => [...grid.querySelectorAll(":scope > [data-key]")];

async function post(grid) {
  const body = new FormData();
  body.set("order", cards(grid).map((card) => card.dataset.key).join(","));
  body.set("version", grid.dataset.version);
  const answer = await fetch(grid.dataset.orderUrl, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrfToken() } });
  const type = answer.headers.get("Content-Type") ?? "";
  const data = type.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Error(data.error ?? data.detail ?? text({ 403: "forbidden", 404: "notFound" }[answer.status] ?? "failed"));
  grid.dataset.version = data.version;
}

/** The first card cannot go further to the front, nor the last one to the back; forms sent without scripts know the version. */
function settle(grid) {
  const all = cards(grid);
  all.forEach((card, place) => {
    card.querySelector('[value="earlier"]').disabled = place === 0;
    card.querySelector('[value="later"]').disabled = place === all.length - 1;
    for (const field of card.querySelectorAll('[name="version"]')) field.value = grid.dataset.version;
  });
}

async function keep(grid, before) {
  try {
    await post(grid);
    announce(text("arranged"));
  } catch (error) {
    grid.append(...before);
    say(`${text("notMoved")} ${error instanceof TypeError ? text("offline") : error.message}`);
  }
  settle(grid);
}

export function arrange(grid) {
  if (grid.dataset.ready !== undefined) return;
  grid.dataset.ready = "";
  let before = [];
  new Sortable(grid, {
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
    handle: "[data-grip]",
    draggable: "[data-key]",
    ghostClass: "board-ghost",
    onStart: () => { before = cards(grid); },
    onEnd: ({ oldIndex, newIndex }) => { if (oldIndex !== newIndex) keep(grid, before); },
  });
  grid.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-move-card]");
    const button = event.submitter;
    if (!form || !button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const card = form.closest("[data-key]");
    before = cards(grid);
    const place = before.indexOf(card);
    if (button.value === "later") before[place + 1]?.after(card);
    else before[place - 1]?.before(card);
    button.focus();
    keep(grid, before).then(() => (button.disabled ? form.querySelector("button:not(:disabled)") : button)?.focus());
  }, true);
}
