// <card-board data-url data-field data-at data-undone>: records as columns of cards; a card moves by mouse, finger, keys and menu.
// It moves at once with the sums of its columns; the server says whether it may stay, and what it asks for first.
import htmx from "../vendor/htmx.js";
import { Drag } from "./board-drag.js";
import { openMenu } from "./board-menu.js";
import { exact, shifted, short } from "./board-money.js";
import { openDrawer } from "./drawer.js";
import { prefer } from "./server.js";
import { question, send } from "./steps.js";
import { tell } from "./toasts.js";
import { announce } from "./words.js";

const AHEAD = 400; // further cards are fetched so many pixels before they are seen
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

class CardBoard extends HTMLElement {
  connectedCallback() {
    if (this.drag) return;
    this.drag = new Drag(this);
    this.queue = Promise.resolve();
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusin", (event) => this.rove(event.target.closest("[data-card]")));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-menu]");
      if (button) this.menu(button.closest("[data-card]"), button);
    });
    this.addEventListener("scroll", () => this.look(), true);
    this.swapped = (event) => event.detail.ctx?.target?.contains?.(this) && this.fresh();
    this.undone = (event) => {
      if (!this.isConnected || !new RegExp(`^/\\w+/\\d+/(${this.dataset.undone})/`).test(event.detail.url)) return;
      event.preventDefault();
      this.refresh();
    };
    document.addEventListener("htmx:after:swap", this.swapped);
    document.addEventListener("kx:undone", this.undone);
    this.fresh();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.swapped);
    document.removeEventListener("kx:undone", this.undone);
    this.drag = null;
  }

  // What the server has just sent.
  fresh() {
    const { heads, places, words } = JSON.parse(document.getElementById("board-data").textContent);
    Object.assign(this, { heads, places, words });
    this.ready();
  }

  refresh() {
    htmx.ajax("GET", this.dataset.at, { source: this, target: "#board", swap: "outerMorph" });
  }

  // Cards are walked by arrow keys: one of them is in the order of tabs, what stands in them is not.
  ready() {
    for (const card of this.querySelectorAll("[data-card]:not([tabindex])")) {
      card.tabIndex = -1;
      card.setAttribute("aria-describedby", "board-keys");
      for (const one of card.querySelectorAll("a, button")) one.tabIndex = -1;
    }
    if (!this.querySelector('[data-card][tabindex="0"]')) this.rove(this.querySelector("[data-card]"));
    requestAnimationFrame(() => this.look());
  }

  rove(card) {
    if (!card || card.tabIndex === 0) return;
    for (const one of this.querySelectorAll('[data-card][tabindex="0"]')) one.tabIndex = -1;
    card.tabIndex = 0;
  }

  columns() {
    return [...this.querySelectorAll("[data-column]")];
  }

  column(key) {
    return this.querySelector(`[data-column="${CSS.escape(key)}"]`);
  }

  card(id) {
    return this.querySelector(`[data-card="${CSS.escape(id)}"]`);
  }

  nameOf(card) {
    return card.querySelector(".nm").textContent;
  }

  // Further cards

  async look() {
    for (const more of this.querySelectorAll("[data-more]:not([aria-busy])")) {
      const box = more.getBoundingClientRect();
      const edge = more.parentElement.getBoundingClientRect();
      if (box.top < Math.min(edge.bottom, innerHeight) + AHEAD && box.left < innerWidth && box.right > 0) this.more(more);
    }
  }

  async more(more) {
    more.setAttribute("aria-busy", "true");
    const answer = await fetch(more.dataset.more, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const found = document.createRange().createContextualFragment(await answer.text());
    for (const card of found.querySelectorAll("[data-card]")) if (this.card(card.dataset.card)) card.remove();
    more.replaceWith(found);
    this.ready();
  }

  // Dragging

  lifted(card) {
    card.classList.add("from");
    this.clear();
  }

  over(card, place) {
    const own = card.closest("[data-column]");
    const there = !place || place === own || "past" in place.dataset ? null : place;
    if (there === this.there) return;
    this.leave();
    this.there = there;
    if (!there) return;
    there.classList.add("over");
    const key = there.dataset.column;
    if (key) this.ghost(card, there);
    this.paint(this.after(card, own.dataset.column, key));
  }

  leave() {
    this.there?.classList.remove("over");
    this.there = null;
    this.querySelector(".dk.ghost")?.remove();
    this.paint();
  }

  dropped(card, place) {
    card.classList.remove("from");
    const there = this.there;
    if (!there || !place) return this.leave();
    there.classList.remove("over");
    this.there = null;
    return this.move(card.dataset.card, there.dataset.column ?? null, there.dataset.zoneUrl);
  }

  chance(card, column) {
    const now = card.dataset.probability;
    return "byHand" in card.dataset ? now : column?.dataset.probability ?? now;
  }

  ghost(card, column) {
    const ghost = Object.assign(document.createElement("div"), { className: "dk ghost" });
    const to = this.chance(card, column);
    const from = card.dataset.probability;
    if (from !== undefined && to !== from) ghost.textContent = fill(this.words.chance, { from, to });
    this.put(ghost, column, card.dataset.order);
  }

  // Sums

  after(card, from, to) {
    const months = this.dataset.field === "month" ? this.columns().find((one) => !("past" in one.dataset))?.dataset.column : "";
    return shifted(this.heads, card, from, to, Number(this.chance(card, to ? this.column(to) : null) ?? 0), months);
  }

  paint(heads = this.heads) {
    for (const column of this.columns()) this.write(column, "head", heads[column.dataset.column]);
    this.write(document.getElementById("board"), "total", heads.total);
    for (const zone of this.querySelectorAll("[data-zone]")) this.write(zone, "sum", heads[zone.dataset.zone]);
  }

  write(place, kind, head) {
    for (const one of head ? place.querySelectorAll(`[data-${kind}]`) : []) {
      const what = one.dataset[kind];
      if (!(what in head)) continue;
      const money = !["number", "still"].includes(what);
      const target = one.querySelector("[title]") ?? one;
      target.textContent = money ? short(head[what]) : head[what].toLocaleString("en-US");
      if (money) target.title = exact(head[what]);
    }
  }

  // Where a card stands in a column: in the order of days, before the cards that are not there yet.
  put(card, column, order = card.dataset.order) {
    const cards = column.querySelector("[data-cards]");
    const next = [...cards.children].find((one) => (one.dataset.order ?? "~") > order);
    cards.insertBefore(card, next ?? null);
  }

  // A move: one after the other, because each raises the version of its card.
  move(id, key, url) {
    this.queue = this.queue.then(() => this.go(id, key, url)).catch((error) => (this.refresh(), Promise.reject(error)));
    return this.queue;
  }

  async go(id, key, url = "") {
    const card = this.card(id);
    const to = key ? this.column(key) : null;
    const own = card?.closest("[data-column]");
    if (!card || to === own) return this.leave();
    this.clear();
    const focused = card.contains(document.activeElement);
    const home = document.createComment("");
    const jumps = to && !("asks" in to.dataset);
    if (jumps) {
      this.querySelector(".dk.ghost")?.remove();
      card.before(home);
      this.paint((this.heads = this.after(card, own.dataset.column, key)));
      this.put(card, to);
      if (focused) card.focus();
    } else if (to && !this.querySelector(".dk.ghost")) this.ghost(card, to);
    card.setAttribute("aria-busy", "true");
    const before = this.heads;
    const values = { version: card.dataset.version, board: this.dataset.at, ...(key ? { [this.dataset.field]: key } : {}) };
    const address = (url || this.dataset.url).replace("/0/", `/${id}/`);
    let result = await send(address, values);
    if (result.asked && jumps) this.back(card, home, own, key);
    if (result.asked) result = await question(result.asked);
    card.removeAttribute("aria-busy");
    this.querySelector(".dk.ghost")?.remove();
    if (result?.told?.drawer) return this.leads(card, result.told.drawer);
    if (result?.told) return this.adopt(card, result.told, focused);
    if (home.isConnected) this.back(card, home, own, key);
    else if (before === this.heads) this.paint();
    if (focused) card.focus();
    if (!result) return announce(fill(this.words.stays, { name: this.nameOf(card) }));
    return this.refused(card, result, focused);
  }

  // What the move comes to is decided in the drawer; the card stays until then.
  leads(card, href) {
    this.paint();
    openDrawer({ href, dataset: {} });
  }

  back(card, home, own, key) {
    this.heads = shifted(this.heads, card, key, own.dataset.column, Number(card.dataset.probability ?? 0), "");
    home.replaceWith(card);
    this.paint();
  }

  adopt(card, told, focused) {
    const fresh = this.replaced(card, told);
    if (focused) (fresh ?? this.querySelector("[data-card]"))?.focus();
    if (told.toast) tell(told.toast);
  }

  // The card as it stands now, where it stands now, with the sums of all columns.
  replaced(card, { card: html, place, heads }) {
    const fresh = html ? document.createRange().createContextualFragment(html).firstElementChild : null;
    const column = place ? this.column(place) : null;
    card.remove();
    if (fresh && column) this.put(fresh, column);
    if (heads) this.heads = { ...this.heads, ...heads };
    this.ready();
    this.paint();
    return fresh;
  }

  // Back where it was, or where somebody else has put it, with the reason in place.
  refused(card, result, focused) {
    const shown = result.heads ? this.replaced(card, result) : card;
    const said = fill(this.words.back, { name: this.nameOf(card), reason: result.sentence });
    if (!shown) return tell({ text: result.sentence });
    const note = Object.assign(document.createElement("p"), { className: "why bad fs12", textContent: result.sentence });
    note.dataset.why = "";
    shown.append(note);
    if (focused) shown.focus();
    shown.scrollIntoView({ block: "nearest", inline: "nearest" });
    return announce(said);
  }

  clear() {
    for (const one of this.querySelectorAll("[data-why]")) one.remove();
  }

  // Keys

  key(event) {
    const card = event.target;
    if (!card.matches?.("[data-card]") || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const walk = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] }[event.key];
    if (walk && event.shiftKey && walk[0]) this.push(card, walk[0]);
    else if (walk && !event.shiftKey) this.walk(card, walk);
    else if (event.key === "Enter") card.querySelector(".nm").click();
    else if (event.key === "ContextMenu" || event.key.toLowerCase() === "m") this.menu(card, card);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  walk(card, [across, down]) {
    const own = card.closest("[data-column]");
    const cards = (column) => [...column.querySelectorAll("[data-card]")];
    const place = cards(own).indexOf(card);
    if (down) return cards(own)[place + down]?.focus();
    const rest = this.columns().slice(this.columns().indexOf(own));
    const way = across > 0 ? rest.slice(1) : this.columns().slice(0, this.columns().indexOf(own)).reverse();
    const next = way.find((one) => cards(one).length);
    return next && cards(next)[Math.min(place, cards(next).length - 1)].focus();
  }

  push(card, by) {
    if (card.matches(".fixed")) return announce(fill(card.dataset.fixed ?? this.words.fixed, { name: this.nameOf(card) }));
    const all = this.columns();
    const next = all[all.indexOf(card.closest("[data-column]")) + by];
    if (!next || "past" in next.dataset) return announce(this.words.nowhere);
    return this.move(card.dataset.card, next.dataset.column);
  }

  menu(card, button) {
    const name = this.nameOf(card);
    const own = card.closest("[data-column]").dataset.column;
    const places = card.matches(".fixed") ? [] : this.places.filter(([key]) => key !== own);
    const title = places.length ? fill(this.words.to, { name }) : fill(card.dataset.fixed ?? this.words.fixed, { name });
    const link = { text: this.words.open, go: () => card.querySelector(".nm").click() };
    const items = places.map(([key, text]) => ({ text, go: () => this.move(card.dataset.card, key) }));
    openMenu(button, title, [...items, link], () => this.card(card.dataset.card)?.focus());
  }
}

customElements.define("card-board", CardBoard);

// The shape that somebody chooses is remembered before they go there.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-prefer]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  await prefer(...link.dataset.prefer.split("="));
  location.href = link.href;
});
