// <department-tree>: branches fold, rows are found by typing, and moved by dragging or with the arrow keys on their grip.
import { csrf, post } from "./server.js";
import { announce, say } from "./words.js";

const FOLDED = "kx:departments:folded";
const FOCUS = "kx:departments:focus";

class DepartmentTree extends HTMLElement {
  connectedCallback() {
    this.rows = [...this.querySelectorAll("tr[data-department]")];
    this.byId = new Map(this.rows.map((row) => [row.dataset.department, row]));
    this.folded = new Set(JSON.parse(sessionStorage.getItem(FOLDED) ?? "[]"));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("input", (event) => event.target.matches("[data-tree-search]") && this.draw());
    for (const kind of ["dragstart", "dragover", "drop", "dragend"]) this.addEventListener(kind, (event) => this[kind](event));
    this.draw();
    const again = sessionStorage.getItem(FOCUS);
    sessionStorage.removeItem(FOCUS);
    if (again) this.byId.get(again)?.querySelector("[data-grip]")?.focus();
  }

  get word() {
    return this.querySelector("[data-tree-search]")?.value.trim().toLowerCase() ?? "";
  }

  above(row) {
    return row.dataset.path.split("/").filter(Boolean).slice(0, -1);
  }

  draw() {
    const word = this.word;
    const shown = new Set();
    if (word) {
      for (const row of this.rows.filter((one) => one.textContent.toLowerCase().includes(word))) {
        for (const id of [row.dataset.department, ...this.above(row)]) shown.add(id);
      }
    }
    for (const row of this.rows) {
      const id = row.dataset.department;
      row.hidden = word ? !shown.has(id) : this.above(row).some((one) => this.folded.has(one));
      row.querySelector("[data-fold-one]")?.setAttribute("aria-expanded", String(Boolean(word) || !this.folded.has(id)));
    }
  }

  clicked(event) {
    const one = event.target.closest("[data-fold-one]");
    const all = event.target.closest("[data-fold]");
    if (!one && !all) return;
    if (one) {
      const id = one.closest("tr").dataset.department;
      if (!this.folded.delete(id)) this.folded.add(id);
    } else {
      const parents = this.rows.filter((row) => row.dataset.parent && row.querySelector("[data-fold-one]"));
      this.folded = new Set(all.dataset.fold === "all" ? parents.map((row) => row.dataset.department) : []);
    }
    sessionStorage.setItem(FOLDED, JSON.stringify([...this.folded]));
    this.draw();
  }

  siblings(row) {
    return this.rows.filter((one) => one.dataset.parent === row.dataset.parent);
  }

  key(event) {
    const row = event.target.closest("[data-grip]")?.closest("tr");
    if (!row || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const beside = this.siblings(row);
    const at = beside.indexOf(row);
    const parent = this.byId.get(row.dataset.parent);
    if (event.key === "ArrowUp" && at > 0) this.put(row, row.dataset.parent, beside[at - 1].dataset.department);
    if (event.key === "ArrowDown" && at < beside.length - 1) this.put(row, row.dataset.parent, beside[at + 2]?.dataset.department);
    if (event.key === "ArrowRight" && at > 0) this.put(row, beside[at - 1].dataset.department);
    if (event.key === "ArrowLeft" && parent?.dataset.parent) {
      const uncles = this.siblings(parent);
      this.put(row, parent.dataset.parent, uncles[uncles.indexOf(parent) + 1]?.dataset.department);
    }
  }

  async put(row, parent, before = "") {
    if (this.busy) return;
    this.busy = true;
    const headers = { "X-CSRFToken": csrf(), "HX-Request": "true" };
    const address = `/admin/departments/${row.dataset.department}/place/`;
    const answer = await post(address, { parent, before }, { headers }).catch(() => null);
    this.busy = false;
    if (answer?.ok) {
      sessionStorage.setItem(FOCUS, row.dataset.department);
      return location.reload();
    }
    const said = answer ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const text = said?.querySelector("[data-sentence]")?.textContent.trim() || say("failed");
    document.dispatchEvent(new CustomEvent("kx:toast", { detail: { toasts: [{ text, more: "", undo: "" }] } }));
    announce(text);
  }

  dragstart(event) {
    this.dragged = event.target.closest("[data-grip]")?.closest("tr");
    if (!this.dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.dragged.dataset.name);
    event.dataTransfer.setDragImage(this.dragged, 20, 16);
    this.dragged.classList.add("dragged");
  }

  // The upper third of a row is the place in front of it, the rest lies below it.
  over(event) {
    const row = event.target.closest?.("tr[data-department]");
    if (!row || !this.dragged || row.dataset.path.startsWith(this.dragged.dataset.path)) return null;
    const box = row.getBoundingClientRect();
    const front = row.dataset.parent && event.clientY < box.top + box.height / 3;
    return { row, front };
  }

  dragover(event) {
    const found = this.over(event);
    this.unmark();
    if (!found) return;
    event.preventDefault();
    found.row.classList.add(found.front ? "drop-front" : "drop-into");
    found.row.title = this.dataset[found.front ? "before" : "into"].replace("{name}", found.row.dataset.name);
  }

  drop(event) {
    const found = this.over(event);
    if (!found) return;
    event.preventDefault();
    const { row, front } = found;
    this.put(this.dragged, front ? row.dataset.parent : row.dataset.department, front ? row.dataset.department : "");
  }

  dragend() {
    this.unmark();
    this.dragged?.classList.remove("dragged");
    this.dragged = null;
  }

  unmark() {
    for (const row of this.querySelectorAll(".drop-front, .drop-into")) {
      row.classList.remove("drop-front", "drop-into");
      row.removeAttribute("title");
    }
  }
}

customElements.define("department-tree", DepartmentTree);
