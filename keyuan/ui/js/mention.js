// <quick-mention>: @ and a few letters in the text, or letters in the field, offer customers and leads; the chosen one is sent.
import { later } from "./server.js";
import { announce } from "./words.js";

class QuickMention extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("[role=listbox]");
    this.text = this.querySelector("textarea");
    this.who = this.querySelector("[data-who]");
    this.abouts = [...(this.closest("form")?.querySelectorAll("[data-about]") ?? [])];
    this.addEventListener("input", (event) => this.typed(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => {
      const one = event.target.closest("[role=option]");
      if (one) (event.preventDefault(), this.choose(one));
    });
    this.addEventListener("focusout", () => setTimeout(() => this.contains(document.activeElement) || this.shut(), 100));
    this.askSoon = later((q) => this.ask(q), 150);
  }

  // What stands behind the last @ before the cursor; null where there is none.
  asked(field) {
    if (field === this.who) return field.value;
    const before = field.value.slice(0, field.selectionStart);
    return /@([^\s@]{0,30})$/.exec(before)?.[1] ?? null;
  }

  typed(event) {
    if (event.isComposing) return;
    if (event.target === this.who) this.about();
    const q = this.asked(event.target);
    if (q === null) return this.shut();
    this.field = event.target;
    this.askSoon(q);
  }

  async ask(q) {
    const answer = await fetch(`${this.dataset.url}?q=${encodeURIComponent(q)}`, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer?.ok || !this.isConnected) return;
    const { found } = await answer.json();
    this.list.replaceChildren(...found.map((one) => this.option(one)));
    this.list.hidden = !found.length;
    this.mark(0);
  }

  option({ kind, id, name, told }) {
    const one = Object.assign(document.createElement("li"), { textContent: name, id: `mention-${kind}-${id}` });
    one.setAttribute("role", "option");
    Object.assign(one.dataset, { kind, id, name });
    if (told) one.append(Object.assign(document.createElement("span"), { className: "t3 fs12", textContent: ` · ${told}` }));
    return one;
  }

  mark(at) {
    const all = [...this.list.children];
    this.at = all.length ? (at + all.length) % all.length : 0;
    all.forEach((one, place) => one.setAttribute("aria-selected", place === this.at));
    if (all[this.at]) announce(all[this.at].textContent);
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    if (event.key === "Escape") (event.stopPropagation(), event.preventDefault(), this.shut());
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") (event.preventDefault(), this.mark(this.at + (event.key === "ArrowDown" ? 1 : -1)));
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") (event.preventDefault(), this.choose(this.list.children[this.at]));
  }

  choose(one) {
    if (!one) return;
    this.about(one.dataset.kind, one.dataset.id);
    this.who.value = one.dataset.name;
    if (this.field === this.text) {
      const { selectionStart: end, value } = this.text;
      const begin = value.slice(0, end).replace(/@[^\s@]{0,30}$/, "");
      this.text.value = begin + value.slice(end);
      this.text.setSelectionRange(begin.length, begin.length);
    }
    this.shut();
    this.text.focus();
    this.who.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Whom it is about: one field per kind, and one of them is filled in.
  about(kind = "", id = "") {
    for (const one of this.abouts) one.value = one.name === kind ? id : "";
  }

  shut() {
    this.askSoon.cancel();
    this.list.hidden = true;
  }
}

customElements.define("quick-mention", QuickMention);
