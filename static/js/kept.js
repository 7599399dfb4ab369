/** What was typed into a record's form (`data-restore`: by whom) outlives a session that ended meanwhile: after the
 *  sign-in it is sent once more, to be looked over and not yet saved. Back from what a form saved does not lead into
 *  the form again, which would make a second record. */
import { csrfToken } from "./strings.js";

const KEY = "typed";
const MADE = "made";
const here = () => location.pathname + location.search;

function keep(event) {
  const home = event.target.closest?.("[data-restore]");
  if (!home || event.defaultPrevented) return;
  const typed = [...new FormData(event.target, event.submitter)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  sessionStorage.setItem(KEY, JSON.stringify({ at: here(), who: home.dataset.restore, typed }));
}

function bringBack(typed) {
  const form = document.createElement("form");
  form.method = "post";
  form.hidden = true;
  for (const [name, value] of [...typed, ["restored", "1"], ["csrfmiddlewaretoken", csrfToken()]]) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

function skipWhatIsSaved(event) {
  const made = JSON.parse(sessionStorage.getItem(MADE) ?? "null");
  if (made?.at !== here()) return;
  const back = event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (back) location.replace(made.url);
  else sessionStorage.removeItem(MADE);
}

export function initKept() {
  document.addEventListener("submit", keep);
  addEventListener("pageshow", skipWhatIsSaved);
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (!kept) return;
  if (document.querySelector("[data-page]")) { // the sign-in, or the page that says that a form was too old
    sessionStorage.setItem(KEY, JSON.stringify({ ...kept, lost: true }));
    return;
  }
  sessionStorage.removeItem(KEY);
  const who = document.querySelector("[data-restore]")?.dataset.restore;
  if (!kept.lost && !who) sessionStorage.setItem(MADE, JSON.stringify({ at: kept.at, url: here() }));
  if (kept.lost && kept.at === here() && kept.who === who) bringBack(kept.typed);
}
