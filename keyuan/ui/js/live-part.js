// <live-part data-url data-fields="a b">: a part of a form that the server fills anew when one of these fields changes.
import htmx from "../vendor/htmx.js";
import { later } from "./server.js";

class LivePart extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.names = (this.dataset.fields ?? "").split(" ");
    this.asked = this.query();
    const ask = later(() => this.ask(), 250);
    const changed = (event) => !event.isComposing && !this.contains(event.target) && this.names.includes(event.detail?.length ? event.detail : event.target.name) && ask();
    this.form?.addEventListener("input", changed);
    this.form?.addEventListener("change", changed);
    if ("now" in this.dataset) this.ask(true);
  }

  query() {
    const data = new FormData(this.form);
    return new URLSearchParams(this.names.flatMap((name) => data.getAll(name).map((value) => [name, value]))).toString();
  }

  async ask(anyway = false) {
    const query = this.query();
    if (query === this.asked && !anyway) return;
    this.asked = query;
    this.asking?.abort();
    this.asking = new AbortController();
    const text = await fetch(`${this.dataset.url}${this.dataset.url.includes("?") ? "&" : "?"}${query}`, {
      headers: { "HX-Request": "true" },
      credentials: "same-origin",
      signal: this.asking.signal,
    })
      .then((answer) => (answer.ok ? answer.text() : null))
      .catch(() => null); // asked anew, also while the answer comes
    if (text === null) return;
    this.innerHTML = text;
    htmx.process(this);
  }
}

customElements.define("live-part", LivePart);
