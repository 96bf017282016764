// <region-picker data-url>: province, city, district in three columns. Without script the control inside stays as it is.
// data-url?under=CODE answers [[code, name, has_more], …]; data-label is the path of the value, data-placeholder the rest.
class RegionPicker extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.control = this.querySelector("select, input");
    this.cache = new Map();
    this.names = [];
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "form-select" });
    this.button.setAttribute("aria-haspopup", "listbox");
    this.button.setAttribute("aria-expanded", "false");
    const label = this.control.id && document.querySelector(`label[for="${CSS.escape(this.control.id)}"]`);
    if (label) {
      this.button.id = `${this.control.id}-button`;
      label.htmlFor = this.button.id;
    }
    this.panel = Object.assign(document.createElement("div"), { className: "pop casc", hidden: true });
    this.dataset.ready = "";
    this.append(this.button, this.panel);
    this.label(this.dataset.label ?? this.control.selectedOptions?.[0]?.textContent.trim() ?? "");
    this.button.addEventListener("click", () => this.toggle());
    this.panel.addEventListener("click", (event) => this.choose(event.target.closest("button")));
    this.addEventListener("keydown", (event) => this.key(event));
    this.away = (event) => this.contains(event.target) || this.close();
    document.addEventListener("click", this.away);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.away);
  }

  label(text) {
    this.button.textContent = text || this.dataset.placeholder || "";
    this.button.classList.toggle("t3", !text);
  }

  async children(code) {
    if (!this.cache.has(code)) {
      const answer = await fetch(`${this.dataset.url}?${new URLSearchParams({ under: code })}`, { credentials: "same-origin" });
      this.cache.set(code, answer.ok ? await answer.json() : []);
    }
    return this.cache.get(code);
  }

  async toggle() {
    if (!this.panel.hidden) return this.close();
    this.panel.replaceChildren();
    this.names = [];
    await this.column("", 0);
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.panel.querySelector("button")?.focus();
  }

  close(focus = false) {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (focus) this.button.focus();
  }

  async column(code, depth) {
    const rows = await this.children(code);
    const box = document.createElement("div");
    box.setAttribute("role", "listbox");
    for (const [value, name, more] of rows) {
      const row = Object.assign(document.createElement("button"), { type: "button", className: "mi", textContent: name });
      row.setAttribute("role", "option");
      Object.assign(row.dataset, { value, depth, more: more ? "1" : "" });
      box.append(row);
    }
    while (this.panel.children.length > depth) this.panel.lastElementChild.remove();
    if (rows.length) this.panel.append(box);
    return box;
  }

  async choose(row) {
    if (!row) return;
    const depth = Number(row.dataset.depth);
    for (const one of row.parentElement.children) {
      one.classList.toggle("on", one === row);
      one.setAttribute("aria-selected", String(one === row));
    }
    this.names = [...this.names.slice(0, depth), row.textContent];
    this.set(row.dataset.value, this.names.join(" / "));
    if (!row.dataset.more) return this.close(true);
    const box = await this.column(row.dataset.value, depth + 1);
    box.querySelector("button")?.focus();
  }

  set(value, text) {
    if (this.control.tagName === "SELECT" && ![...this.control.options].some((one) => one.value === value)) {
      this.control.add(new Option(text, value));
    }
    this.control.value = value;
    this.label(text);
    this.control.dispatchEvent(new Event("input", { bubbles: true }));
    this.control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  key(event) {
    const row = event.target.closest(".casc button");
    if (event.key === "Escape" && !this.panel.hidden) {
      event.preventDefault();
      event.stopPropagation();
      return this.close(true);
    }
    if (!row) return;
    const moves = {
      ArrowDown: () => row.nextElementSibling,
      ArrowUp: () => row.previousElementSibling,
      ArrowLeft: () => row.parentElement.previousElementSibling?.querySelector(".on"),
    };
    if (event.key === "ArrowRight" && row.dataset.more) {
      event.preventDefault();
      this.choose(row);
    } else if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]()?.focus();
    }
  }
}

customElements.define("region-picker", RegionPicker);
