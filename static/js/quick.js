/** Buttons that open the quick log of a page: <a href="#quick-log" data-quick="phone | email | … | step">. */
export function initQuick() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-quick]");
    const choice = button && document.querySelector(`#quick-log [value="${button.dataset.quick}"]`);
    if (!choice) return;
    if (button.hash) event.preventDefault(); // a jump would take the focus away
    choice.checked = true;
    document.getElementById("quick-log-text").focus();
  });
}
