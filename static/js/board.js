/**
 * Drags cards between columns (templates/components/board.html describes the answers). The card's menu does the same
 * without dragging; what fails puts the card back and says why.
 */
import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { announce, csrfToken, text } from "./strings.js";

const say = (message, tone, undo) => document.dispatchEvent(new CustomEvent("app:toast", { detail: { message, tone, undo } }));

async function post(card, field, column) {
  const body = new FormData();
  body.set(field, column);
  if (card.dataset.version) body.set("version", card.dataset.version);
  const answer = await fetch(card.dataset.moveUrl, {
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
    if (figures.count !== undefined) column.querySelector("[data-column-count]").textContent = figures.count;
    if (figures.total !== undefined) column.querySelector("[data-column-total]").textContent = figures.total;
  }
}

async function dropped(board, event) {
  const { item: card, from, to } = event;
  if (from === to) return;
  const column = to.closest("[data-column]");
  const putBack = () => from.insertBefore(card, from.children[event.oldIndex] ?? null);
  card.classList.add("is-moving");
  try {
    const data = await post(card, board.dataset.field, column.dataset.column);
    if (data.location) {
      putBack();
      location.assign(data.location);
      return;
    }
    if (data.version !== undefined) {
      card.dataset.version = data.version;
      for (const input of card.querySelectorAll(".board-move input[name=version]")) input.value = data.version; // the menu moves it next
    }
    updateHeads(board, data.columns);
    for (const button of card.querySelectorAll(".board-move button[value]")) button.disabled = button.value === column.dataset.column;
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

export function enhance(board) {
  if (board.dataset.ready !== undefined) return;
  board.dataset.ready = "";
  for (const list of board.querySelectorAll("[data-board-list]")) {
    new Sortable(list, {
      group: "board",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
      draggable: '.board-card:not([data-move-url=""])',
      filter: "a, button, .dropdown-menu",
      preventOnFilter: false,
      ghostClass: "board-ghost",
      delay: 150,
      delayOnTouchOnly: true,
      onEnd: (event) => dropped(board, event),
    });
  }
}
