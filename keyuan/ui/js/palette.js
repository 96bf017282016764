// <command-palette>: Ctrl K or ⌘ K. Old results stay until new ones are there; nothing is asked while composing.
import { later } from "./server.js";
import { announce, mac, say } from "./words.js";

const WAIT = 200;

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.list = this.querySelector('[role="listbox"]');
    this.start = this.querySelector("[data-start]");
    this.ask = later(() => this.search(), WAIT);
    this.input.addEventListener("input", (event) => event.isComposing || this.ask());
    this.input.addEventListener("compositionend", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousemove", (event) => this.mark(event.target.closest('[role="option"]')));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog || event.target.closest("[data-close]") || event.target.closest("a.it")) this.dialog.close();
    });
  }

  open() {
    if (this.dialog.open) return this.input.select();
    this.input.value = "";
    this.show(this.start.innerHTML);
    this.dialog.showModal();
    this.input.focus();
  }

  async search() {
    const query = this.input.value.trim();
    this.asking?.abort();
    if (!query) return this.show(this.start.innerHTML);
    this.asking = new AbortController();
    try {
      const url = `${this.dataset.url}?${new URLSearchParams({ q: query })}`;
      const headers = { "HX-Request": "true", "HX-Target": "div#palette-list" };
      const answer = await fetch(url, { headers, signal: this.asking.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.show(await answer.text());
      if (!this.options.length) this.say(say("no_results", { query }));
      else announce(say("results", { count: this.options.length }));
    } catch (error) {
      if (error.name !== "AbortError") this.say(say("search_failed"));
    }
  }

  show(html) {
    this.list.innerHTML = html;
    this.options.forEach((one, index) => {
      one.id ||= `palette-${index}`;
      one.tabIndex = -1;
    });
    this.mark(this.options[0]);
  }

  say(text) {
    const line = Object.assign(document.createElement("p"), { className: "pal-none", textContent: text });
    this.list.replaceChildren(line);
    this.mark(null);
    announce(text);
  }

  get options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  mark(one) {
    if (one === undefined) one = null;
    for (const other of this.options) {
      other.classList.toggle("on", other === one);
      other.setAttribute("aria-selected", String(other === one));
    }
    if (one) this.input.setAttribute("aria-activedescendant", one.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing) return;
    const options = this.options;
    const at = options.findIndex((one) => one.classList.contains("on"));
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      const next = options[(at + move + options.length) % options.length];
      this.mark(next);
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && options[at]) {
      event.preventDefault();
      event.stopPropagation();
      if (event.ctrlKey || event.metaKey) open(options[at].href, "_blank", "noopener");
      else options[at].click();
    }
  }
}

customElements.define("command-palette", CommandPalette);

const palette = document.querySelector("command-palette");
if (palette) {
  document.addEventListener("keydown", (event) => {
    const command = mac ? event.metaKey : event.ctrlKey;
    if (!command || event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    palette.open();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    palette.open();
  });
}
