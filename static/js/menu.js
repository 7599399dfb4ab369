/** The menu's sections: what was folded or unfolded is kept in a cookie, so that the server draws it so. */
const NAME = "menu";
const YEAR = 365 * 24 * 3600;

function kept() {
  const text = document.cookie.split("; ").find((part) => part.startsWith(`${NAME}=`))?.slice(NAME.length + 1) ?? "";
  return new Map([...text.matchAll(/([a-z]+)-([01])/g)].map(([, key, open]) => [key, open]));
}

function keep(key, open) {
  const text = [...kept().set(key, open ? "1" : "0")].map((pair) => pair.join("-")).join(".");
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${NAME}=${text}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

export function initMenu() {
  const sidebar = document.getElementById("sidebar");
  // A click comes before the change, also when Enter or Space made it; "toggle" would fire while the page loads.
  sidebar?.addEventListener("click", (event) => {
    const section = event.target.closest("summary")?.closest("[data-menu]");
    if (section) keep(section.dataset.menu, !section.open);
  });
  sidebar?.querySelector(".sidebar-link.active")?.scrollIntoView({ block: "nearest" });
}
