// <record-picker data-url>: a record, or with data-many several, found by typing. Without script the input takes names.
// data-url?q= answers [[id, name, hint], …]; data-chosen holds what is chosen already as [[id, name], …].
import { later } from "./server.js";

let made = 0;

class RecordPicker extends HTMLElement {
  connectedCallback() {
    if (this.box) return;
    this.box = this.querySelector("input");
    this.name = this.box.name;
    this.many = "many" in this.dataset;
    this.chosen = new Map(JSON.parse(this.dataset.chosen || "[]").map(([id, name]) => [String(id), name]));
    this.list = Object.assign(document.createElement("div"), { className: "pop picks", hidden: true, id: `picks-${++made}` });
    this.list.setAttribute("role", "listbox");
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [key, value] of Object.entries(said)) this.box.setAttribute(key, value);
    this.box.autocomplete = "off";
    this.values = document.createElement("span");
    this.values.className = "chosen";
    this.append(this.values, this.list);
    this.dataset.ready = "";
    if (this.many) this.box.value = "";
    this.draw();
    const ask = later(() => this.ask(), 200);
    this.box.addEventListener("input", (event) => {
      if (!this.many && this.chosen.size) (this.chosen.clear(), this.draw(false), this.tell());
      if (!event.isComposing) ask();
    });
    this.box.addEventListener("compositionend", ask);
    this.box.addEventListener("focus", () => (this.many || !this.chosen.size) && this.ask());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.contains(document.activeElement) || this.close(), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    this.values.addEventListener("click", (event) => this.drop(event.target.closest("button")));
  }

  // What is sent: hidden inputs for what is chosen; the text itself where nothing is, so that nothing typed is lost.
  draw(text = true) {
    const inputs = [...this.chosen].map(([id, name]) => (this.many ? this.chip(id, name) : this.hidden(id)));
    this.values.replaceChildren(...inputs);
    if (!this.many && text) this.box.value = [...this.chosen.values()][0] ?? this.box.value;
    this.chosen.size && !this.many ? this.box.removeAttribute("name") : (this.box.name = this.name);
  }

  hidden(id) {
    return Object.assign(document.createElement("input"), { type: "hidden", name: this.name, value: id });
  }

  chip(id, name) {
    const chip = Object.assign(document.createElement("span"), { className: "tag", textContent: name });
    const cross = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    cross.setAttribute("aria-label", (this.dataset.remove ?? "× {name}").replace("{name}", name));
    cross.dataset.id = id;
    chip.append(cross, this.hidden(id));
    return chip;
  }

  drop(button) {
    if (!button) return;
    this.chosen.delete(button.dataset.id);
    this.draw();
    this.tell();
    this.box.focus();
  }

  // With `take` the first that is found is chosen: somebody typed faster than the server answered.
  async ask(take = false) {
    const q = this.box.value.trim();
    if (!take && this.taking === q && q) return;
    this.taking = take ? q : null;
    this.asking?.abort();
    this.asking = new AbortController();
    const address = `${this.dataset.url}?${new URLSearchParams({ q })}`;
    const found = await fetch(address, { credentials: "same-origin", signal: this.asking.signal })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null); // another question, or the end of this one, also while the answer comes
    if (!found || document.activeElement !== this.box) return;
    const rows = found.filter(([id]) => !this.chosen.has(String(id)));
    this.list.replaceChildren(...rows.map((row, at) => this.option(row, at)));
    if (!rows.length && q) this.list.append(this.nothing());
    this.shownFor = q;
    this.taking = null;
    if (take && this.options.length) return this.choose(this.options[0]);
    this.list.hidden = !this.list.childElementCount;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
    this.point(q ? 0 : -1);
  }

  nothing() {
    return Object.assign(document.createElement("div"), { className: "t3 p-2", textContent: this.dataset.nothing ?? "—" });
  }

  option([id, name, hint], at) {
    const row = Object.assign(document.createElement("div"), { className: "mi", id: `${this.list.id}-${at}` });
    row.setAttribute("role", "option");
    Object.assign(row.dataset, { id, name, hint: hint ?? "" });
    row.append(Object.assign(document.createElement("span"), { className: "trunc", textContent: name }));
    if (hint) row.append(Object.assign(document.createElement("span"), { className: "t3 fs12 end trunc", textContent: hint }));
    return row;
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  point(at) {
    this.at = at;
    this.options.forEach((row, place) => {
      row.classList.toggle("on", place === at);
      row.setAttribute("aria-selected", String(place === at));
    });
    const row = this.options[at];
    row ? this.box.setAttribute("aria-activedescendant", row.id) : this.box.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return this.ask();
      const many = this.options.length;
      if (many) this.point((this.at + (event.key === "ArrowDown" ? 1 : -1) + many) % many);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      const settled = open && this.shownFor === this.box.value.trim();
      if (settled && this.options[this.at]) (event.preventDefault(), this.choose(this.options[this.at]));
      else if (this.box.value.trim() && (this.many || !this.chosen.size)) (event.preventDefault(), this.ask(true));
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.many && !this.box.value && this.chosen.size) {
      this.chosen.delete([...this.chosen.keys()].at(-1));
      this.draw();
      this.tell();
    }
  }

  choose(row) {
    if (!row) return;
    if (!this.many) this.chosen.clear();
    this.chosen.set(row.dataset.id, row.dataset.name);
    this.hint = row.dataset.hint;
    (this.hints ??= new Map()).set(row.dataset.id, row.dataset.hint);
    if (this.many) this.box.value = "";
    this.draw();
    this.close();
    this.tell();
  }

  close() {
    this.asking?.abort();
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
  }

  tell() {
    for (const kind of ["input", "change"]) this.values.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail: this.name }));
  }
}

customElements.define("record-picker", RecordPicker);
