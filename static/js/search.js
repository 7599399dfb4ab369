/** Suggestions of the global search: arrows choose, Enter opens, Escape closes. The list itself comes by htmx. */
import { announce, text } from "./strings.js";

export function initSearch() {
  const input = document.getElementById("global-search");
  const list = document.getElementById("search-suggestions");
  if (!input || !list) return;
  const options = () => [...list.querySelectorAll("a[role=option]")];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }
  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  }

  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
    } else if (event.key === "Enter" && at >= 0 && !list.hidden) {
      event.preventDefault();
      all[at].click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    }
  });
  input.addEventListener("focus", () => { if (input.value.trim() && list.childElementCount) show(true); });
  list.addEventListener("htmx:afterSwap", () => {
    show(input.value.trim() !== "" && list.childElementCount > 0 && document.activeElement === input);
    if (!list.hidden) announce(options().length ? text("results", { count: options().length }) : text("noResults"));
  });
  document.addEventListener("click", (event) => { if (!event.target.closest("[data-search]")) show(false); });
  input.form.addEventListener("focusout", (event) => { if (!input.form.contains(event.relatedTarget)) setTimeout(() => { if (!input.form.contains(document.activeElement)) show(false); }, 150); });
}
