// The composer of follow-ups: what is chosen stands on its button, what a contact likes stands beside the text.
import { say } from "./words.js";

const words = { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const day = new Intl.DateTimeFormat(document.documentElement.lang, words);
const written = (text) => (text ? day.format(new Date(text)) : "");
const of = (form, name) => form.querySelector(`[data-of="${name}"]`);

function put(form, name, text) {
  const place = of(form, name);
  if (place) place.textContent = text;
}

function show(form) {
  const data = new FormData(form);
  put(form, "at", written(data.get("at")) || of(form, "at")?.dataset.now);
  put(form, "next_at", written(data.get("next_at")));
  put(form, "place", data.get("place") || "—");
  put(form, "result", form.querySelector('[name="result"]:checked')?.nextElementSibling.textContent ?? "—");
  put(form, "opportunity", form.querySelector('[name="opportunity"]:checked')?.nextElementSibling.textContent ?? "—");
  const people = [...form.querySelectorAll('[name="contacts"]:checked')];
  put(form, "contacts", people.map((one) => one.dataset.name).join(say("between")) || of(form, "contacts")?.dataset.none);
  const chosen = new Set(people.map((one) => one.value));
  for (const line of form.querySelectorAll("[data-prefers]")) line.hidden = !chosen.has(line.dataset.prefers);
  const step = form.querySelector("[data-next-step]");
  if (step) step.hidden = !data.get("next_day") && !data.get("next_at");
}

function begin(form) {
  if (form.dataset.begun) return;
  form.dataset.begun = "1";
  show(form);
  form.addEventListener("input", (event) => {
    if (event.target.name === "next_at" && event.target.value) for (const one of form.querySelectorAll('[name="next_day"]')) one.checked = false;
    if (event.target.name === "next_day") form.elements.next_at.value = "";
    show(form);
  });
  form.addEventListener("reset", () => setTimeout(() => show(form)));
}

// A chip that is chosen and pressed again is chosen no longer.
let pressed = null;
const chip = (target) => document.getElementById(target.closest?.('[data-compose] label[for^="next-"]')?.htmlFor ?? "");
document.addEventListener("pointerdown", (event) => {
  const radio = chip(event.target);
  pressed = radio?.checked ? radio : null;
});
document.addEventListener("click", (event) => {
  const radio = chip(event.target);
  if (!radio || radio !== pressed) return;
  event.preventDefault();
  pressed = null;
  radio.checked = false;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
});

// L on a record: a call is written down.
document.addEventListener("kx:log-call", () => {
  const form = document.querySelector("form[data-compose]");
  const call = form?.querySelector("[data-kind-call]");
  if (call) call.checked = true;
  form?.querySelector("textarea")?.focus();
});

const all = (root) => [...(root.matches?.("form[data-compose]") ? [root] : []), ...root.querySelectorAll("form[data-compose]")];
for (const form of all(document)) begin(form);
document.addEventListener("htmx:after:process", (event) => all(event.target).forEach(begin));

// Of a kind of lines that is chosen the button is pressed.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seg]");
  if (!link) return;
  for (const one of link.parentElement.children) {
    one.classList.toggle("on", one === link);
    one.toggleAttribute("aria-current", one === link);
  }
});
