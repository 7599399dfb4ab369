/** Entry of every page. */
import "htmx.org/dist/htmx.esm.js";
import "bootstrap/js/dist/dropdown.js";
import "bootstrap/js/dist/offcanvas.js";
import "bootstrap/js/dist/collapse.js";
import { enhanceBulk, initBulk } from "./bulk.js";
import { initConfirm } from "./confirm.js";
import { enhanceForms, initForms } from "./forms.js";
import { initInline } from "./inline.js";
import { initKept } from "./kept.js";
import { initKeyboard } from "./keyboard.js";
import { enhanceLazy } from "./lazy.js";
import { initMenu } from "./menu.js";
import { initPreferences } from "./preferences.js";
import { initQuick } from "./quick.js";
import { initRequests } from "./requests.js";
import { initSearch } from "./search.js";
import { enhanceSmall, initSmall } from "./small.js";
import { initToasts } from "./toasts.js";

/** What new content needs, at the start and after each htmx swap. */
function enhance(root) {
  enhanceForms(root);
  enhanceBulk();
  enhanceSmall(root);
  enhanceLazy(root);
  initToasts(root);
}

initConfirm();
initPreferences();
initForms();
initBulk();
initInline();
initKept();
initKeyboard();
initMenu();
initQuick();
initSearch();
initSmall();
enhance(document);
initRequests((element) => { if (element !== document.body) enhance(element); });
