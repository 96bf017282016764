// Where the drawer holds data-below, saving leads to the page below it.
// Links with data-drawer open their page in the drawer: the address changes, Back closes, nothing typed is lost.
import htmx from "../vendor/htmx.js";
import { dirty, drop, save } from "./drafts.js";

const drawer = document.getElementById("drawer");
let from = null; // the address under the drawer while it is open
let back = false; // this move through the history was ours

const form = () => drawer.querySelector("form[data-draft]");

export function openDrawer(link) {
  const url = new URL(link.href, location.href);
  from = location.href;
  const wait = document.getElementById("drawer-wait").content.cloneNode(true);
  drawer.replaceChildren(wait);
  drawer.classList.toggle("narrow", link.dataset.drawer === "narrow");
  drawer.showModal();
  history.pushState({ drawer: true }, "", url);
  htmx.ajax("GET", url.pathname + url.search, { source: drawer, target: "#drawer", swap: "innerHTML" });
}

function shut() {
  from = null;
  drawer.close();
  drawer.replaceChildren();
}

function leave() {
  const typed = form();
  if (typed && dirty(typed)) return ask(typed);
  history.back();
}

function ask(typed) {
  if (drawer.querySelector(".ask")) return;
  const bar = document.getElementById("drawer-ask").content.firstElementChild.cloneNode(true);
  const answers = {
    keep: () => (save(typed), history.back()),
    drop: () => (drop(typed), typed.reset(), drop(typed), history.back()),
    stay: () => (bar.remove(), typed.querySelector("input:not([type=hidden]), textarea")?.focus()),
  };
  bar.addEventListener("click", (event) => answers[event.target.dataset.ask]?.());
  drawer.querySelector("footer")?.before(bar);
  bar.querySelector('[data-ask="keep"]').focus();
}

if (drawer) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !plain || event.defaultPrevented) return;
    event.preventDefault();
    openDrawer(link);
  });
  drawer.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) leave();
  });
  drawer.addEventListener("mousedown", (event) => {
    if (event.target === drawer && event.clientX < drawer.getBoundingClientRect().left) leave();
  });
  drawer.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  drawer.addEventListener("close", () => {
    if (from) history.back();
  });
  addEventListener("popstate", () => {
    if (!from) return;
    back = true;
    setTimeout(() => (back = false), 50);
    const typed = form();
    if (typed && dirty(typed)) save(typed);
    shut();
  });
  document.addEventListener("htmx:before:history:restore", (event) => {
    if (back) event.preventDefault();
  });
  // Saved: the drawer's address leaves the history, so that Back leads to the page below.
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (!from || !ctx.hx?.redirect || !drawer.contains(ctx.sourceElement)) return;
    event.preventDefault();
    const typed = form();
    if (typed) drop(typed);
    const to = drawer.querySelector("[data-below]") ? from : ctx.hx.redirect;
    from = null;
    location.replace(to);
  });
  htmx.on("htmx:after:swap", (event) => {
    if (event.detail.ctx?.target !== drawer) return;
    drawer.classList.toggle("narrow", !drawer.querySelector(".dr-d"));
    const first = drawer.querySelector("[data-focus], [autofocus], .dr-f input:not([type=hidden]), .dr-f select, .dr-f textarea");
    (first ?? drawer.querySelector("h2"))?.focus();
  });
}
