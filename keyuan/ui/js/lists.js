// Lists: column settings, page size, tagging a selection, and the records before and after the one at hand.
const STORE = "kx-list:";

class ColumnSettings extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".colist");
    this.querySelector("[data-find]")?.addEventListener("input", (event) => this.find(event.target.value));
    this.addEventListener("click", (event) => {
      const up = event.target.closest("[data-up]");
      if (up) this.lift(up);
    });
    this.addEventListener("dragstart", (event) => (this.dragged = event.target.closest("li")));
    this.addEventListener("dragover", (event) => this.over(event));
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    for (const line of this.list.children) line.hidden = !line.dataset.column.toLowerCase().includes(wanted);
  }

  lift(button) {
    const line = button.closest("li");
    const above = line.previousElementSibling;
    if (above?.draggable) above.before(line);
    button.focus();
  }

  over(event) {
    const line = event.target.closest("li[draggable]");
    if (!line || !this.dragged || line === this.dragged) return;
    event.preventDefault();
    const box = line.getBoundingClientRect();
    event.clientY < box.top + box.height / 2 ? line.before(this.dragged) : line.after(this.dragged);
  }
}
customElements.define("column-settings", ColumnSettings);

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-go]")) location.assign(event.target.value);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-bulk-tag]");
  if (!button) return;
  const form = button.parentElement.querySelector("[data-bulk-tag-form]");
  form.hidden = !form.hidden;
  form.querySelector("input")?.focus();
});

// The list remembers what it showed, so that a record knows its neighbours.
export function remember(list) {
  const ids = [...list.querySelectorAll("tbody tr[data-id]")].map((row) => row.dataset.id);
  if (ids.length) sessionStorage.setItem(STORE + list.dataset.list, JSON.stringify({ ids, from: location.pathname + location.search }));
}

class RecordNeighbours extends HTMLElement {
  connectedCallback() {
    const head = this.closest("[data-record]");
    const kept = JSON.parse(sessionStorage.getItem(STORE + head?.dataset.recordList) ?? "null");
    const place = kept?.ids.indexOf(head.dataset.record) ?? -1;
    if (place < 0 || this.childElementCount) return;
    this.append(this.link(kept.ids[place - 1], this.dataset.previous, "⌃", "previous"), ` ${place + 1} / ${kept.ids.length} `, this.link(kept.ids[place + 1], this.dataset.next, "⌄", "next"));
  }

  link(id, label, sign, key) {
    const one = document.createElement(id ? "a" : "span");
    one.className = "ib sm";
    one.textContent = sign;
    one.title = label;
    one.setAttribute("aria-label", label);
    if (id) {
      one.href = location.pathname.replace(/\d+\/$/, `${id}/`);
      one.toggleAttribute(`data-${key}-record`, true);
    } else one.setAttribute("aria-disabled", "true");
    return one;
  }
}
customElements.define("record-neighbours", RecordNeighbours);

function seen() {
  const list = document.getElementById("list");
  if (list) remember(list);
}
seen();
document.addEventListener("htmx:after:swap", seen);

// While an input method composes, a list does not search; it does when the characters stand.
document.addEventListener("input", (event) => {
  if (event.isComposing && event.target.matches("[data-list-search]")) event.stopPropagation();
}, true);
document.addEventListener("compositionend", (event) => {
  if (event.target.matches("[data-list-search]")) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

// The tabs of a record: on a wide screen they lead to their part, on a phone they show it alone.
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-sections] a[href^='#']");
  const place = tab && document.getElementById(tab.hash.slice(1));
  const part = place?.closest(".rec > section") ?? place;
  if (!part) return;
  event.preventDefault();
  for (const one of tab.parentElement.children) one.removeAttribute("aria-current");
  tab.setAttribute("aria-current", "page");
  const section = part.closest(".rec > section") ?? part;
  for (const one of section.parentElement.children) one.classList.toggle("on", one === section);
  part.scrollIntoView({ block: part === section ? "nearest" : "start" });
  part.setAttribute("tabindex", "-1");
  part.focus({ preventScroll: true });
  if (tab.dataset.lines) part.querySelector(`[data-seg="${tab.dataset.lines}"]`)?.click();
});
