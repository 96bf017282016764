// What is typed into form[data-draft] is kept on this computer, per person, until the form is saved or dropped.
import { later } from "./server.js";
import { say } from "./words.js";

const user = document.documentElement.dataset.user ?? "";
const SUBMITTED = "kx:submitted";
const place = (form) => `kx:draft:${user}:${form.dataset.draft}`;
const kept = new WeakMap();

const clock = (at) => new Date(at).toTimeString().slice(0, 5);
const keep = (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type);

export function values(form) {
  const found = {};
  for (const field of form.elements) {
    if (!keep(field)) continue;
    const value = ["checkbox", "radio"].includes(field.type) ? (field.checked ? field.value : null) : field.value;
    (found[field.name] ??= []).push(value);
  }
  return found;
}

export const dirty = (form) => kept.has(form) && JSON.stringify(values(form)) !== kept.get(form);

export function drop(form) {
  localStorage.removeItem(place(form));
  if (kept.has(form)) kept.set(form, JSON.stringify(values(form)));
}

function tell(form, text, undo) {
  const line = form.querySelector("[data-draft-state]");
  if (!line) return;
  line.textContent = text;
  if (!undo) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "lnk a", textContent: say("draft_drop") });
  button.addEventListener("click", undo);
  line.append(" ", button);
}

export function save(form) {
  const now = Date.now();
  localStorage.setItem(place(form), JSON.stringify({ at: now, values: values(form) }));
  tell(form, say("draft_kept", { time: clock(now) }));
}

function fill(form, all) {
  const seen = {};
  for (const field of form.elements) {
    if (!keep(field) || !(field.name in all)) continue;
    const index = (seen[field.name] = (seen[field.name] ?? -1) + 1);
    const value = all[field.name][index];
    if (["checkbox", "radio"].includes(field.type)) field.checked = value !== null && value !== undefined;
    else if (value !== undefined && value !== null) field.value = value;
  }
}

export function begin(form) {
  if (kept.has(form)) return;
  const empty = values(form);
  kept.set(form, JSON.stringify(empty));
  if ("draftFresh" in form.dataset) localStorage.removeItem(place(form));
  const draft = JSON.parse(localStorage.getItem(place(form)) ?? "null");
  if (!draft || form.querySelector("[data-focus]") || JSON.stringify(draft.values) === kept.get(form)) return;
  fill(form, draft.values);
  tell(form, say("draft_restored", { time: clock(draft.at) }), () => {
    fill(form, empty);
    drop(form);
    tell(form, "");
  });
  form.dispatchEvent(new Event("input", { bubbles: false }));
}

const saveSoon = later((form) => form.isConnected && dirty(form) && save(form), 400);
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && kept.has(form)) saveSoon(form);
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-keep-drafts]")) {
    for (const form of document.querySelectorAll("form[data-draft]")) if (dirty(form)) save(form);
  } else if (event.target.matches("[data-sign-out]")) {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`kx:draft:${user}:`)) localStorage.removeItem(key);
  } else if (event.target.matches("form[data-draft]")) {
    saveSoon.cancel();
    if (dirty(event.target)) save(event.target);
    sessionStorage.setItem(SUBMITTED, place(event.target));
  }
});

// The form is gone after it was sent: it was saved, and its draft may go.
export function settle() {
  const sent = sessionStorage.getItem(SUBMITTED);
  if (!sent) return;
  const standing = [...document.querySelectorAll("form[data-draft]")].some((form) => place(form) === sent);
  const refused = document.querySelector("[data-focus], .errp");
  if (!standing && !refused) localStorage.removeItem(sent);
  sessionStorage.removeItem(SUBMITTED);
}

addEventListener("beforeunload", (event) => {
  for (const form of document.querySelectorAll("form[data-draft]")) if (!form.dataset.sent && dirty(form)) save(form);
});

settle();
for (const form of document.querySelectorAll("form[data-draft]")) begin(form);
document.addEventListener("htmx:after:process", (event) => {
  for (const form of event.target.querySelectorAll?.("form[data-draft]") ?? []) begin(form);
  if (event.target.matches?.("form[data-draft]")) begin(event.target);
});
