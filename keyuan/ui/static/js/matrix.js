// <permission-matrix>: marks what differs from what is saved and says it in words; nothing holds before it is saved.
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const chosenText = (select, by) => [...select.options].find((option) => option[by])?.textContent ?? "";

class PermissionMatrix extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.bar = this.querySelector("[data-save-bar]");
    if (!this.bar) return;
    this.addEventListener("change", (event) => this.changed(event.target));
    this.form.addEventListener("reset", () => setTimeout(() => this.show()));
    this.form.addEventListener("submit", () => (this.sent = true));
    addEventListener("beforeunload", (event) => this.count && !this.sent && event.preventDefault());
    this.show();
  }

  changed(field) {
    if (field.type === "radio") {
      const box = this.form.elements[field.name.replace(/\.scope$/, "")];
      if (field.value) box.checked = true;
      field.closest("details").open = false;
    }
    this.show();
  }

  show() {
    const said = [];
    for (const row of this.querySelectorAll("[data-row]")) this.showRow(row, said);
    this.count = said.length;
    this.bar.hidden = said.length === 0;
    this.bar.querySelector("[data-count]").textContent = fill(this.bar.dataset.some, { n: said.length });
    this.bar.querySelector("[data-what]").textContent = said.join(this.bar.dataset.join);
    clearTimeout(this.waiting);
    if (this.count) this.waiting = setTimeout(() => this.ask(), 300);
  }

  // What it would do, as the server counts it; where it can't be told, nothing is.
  async ask() {
    const place = this.bar.querySelector("[data-effect]");
    const asked = (this.asked = {});
    const answer = await fetch(this.bar.dataset.effectUrl, { method: "POST", body: new FormData(this.form) }).catch(() => null);
    const said = answer?.ok ? (await answer.text()).trim() : "";
    if (asked === this.asked) place.textContent = new DOMParser().parseFromString(said, "text/html").body.textContent;
  }

  showRow(row, said) {
    const scope = row.querySelector("td.scope select");
    const overrides = [...row.querySelectorAll("[data-override]")];
    if (scope) this.showScope(row, scope, overrides, said);
    for (const box of row.querySelectorAll("td.fit input[type=checkbox]")) {
      const words = this.bar.dataset[box.checked ? "on" : "off"];
      const differs = box.checked !== box.defaultChecked;
      if (differs) said.push(fill(words, { what: box.getAttribute("aria-label") }));
      const override = box.parentElement.querySelector("[data-override]");
      const moved = override ? this.showOverride(box, override, said) : false;
      box.closest("td").classList.toggle("chg", differs || moved);
    }
    row.classList.toggle("has", overrides.some((one) => one.querySelector("summary").classList.contains("set")));
  }

  showScope(row, scope, overrides, said) {
    const [before, after] = [chosenText(scope, "defaultSelected"), chosenText(scope, "selected")];
    const what = row.querySelector("[data-label]").textContent.trim();
    if (before !== after) said.push(fill(this.bar.dataset.scope, { what, before, after }));
    const picked = row.querySelector("[data-chosen]");
    const boxes = [...picked.querySelectorAll("input")];
    const wanted = scope.value === "chosen" || overrides.some((one) => one.querySelector("input:checked")?.value === "chosen");
    picked.hidden = !wanted;
    const numbers = ["defaultChecked", "checked"].map((by) => boxes.filter((box) => box[by]).length);
    picked.querySelector("[data-number]").textContent = numbers[1];
    const moved = boxes.some((box) => box.checked !== box.defaultChecked);
    const label = `${what} ${picked.querySelector("header span").textContent}`;
    if (moved && wanted) said.push(fill(this.bar.dataset.scope, { what: label, before: numbers[0], after: numbers[1] }));
    scope.closest("td").classList.toggle("chg", before !== after || (moved && wanted));
  }

  showOverride(box, override, said) {
    const radios = [...override.querySelectorAll("input")];
    const word = (by) => radios.find((one) => one[by])?.parentElement.textContent.trim() ?? "";
    const now = radios.find((one) => one.checked)?.value ?? "";
    const [before, after] = [word("defaultChecked"), word("checked")];
    override.hidden = !box.checked;
    override.querySelector("summary").classList.toggle("set", now !== "");
    override.querySelector("[data-shown]").textContent = now ? after : "";
    const moved = before !== after && box.checked;
    if (moved) said.push(fill(this.bar.dataset.scope, { what: box.getAttribute("aria-label"), before, after }));
    return moved;
  }
}

customElements.define("permission-matrix", PermissionMatrix);

// <field-matrix>: the same for the fields of a role.
class FieldMatrix extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.bar = this.querySelector("[data-save-bar]");
    if (!this.bar) return;
    this.addEventListener("change", () => this.show());
    this.form.addEventListener("reset", () => setTimeout(() => this.show()));
    this.form.addEventListener("submit", () => (this.sent = true));
    addEventListener("beforeunload", (event) => this.count && !this.sent && event.preventDefault());
    this.show();
  }

  show() {
    const said = [];
    for (const row of this.querySelectorAll("[data-row]")) {
      const radios = [...row.querySelectorAll("input")];
      const word = (by) => radios.find((one) => one[by])?.getAttribute("aria-label").split(": ").pop() ?? "";
      const [before, after] = [word("defaultChecked"), word("checked")];
      if (before !== after) said.push(fill(this.bar.dataset.scope, { what: row.dataset.label, before, after }));
      for (const one of radios) one.closest("td").classList.toggle("chg", before !== after && one.checked);
    }
    this.count = said.length;
    this.bar.hidden = said.length === 0;
    this.bar.querySelector("[data-count]").textContent = fill(this.bar.dataset.some, { n: said.length });
    this.bar.querySelector("[data-what]").textContent = said.join(this.bar.dataset.join);
  }
}

customElements.define("field-matrix", FieldMatrix);
