// <sortable-rows data-url>: rows of a table take another place by dragging or with the arrow keys on their grip; the
// order of their ids is sent as `order`.
import { post } from "./server.js";
import { announce, say } from "./words.js";

class SortableRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["dragstart", "dragover", "drop", "dragend"]) this.addEventListener(kind, (event) => this[kind](event));
  }

  get rows() {
    return [...this.querySelectorAll("tr[data-sort]")];
  }

  key(event) {
    const grip = event.target.closest("[data-grip]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !step) return;
    event.preventDefault();
    const row = grip.closest("tr");
    const rows = this.rows;
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    grip.focus();
    this.send();
  }

  dragstart(event) {
    this.dragged = event.target.closest("tr[data-sort]");
    if (this.dragged) event.dataTransfer.effectAllowed = "move";
  }

  dragover(event) {
    const over = event.target.closest("tr[data-sort]");
    if (!this.dragged || !over) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(this.dragged);
    else over.after(this.dragged);
  }

  drop(event) {
    if (!this.dragged) return;
    event.preventDefault();
    this.send();
  }

  dragend() {
    this.dragged = null;
  }

  async send() {
    const answer = await post(this.dataset.url, { order: this.rows.map((row) => row.dataset.sort).join(",") });
    if (answer.ok) announce(say("saved"));
    else location.reload();
  }
}
customElements.define("sortable-rows", SortableRows);
