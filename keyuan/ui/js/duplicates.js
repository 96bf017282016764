// <duplicate-hint data-url data-fields="name,phone">: asks, while one types, whether this record exists already.
import htmx from "../vendor/htmx.js";
import { csrf, later } from "./server.js";

class DuplicateHint extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form") ?? document.getElementById(this.getAttribute("form"));
    this.fields = (this.dataset.fields ?? "").split(",").map((name) => name.trim());
    const ask = later(() => this.ask(), 400);
    const typed = (event) => !event.isComposing && this.fields.includes(event.target.name) && ask();
    this.form?.addEventListener("input", typed);
    this.form?.addEventListener("compositionend", typed);
    if (this.values()) ask();
  }

  values() {
    const found = new URLSearchParams();
    for (const name of this.fields) {
      const value = this.form?.elements.namedItem(name)?.value?.trim();
      if (value) found.append(name, value);
    }
    return String(found);
  }

  async ask() {
    const body = this.values();
    if (body === this.asked) return;
    this.asked = body;
    this.asking?.abort();
    if (!body) return this.replaceChildren();
    this.asking = new AbortController();
    const headers = { "X-CSRFToken": csrf(), "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded" };
    try {
      const answer = await fetch(this.dataset.url, { method: "POST", body, headers, signal: this.asking.signal, credentials: "same-origin" });
      if (!answer.ok) return;
      this.innerHTML = await answer.text();
      htmx.process(this);
      this.dispatchEvent(new CustomEvent("kx:duplicates", { bubbles: true }));
    } catch {
      this.asked = null; // the next key asks again
    }
  }
}

customElements.define("duplicate-hint", DuplicateHint);
