// Forms: sent once, passwords shown on request, Caps Lock named, the first error focused.
import { say } from "./words.js";

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    form.dataset.sent = "true";
    form.setAttribute("aria-busy", "true");
    for (const button of form.querySelectorAll("[data-save]")) button.setAttribute("aria-disabled", "true");
  },
  true,
);

function again(root) {
  for (const form of root.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("[data-save]")) button.removeAttribute("aria-disabled");
  }
}
document.addEventListener("htmx:finally:request", () => again(document));
addEventListener("pageshow", () => again(document));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (!button) return;
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  for (const name of ["aria-label", "title"]) button.setAttribute(name, say(shown ? "hide_password" : "show_password"));
});

for (const kind of ["keydown", "keyup"]) {
  document.addEventListener(kind, (event) => {
    const hint = event.target.closest?.("[data-field]")?.querySelector("[data-caps]");
    if (hint && event.getModifierState) hint.hidden = !event.getModifierState("CapsLock");
  });
}

// A select marked data-send sends its form at once; without script its button stays.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form?.requestSubmit();
});

document.querySelector("[data-focus]")?.focus();

// <completeness-hint data-text="… {percent} … {left} …">: how much of the form above the fold is filled in.
class CompletenessHint extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form?.addEventListener("input", () => this.tell());
    this.form?.addEventListener("change", () => this.tell());
    this.tell();
  }

  tell() {
    const boxes = [...this.form.querySelectorAll('.fgrid :is(input, select, textarea)[name]:not([type=checkbox], [type=hidden], [name^="contact-"])')];
    const names = new Map(boxes.map((box) => [box.name, box]));
    for (const one of ["tags", "parent", "former_names", "notes", "business_scope", "category"]) names.delete(one);
    const filled = [...names.values()].filter((box) => box.value.trim()).length;
    const percent = names.size ? Math.round((filled * 100) / names.size) : 100;
    this.textContent = this.dataset.text.replace("{percent}", `${percent}%`).replace("{left}", names.size - filled);
  }
}
customElements.define("completeness-hint", CompletenessHint);
