// Runs before the first paint: follows the system when the person chose "auto", and says that scripts run.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function follow() {
  if (root.dataset.theme !== "auto") return;
  const theme = dark.matches ? "dark" : "light";
  if (root.dataset.bsTheme !== theme) {
    root.dataset.bsTheme = theme;
    root.dispatchEvent(new CustomEvent("theme:change"));
  }
}

root.classList.add("js");
follow();
dark.addEventListener("change", follow);

// Paper is white. This runs before the charts listen, so they draw for paper too.
addEventListener("beforeprint", () => { root.dataset.printedFrom = root.dataset.bsTheme; root.dataset.bsTheme = "light"; });
addEventListener("afterprint", () => { if (root.dataset.printedFrom) root.dataset.bsTheme = root.dataset.printedFrom; });
