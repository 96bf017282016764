// Everything a page needs; what only some pages have is fetched when it stands there.
import htmx from "../vendor/htmx.js";
import "./swaps.js";
import "./shell.js";
import "./popovers.js";
import "./toasts.js";
import "./keys.js";
import "./forms.js";
import "./drafts.js";
import "./drawer.js";
import "./palette.js";
import { showOwnKeys } from "./words.js";

const parts = {
  "row-selection": () => import("./selection.js"),
  "duplicate-hint": () => import("./duplicates.js"),
  "region-picker": () => import("./region.js"),
  "column-settings": () => import("./lists.js"),
  "[data-list], [data-sections]": () => import("./lists.js"),
  "record-neighbours": () => import("./lists.js"),
};

function bring(root) {
  for (const [name, load] of Object.entries(parts)) {
    if (!(name[0] !== "[" && customElements.get(name)) && root.querySelector?.(name)) load();
  }
  const builder = root.querySelector?.("filter-builder:not(:defined)")?.closest("details");
  builder?.addEventListener("toggle", () => import("./filter-builder.js"), { once: true });
  if (root.querySelector?.("guided-tour[data-fresh]")) import("./tour.js");
  showOwnKeys(root);
  for (const box of root.querySelectorAll?.("[data-indeterminate]") ?? []) box.indeterminate = true;
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-tour]")) return;
  document.getElementById("help")?.close();
  await import("./tour.js");
  document.querySelector("guided-tour")?.start();
});

bring(document);
htmx.onLoad(bring);
document.documentElement.dataset.ready = "true";
// A page restored from memory may show what a signed-out person must not see.
addEventListener("pageshow", (event) => event.persisted && location.reload());
