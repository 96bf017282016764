// <week-calendar>: plans are dragged to another time or day and made longer, by pointer, touch or keyboard. What the
// server refuses goes back. Without script, entries are links, and the form moves them.
const QUARTER = 15;
const SLOTS = 96;
const HELD = 350; // milliseconds after which a finger lifts an entry instead of scrolling
const NEAR = 4; // pixels that are still a click
const MINUTE = 60_000;
let scrolled = null; // where the hours stood before the calendar was exchanged
let focused = null; // the entry that had the focus

const pad = (number) => String(number).padStart(2, "0");
const written = (at) => `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}T${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`;
const wall = (text) => new Date(`${text.length < 11 ? `${text}T00:00` : text}Z`); // clocks of the organisation, whatever the browser's zone
const plus = (text, minutes) => written(new Date(wall(text).getTime() + minutes * MINUTE));
const between = (first, last) => (wall(last) - wall(first)) / MINUTE;
const csrf = () => document.cookie.match(/(?:^|; )(?:__Host-)?keyuan_csrf=([^;]+)/)?.[1] ?? "";
const tell = (toast) => document.dispatchEvent(new CustomEvent("kx:toast", { detail: { toasts: [toast] } }));

class WeekCalendar extends HTMLElement {
  connectedCallback() {
    this.scroller = this.querySelector("[data-scroll]");
    this.place();
    this.addEventListener("pointerdown", (event) => this.down(event));
    this.addEventListener("click", (event) => this.clicked(event), true);
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.undone = (event) => {
      if (!event.detail.url.includes("/activities/plans/")) return;
      event.preventDefault();
      this.refresh();
    };
    document.addEventListener("kx:undone", this.undone);
    this.clock = setInterval(() => this.now(), MINUTE);
    this.now();
    if (focused) this.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
    focused = null;
  }

  disconnectedCallback() {
    document.removeEventListener("kx:undone", this.undone);
    clearInterval(this.clock);
    if (this.scroller) scrolled = this.scroller.scrollTop;
  }

  // The morning stands at the top, or the first entry where it is earlier.
  place() {
    if (!this.scroller) return;
    const first = Math.max(0, Math.min(32, Number(this.scroller.dataset.earliest) - 1));
    const row = this.querySelector(".cal-col")?.getBoundingClientRect().height / SLOTS || 0;
    this.scroller.scrollTop = scrolled ?? (first && first * row + 10);
    scrolled = null;
  }

  // The line of the present: the hour on this page is the server's, minutes pass here.
  now() {
    const line = this.querySelector("[data-now]");
    if (!line) return;
    this.begun ??= { at: Date.now(), slot: Number([...line.classList].find((one) => /^s\d+$/.test(one)).slice(1)) };
    const minutes = this.begun.slot * QUARTER + (new Date().getMinutes() % QUARTER) + Math.floor((Date.now() - this.begun.at) / MINUTE / QUARTER) * QUARTER;
    const height = line.parentElement.getBoundingClientRect().height;
    line.style.gridRow = "1";
    line.style.top = `${(minutes / 60 / 24) * height}px`;
  }

  refresh() {
    focused = document.activeElement?.closest?.("[data-id]")?.dataset.id ?? focused;
    this.dispatchEvent(new Event("kx:moved"));
  }

  // Pointer

  down(event) {
    const entry = event.target.closest("[data-edit]");
    if (!entry || event.button || this.drag || !this.contains(entry)) return;
    const box = entry.getBoundingClientRect();
    const drag = { entry, x: event.clientX, y: event.clientY, grab: event.clientY - box.top, id: event.pointerId, resize: Boolean(event.target.closest(".rz")) };
    const abort = new AbortController();
    const on = (kind, act, options) => document.addEventListener(kind, act, { signal: abort.signal, ...options });
    drag.stop = () => (abort.abort(), clearTimeout(drag.timer), clearInterval(drag.roll));
    this.drag = drag;
    if (event.pointerType === "touch") {
      drag.timer = setTimeout(() => this.lift(drag), HELD);
      on("touchmove", (moved) => drag.lifted && moved.preventDefault(), { passive: false });
    }
    on("pointermove", (moved) => this.moved(moved, drag));
    on("pointerup", (up) => this.up(up, drag));
    on("pointercancel", () => this.cancel(drag));
    on("keydown", (key) => key.key === "Escape" && drag.lifted && (key.preventDefault(), key.stopPropagation(), this.cancel(drag)), { capture: true });
  }

  lift(drag) {
    drag.lifted = true;
    const { entry } = drag;
    drag.ghost = entry.cloneNode(true);
    drag.ghost.classList.add("held");
    drag.ghost.removeAttribute("data-edit");
    entry.classList.add("lifted");
    document.documentElement.classList.add("drags");
    drag.roll = setInterval(() => this.roll(drag), 40);
  }

  moved(event, drag) {
    if (event.pointerId !== drag.id) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > NEAR;
    if (!drag.lifted) {
      if (!far) return;
      if (event.pointerType === "touch") return this.cancel(drag);
      this.lift(drag);
    }
    drag.last = event;
    this.show(drag, event);
  }

  // Near its upper and lower edge the hours roll on.
  roll(drag) {
    if (!drag.last || !this.scroller) return;
    const box = this.scroller.getBoundingClientRect();
    const { clientY } = drag.last;
    const by = clientY > box.bottom - 28 ? 12 : clientY < box.top + 84 && clientY > box.top ? -12 : 0;
    if (!by || drag.to?.whole) return;
    this.scroller.scrollTop += by;
    this.show(drag, drag.last);
  }

  under(event) {
    return document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.matches?.("[data-day]") && this.contains(one));
  }

  show(drag, event) {
    const place = drag.resize ? drag.entry.closest("[data-day]") : this.under(event);
    for (const one of this.querySelectorAll(".drop-here")) one.classList.remove("drop-here");
    if (!place) {
      drag.to = null;
      return drag.ghost.remove();
    }
    const hours = place.classList.contains("cal-col");
    drag.to = hours ? this.atHour(drag, place, event) : this.atDay(drag.entry, place);
    if (hours) this.draw(drag, place);
    else {
      drag.ghost.remove();
      place.classList.add("drop-here");
    }
  }

  lasts(entry) {
    const { starts, ends } = entry.dataset;
    return starts && ends && !("whole" in entry.dataset) ? between(starts, ends) : 60;
  }

  atHour(drag, column, event) {
    const box = column.getBoundingClientRect();
    const slot = (y) => Math.round(((y - box.top) / box.height) * SLOTS);
    const { entry } = drag;
    const day = column.dataset.day;
    if (drag.resize) {
      const first = entry.dataset.starts;
      const end = Math.max(between(`${day}T00:00`, first) / QUARTER + 1, Math.min(SLOTS, slot(event.clientY)));
      return { starts: first, ends: plus(`${day}T00:00`, end * QUARTER), whole: false };
    }
    const grab = entry.classList.contains("ev-k") ? drag.grab : 8;
    const start = Math.max(0, Math.min(SLOTS - 1, slot(event.clientY - grab)));
    const starts = plus(`${day}T00:00`, start * QUARTER);
    return { starts, ends: plus(starts, this.lasts(entry)), whole: false };
  }

  // Another day at the same time of day; the row above the hours makes it a whole day.
  atDay(entry, place) {
    const { starts, ends } = entry.dataset;
    const day = place.dataset.day;
    const whole = "whole" in place.dataset || "whole" in entry.dataset;
    if (whole) {
      const days = "whole" in entry.dataset && ends ? Math.max(1, Math.round(between(starts, ends) / 1440)) : 1;
      return { starts: `${day}T00:00`, ends: plus(`${day}T00:00`, days * 1440), whole: true };
    }
    const first = `${day}T${starts ? starts.slice(11) : "09:00"}`;
    return { starts: first, ends: starts && !ends ? "" : plus(first, this.lasts(entry)), whole: false };
  }

  draw(drag, column) {
    const { ghost, to } = drag;
    const first = Math.round(between(`${column.dataset.day}T00:00`, to.starts) / QUARTER);
    const last = Math.min(SLOTS, Math.max(first + 1, Math.round(between(`${column.dataset.day}T00:00`, to.ends) / QUARTER)));
    if (!ghost.classList.contains("ev-k")) {
      ghost.className = "ev-k t1 held";
      ghost.innerHTML = "<b></b><span></span>";
      ghost.querySelector("b").textContent = drag.entry.querySelector(".trunc")?.textContent ?? drag.entry.textContent;
    }
    ghost.className = ghost.className.replace(/\b[sein]\d+\b/g, "").replace(/\s+/g, " ");
    ghost.classList.add(`s${first}`, `e${last}`);
    const time = ghost.querySelector("span:not(.sr)");
    if (time) time.textContent = `${to.starts.slice(11)}–${to.ends.slice(11)}`;
    if (ghost.parentElement !== column) column.append(ghost);
  }

  cancel(drag) {
    drag.stop();
    drag.ghost?.remove();
    drag.entry.classList.remove("lifted");
    document.documentElement.classList.remove("drags");
    for (const one of this.querySelectorAll(".drop-here")) one.classList.remove("drop-here");
    this.drag = null;
  }

  async up(event, drag) {
    if (event.pointerId !== drag.id) return;
    const { to, entry, lifted, ghost } = drag;
    drag.stop();
    document.documentElement.classList.remove("drags");
    if (lifted) {
      this.quiet = true; // the click that follows is none
      setTimeout(() => (this.quiet = false), 50);
    }
    const same = !to || (to.starts === entry.dataset.starts && to.ends === entry.dataset.ends && to.whole === "whole" in entry.dataset);
    if (!lifted || same) return this.cancel(drag);
    for (const one of this.querySelectorAll(".drop-here")) one.classList.remove("drop-here");
    ghost.classList.remove("held");
    await this.send(entry, to);
    this.cancel(drag);
  }

  clicked(event) {
    if (this.quiet) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const column = event.target.closest(".cal-col[data-day]");
    if (!column || event.target !== column || document.querySelector("dialog[open], details[open]")) return;
    const box = column.getBoundingClientRect();
    const slot = Math.floor(((event.clientY - box.top) / box.height) * 48) * 2;
    this.plan(plus(`${column.dataset.day}T00:00`, slot * QUARTER));
  }

  // A click on a free half hour opens the form with it.
  plan(starts) {
    const create = document.querySelector("[data-create][href*='/plans/new/']");
    if (!create) return;
    const url = new URL(create.href);
    url.searchParams.set("starts_at", starts);
    const link = Object.assign(document.createElement("a"), { href: url, hidden: true });
    link.dataset.drawer = "narrow";
    create.after(link);
    link.click();
    link.remove();
  }

  // Keyboard: Shift and an arrow move by a quarter of an hour or a day; with Alt as well they change the length.
  key(event) {
    const entry = event.target.closest("[data-edit]");
    const arrows = { ArrowUp: -QUARTER, ArrowDown: QUARTER, ArrowLeft: -1440, ArrowRight: 1440 };
    if (!entry || !event.shiftKey || !(event.key in arrows) || event.ctrlKey || event.metaKey || !entry.dataset.starts) return;
    event.preventDefault();
    const whole = "whole" in entry.dataset;
    const by = arrows[event.key];
    const { starts, ends } = entry.dataset;
    if (whole && Math.abs(by) < 1440) return;
    let to = { starts: plus(starts, by), ends: ends && plus(ends, by), whole };
    if (event.altKey) to = { starts, ends: plus(ends || plus(starts, 30), by), whole };
    if (to.ends && between(to.starts, to.ends) < QUARTER) return;
    focused = entry.dataset.id;
    this.send(entry, to);
  }

  // Sending

  async send(entry, to) {
    if (this.sending) return;
    const which = "repeats" in entry.dataset ? await this.which() : "this";
    if (!which) return;
    this.sending = true;
    const values = { starts_at: to.starts, ends_at: to.ends, is_all_day: to.whole ? "1" : "", version: entry.dataset.v, which };
    const answer = await fetch(`/activities/plans/${entry.dataset.id}/move/`, {
      method: "POST",
      body: new URLSearchParams(values),
      headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch" },
      credentials: "same-origin",
    }).catch(() => null);
    this.sending = false;
    if (answer?.ok) tell(await answer.json());
    else tell({ text: await this.refusal(answer), more: "", undo: "" });
    if (answer?.status === 423) return location.reload();
    this.refresh();
  }

  async refusal(answer) {
    const said = answer ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    return said?.querySelector("[data-sentence]")?.textContent.trim() || this.dataset.failed;
  }

  which() {
    const dialog = document.getElementById("which-of-series")?.content.firstElementChild.cloneNode(true);
    if (!dialog) return "this";
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((done) => {
      dialog.addEventListener("close", () => (dialog.remove(), done(dialog.returnValue)));
    });
  }
}

customElements.define("week-calendar", WeekCalendar);
