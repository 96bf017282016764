// Shortcuts. Off while typing or composing, and off altogether where the person said so.
import { toggleRail, toggleSide } from "./shell.js";

const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]";
const GO = { c: "customers", d: "opportunities", l: "leads", a: "activities", r: "reports", h: "home" };
let going = 0;

const visible = (selector) => [...document.querySelectorAll(selector)].find((one) => one.offsetParent !== null);
const press = (selector) => () => visible(selector)?.click();
const typing = (event) => event.isComposing || event.keyCode === 229 || event.target.matches?.(FIELDS);

function rows(by) {
  const neighbour = visible(by > 0 ? "[data-next-record]" : "[data-previous-record]");
  if (neighbour) return neighbour.click();
  const all = [...document.querySelectorAll("[data-rows] tbody tr")];
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("cur"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  all[at]?.classList.remove("cur");
  next.classList.add("cur");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
}

// The form of the row that J and K have chosen.
function editRow() {
  const name = document.querySelector("[data-rows] tr.cur a.n");
  if (!name) return;
  const edit = Object.assign(document.createElement("a"), { href: `${name.pathname}edit/`, hidden: true });
  edit.dataset.drawer = "";
  name.after(edit);
  edit.click();
  edit.remove();
}

const plain = {
  "/": () => visible("[data-list-search], .sbox input")?.focus(),
  "?": () => document.getElementById("help")?.showModal(),
  "[": () => toggleSide(),
  "]": () => toggleRail(),
  c: press("[data-create]"),
  e: () => (visible("[data-edit]") ? press("[data-edit]")() : editRow()),
  l: () => document.dispatchEvent(new Event("kx:log-call")),
  j: () => rows(1),
  k: () => rows(-1),
  q: () => (document.getElementById("rail-quick") ? document.querySelector('[data-rail="quick"]')?.click() : press("[data-quick]")()),
};

function command(event) {
  if (event.key !== "Enter") return false;
  const form = event.target.closest?.("form");
  if (!form) return false;
  form.requestSubmit(form.querySelector("[data-save]") ?? undefined);
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    if (command(event)) event.preventDefault();
    return;
  }
  if (event.altKey || typing(event) || document.documentElement.dataset.shortcuts === "off") return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (going && Date.now() - going < 1500 && GO[key]) {
    going = 0;
    event.preventDefault();
    return document.querySelector(`[data-module="${GO[key]}"]`)?.click();
  }
  going = key === "g" ? Date.now() : 0;
  const act = event.shiftKey && key === "ArrowRight" ? press("[data-advance]") : plain[key];
  if (!act) return;
  event.preventDefault();
  act();
});
