/**
 * Moves cards between columns (templates/components/board.html describes the answers): by dragging, or by the dialog
 * that a card's button opens. What fails puts the card back and says why.
 */
import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { announce, csrfToken, text } from "./strings.js";

const say = (message, tone, undo) => document.dispatchEvent(new CustomEvent("app:toast", { detail: { message, tone, undo } }));

async function post(card, field, column) {
  const body = new FormData();
  body.set(field, column);
  if (card.dataset.version) body.set("version", card.dataset.version);
  const answer = await fetch(card.querySelector("[data-move]").href, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
  });
  const type = answer.headers.get("Content-Type") ?? "";
  const data = type.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Error(data.error ?? data.detail ?? text({ 403: "forbidden", 404: "notFound" }[answer.status] ?? "failed"));
  return data;
}

function updateHeads(board, columns = {}) {
  for (const [id, figures] of Object.entries(columns)) {
    const column = board.querySelector(`[data-column="${CSS.escape(id)}"]`);
    if (!column) continue;
    for (const name of ["count", "total", "hint"]) {
      if (figures[name] !== undefined) column.querySelector(`[data-column-${name}]`).textContent = figures[name];
    }
  }
}

/** What a card says may be another in its new column; the focus stays where it was in it. */
function renew(card, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const inMove = card.contains(document.activeElement);
  card.replaceChildren(...template.content.firstElementChild.childNodes);
  if (inMove) card.querySelector("[data-move]").focus({ preventScroll: true });
}

/** Tells the server where the card, which stands in its new column already, has gone. */
async function moved(board, card, putBack) {
  const column = card.closest("[data-column]");
  card.classList.add("is-moving");
  try {
    const data = await post(card, board.dataset.field, column.dataset.column);
    if (data.location) {
      putBack();
      location.assign(data.location);
      return;
    }
    if (data.version !== undefined) card.dataset.version = data.version;
    if (data.card) renew(card, data.card);
    updateHeads(board, data.columns);
    const words = data.message ?? text("moved", { column: column.dataset.label });
    if (data.undo || data.message) say(words, "success", data.undo);
    else announce(words);
  } catch (error) {
    putBack();
    const why = error instanceof TypeError ? text("offline") : error.message;
    say(`${text("notMoved")} ${why}`, "error");
  } finally {
    card.classList.remove("is-moving");
  }
}

function dropped(board, { item: card, from, to, oldIndex }) {
  if (from !== to) moved(board, card, () => from.insertBefore(card, from.children[oldIndex] ?? null));
}

/** Opens the dialog for the card whose button was pressed. */
function choose(dialog, card) {
  const here = card.closest("[data-column]").dataset.column;
  dialog.card = card;
  dialog.querySelector("[data-move-title]").textContent = card.querySelector(".board-card-title").textContent;
  for (const button of dialog.querySelectorAll("[data-move-to]")) button.disabled = button.dataset.moveTo === here;
  dialog.showModal();
  dialog.querySelector("[data-move-to]:not(:disabled)")?.focus();
}

function chosen(board, dialog, target) {
  const { card } = dialog;
  const from = card.parentElement;
  const next = card.nextElementSibling;
  dialog.close();
  board.querySelector(`[data-column="${CSS.escape(target)}"] [data-board-list]`).prepend(card);
  card.querySelector("[data-move]").focus();
  moved(board, card, () => from.insertBefore(card, next));
}

export function enhance(board) {
  if (board.dataset.ready !== undefined) return;
  board.dataset.ready = "";
  const dialog = document.getElementById("board-move");
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(dialog, button.closest("[data-card]"));
  });
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move-to]");
    if (button) chosen(board, dialog, button.dataset.moveTo);
  });
  for (const list of board.querySelectorAll("[data-board-list]")) {
    new Sortable(list, {
      group: "board",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
      draggable: ".board-card",
      filter: "a, button",
      preventOnFilter: false,
      ghostClass: "board-ghost",
      delay: 150,
      delayOnTouchOnly: true,
      onEnd: (event) => dropped(board, event),
    });
  }
}

export { arrange } from "./arrange.js";
