/** What is made by the “new” menu on a customer's page, or on that of a record of theirs, is theirs. */
function newForTheCustomer() {
  const customer = document.getElementById("record-head")?.dataset.customer;
  if (!customer) return;
  document.querySelectorAll("[data-new-menu] a").forEach((link) => { link.search = `?customer=${customer}`; });
}

/** Buttons that open the quick log of a page: <a href="#quick-log" data-quick="phone | email | … | step">. */
export function initQuick() {
  newForTheCustomer();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-quick]");
    const choice = button && document.querySelector(`#quick-log [value="${button.dataset.quick}"]`);
    if (!choice) return;
    if (button.hash) event.preventDefault(); // a jump would take the focus away
    choice.checked = true;
    document.getElementById("quick-log-text").focus();
  });
}
