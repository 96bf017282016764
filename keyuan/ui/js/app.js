// Everything the pages need. `python -m keyuan.ui.scripts` makes one file of it.
import htmx from "../vendor/htmx.js";
import "./swaps.js";
import "./shell.js";
import "./popovers.js";
import "./toasts.js";
import "./keys.js";
import "./forms.js";
import "./drafts.js";
import "./composer.js";
import "./deal-form.js";
import "./mention.js";
import "./drawer.js";
import "./palette.js";
import "./selection.js";
import "./lists.js";
import "./filter-builder.js";
import "./duplicates.js";
import "./region.js";
import "./record-picker.js";
import "./live-part.js";
import "./time-span.js";
import "./board.js";
import "./pool.js";
import "./departments.js";
import "./sortable-rows.js";
import "./uploads.js";
import "./tour.js";
import "./guard.js";
import "./notices.js";
import { showOwnKeys } from "./words.js";

function bring(root) {
  showOwnKeys(root);
  for (const box of root.querySelectorAll?.("[data-indeterminate]") ?? []) box.indeterminate = true;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tour]")) return;
  document.getElementById("help")?.close();
  document.querySelector("guided-tour")?.start();
});

bring(document);
htmx.onLoad(bring);
document.documentElement.dataset.ready = "true";
// A page restored from memory may show what a signed-out person must not see.
addEventListener("pageshow", (event) => event.persisted && location.reload());
