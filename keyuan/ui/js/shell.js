// The frame: quick menu, rail, theme and density, counts, dialogs, and small buttons that belong to no form.
import htmx from "../vendor/htmx.js";
import { prefer } from "./server.js";
import { refuse, tell } from "./toasts.js";
import { say } from "./words.js";

const app = document.getElementById("app");
const root = document.documentElement;
document.cookie = "keyuan_script=1; path=/; samesite=lax"; // the bell is counted for pages without script
const wide = matchMedia("(min-width: 1200px)");
const phone = matchMedia("(max-width: 767px)");

export function toggleSide() {
  if (!app) return;
  if (phone.matches) return openSide(!app.classList.contains("side-shown"));
  const off = app.classList.toggle("side-off");
  for (const one of document.querySelectorAll("[data-side-toggle]")) one.setAttribute("aria-expanded", String(!off));
  prefer("side_collapsed", off ? "on" : "off");
}

function openSide(open) {
  app.classList.toggle("side-shown", open);
  if (open) document.querySelector("#side a, #side button")?.focus();
  else document.querySelector("[data-side-open]")?.focus();
}

export function toggleRail(key) {
  const rail = document.getElementById("rail");
  if (!rail) return;
  if (!wide.matches) {
    const shown = app.classList.toggle("rail-shown");
    if (shown) showPanel(key);
    return;
  }
  const open = app.classList.toggle("rail-open");
  prefer(rail.dataset.preference, open ? "on" : "off");
  if (open) showPanel(key);
}

function openRail(key) {
  const shown = app.classList.contains(wide.matches ? "rail-open" : "rail-shown");
  if (shown) showPanel(key);
  else toggleRail(key);
}

function showPanel(key) {
  const tabs = [...document.querySelectorAll("[data-panel]")];
  const foot = key && document.getElementById(`rail-${key}`);
  const chosen = tabs.find((one) => one.dataset.panel === key) ?? tabs.find((one) => one.classList.contains("on"));
  for (const one of tabs) {
    one.classList.toggle("on", one === chosen);
    one.setAttribute("aria-pressed", String(one === chosen));
  }
  for (const one of document.querySelectorAll("[data-clear]")) one.hidden = one.dataset.clear !== chosen?.dataset.panel;
  if (chosen) htmx.ajax("GET", chosen.dataset.url, { target: "#rail-body", swap: "innerHTML" });
  for (const one of document.querySelectorAll(".quick[data-url]")) {
    if (!one.childElementCount) htmx.ajax("GET", one.dataset.url, { target: one, swap: "innerHTML" }).then(() => one === foot && focusIn(foot));
  }
  if (foot) focusIn(foot);
}

const focusIn = (place) => place.querySelector("textarea, input, button")?.focus();

// Numbers that stand in several places: the bell, the rail, a tab.
export function showCounts(counts) {
  for (const one of document.querySelectorAll("[data-count]")) {
    if (!(one.dataset.count in counts)) continue;
    const number = counts[one.dataset.count];
    one.textContent = number > 99 ? "99+" : number || "";
    one.hidden = !number;
  }
}

htmx.on("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id !== "side-menu") return;
  const counts = document.getElementById("kx-counts");
  if (counts) showCounts(JSON.parse(counts.textContent));
});
document.addEventListener("kx:counts-now", (event) => showCounts(event.detail));

function choose(name, value) {
  if (name === "theme") {
    root.dataset.theme = value;
    root.dispatchEvent(new CustomEvent("kx:theme-chosen"));
  }
  if (name === "density") root.dataset.density = value;
  if (name === "shortcuts") root.dataset.shortcuts = value;
  for (const one of document.querySelectorAll(`[data-preferences] [name="${name}"]`)) {
    one.classList.toggle("on", one.value === value);
    one.setAttribute("aria-pressed", String(one.value === value));
  }
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  const form = event.target;
  if (form.matches("[data-theme-form]")) {
    event.preventDefault();
    const value = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    choose("theme", value);
    prefer("theme", value);
  } else if (form.matches("[data-preferences]") && button && button.name !== "language") {
    event.preventDefault();
    choose(button.name, button.value);
    prefer(button.name, button.value);
  }
});

const clicks = {
  "[data-side-toggle]": () => toggleSide(),
  "[data-side-open]": () => openSide(true),
  "[data-side-close]": () => openSide(false),
  "[data-rail-toggle]": () => toggleRail(),
  "[data-rail]": (one) => document.getElementById("rail") && openRail(one.dataset.rail),
  "[data-panel]": (one) => showPanel(one.dataset.panel),
  "[data-help]": () => document.getElementById("help")?.showModal(),
  "[data-back]": () => history.back(),
  "[data-copy-address]": () => copy(location.href),
  "[data-copy]": (one) => copy(one.dataset.copy),
  "dialog.dlg [data-close]": (one) => one.closest("dialog").close(),
};

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell({ text: say("copied") });
  } catch {
    refuse(text);
  }
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const [selector, act] of Object.entries(clicks)) {
    const one = event.target.closest(selector);
    if (!one) continue;
    event.preventDefault();
    return act(one);
  }
  if (app?.classList.contains("side-shown") && !event.target.closest("#side")) openSide(false);
  if (app?.classList.contains("rail-shown") && !event.target.closest("#rail")) app.classList.remove("rail-shown");
  if (event.target.matches("dialog.dlg")) event.target.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (app?.classList.contains("side-shown")) openSide(false);
  app?.classList.remove("rail-shown");
});

if (app?.classList.contains("rail-open") && wide.matches) showPanel();

// In a strip that scrolls sideways one sees where one is. Asked once the page is laid out, not to have it laid out twice.
requestAnimationFrame(() => {
  for (const one of document.querySelectorAll(".tabs > [aria-current], .roles > [aria-current]")) {
    const [strip, here] = [one.parentElement, one.getBoundingClientRect()];
    const within = strip.getBoundingClientRect();
    if (here.right > within.right || here.left < within.left) strip.scrollLeft += here.right - within.right + 48;
  }
});
