// <row-selection>: rows by checkbox, Shift for a range, X for the row at hand, the whole page, or all that match.
import { announce, say } from "./words.js";

class RowSelection extends HTMLElement {
  connectedCallback() {
    this.chosen = new Set();
    this.everything = false;
    this.total = Number(this.dataset.total ?? 0);
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("change", (event) => this.changed(event));
    this.keys = (event) => this.key(event);
    this.swapped = () => this.isConnected && this.redraw();
    document.addEventListener("keydown", this.keys);
    document.addEventListener("htmx:after:swap", this.swapped);
    for (const box of this.boxes) if (box.checked) this.chosen.add(box.value);
    this.redraw();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.keys);
    document.removeEventListener("htmx:after:swap", this.swapped);
  }

  get boxes() {
    return [...this.querySelectorAll('tbody input[type="checkbox"][name="ids"]')];
  }

  clicked(event) {
    const box = event.target.closest('tbody input[name="ids"]');
    if (box) return this.picked(box, event.shiftKey);
    if (event.target.closest("[data-select-all]")) {
      this.everything = true;
      for (const one of this.boxes) this.chosen.add(one.value);
      this.redraw(say("selected_all", { count: this.total }));
    }
    if (event.target.closest("[data-clear-selection]")) this.clear();
  }

  picked(box, range) {
    const boxes = this.boxes;
    const here = boxes.indexOf(box);
    const [low, high] = range && this.last >= 0 ? [Math.min(here, this.last), Math.max(here, this.last)] : [here, here];
    for (const one of boxes.slice(low, high + 1)) this.set(one, box.checked);
    this.last = here;
    this.redraw();
  }

  changed(event) {
    if (!event.target.matches("[data-select-page]")) return;
    for (const one of this.boxes) this.set(one, event.target.checked);
    this.redraw();
  }

  set(box, on) {
    this.everything = false;
    if (on) this.chosen.add(box.value);
    else this.chosen.delete(box.value);
  }

  clear() {
    this.everything = false;
    this.chosen.clear();
    this.redraw(say("selection_cleared"));
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (event.key === "Escape" && this.chosen.size) this.clear();
    if (event.key.toLowerCase() !== "x" || document.documentElement.dataset.shortcuts === "off") return;
    const row = this.querySelector("tbody tr.cur") ?? document.activeElement.closest?.("tbody tr") ?? this.querySelector("tbody tr:hover");
    const box = row?.querySelector('input[name="ids"]');
    if (!box) return;
    box.checked = !box.checked;
    this.picked(box, event.shiftKey);
  }

  redraw(said) {
    const boxes = this.boxes;
    for (const box of boxes) {
      box.checked = this.chosen.has(box.value);
      box.closest("tr")?.classList.toggle("sel", box.checked);
    }
    const here = boxes.filter((box) => box.checked).length;
    const page = this.querySelector("[data-select-page]");
    if (page) {
      page.checked = here > 0 && here === boxes.length;
      page.indeterminate = here > 0 && here < boxes.length;
    }
    const count = this.everything ? this.total : this.chosen.size;
    this.bar(count, said);
    this.dispatchEvent(new CustomEvent("kx:selection", { bubbles: true, detail: { ids: [...this.chosen], everything: this.everything } }));
  }

  bar(count, said) {
    const bar = this.querySelector("[data-selection-bar]");
    const pager = this.querySelector(".pager");
    const text = said ?? (count ? say("selected", { count: count.toLocaleString("en") }) : "");
    if (bar) bar.hidden = !count;
    const all = this.querySelector("[data-select-all]");
    if (all) all.hidden = this.everything || count >= this.total;
    if (pager) pager.hidden = Boolean(bar && count);
    const line = this.querySelector("[data-selection-count]");
    if (line && count) line.textContent = say(this.everything ? "selected_all" : "selected", { count: count.toLocaleString("en") });
    const scope = this.querySelector("[data-selection-scope]");
    if (scope) scope.value = this.everything ? "all" : "ids";
    const kept = this.querySelector("[data-selection-ids]");
    if (kept) kept.value = [...this.chosen].join(",");
    if (text && (said || count !== this.said)) announce(text);
    this.said = count;
  }
}

customElements.define("row-selection", RowSelection);
