// Dragging cards with mouse and finger: `Drag` follows the pointer and tells the board where it is and where it let go.
const FAR = 5;
const PRESS = 350;
const EDGE = 48;
const SPEED = 14;

export class Drag {
  constructor(board) {
    this.board = board;
    board.addEventListener("pointerdown", (event) => this.arm(event));
    // Once a finger has lifted a card, the page does not scroll below it.
    board.addEventListener("touchmove", (event) => this.card && event.cancelable && event.preventDefault(), { passive: false });
    board.addEventListener("contextmenu", (event) => (this.card || this.armed?.touch) && event.preventDefault());
    board.addEventListener("dragstart", (event) => event.preventDefault());
    board.addEventListener("click", (event) => {
      if (!this.ended || Date.now() - this.ended > 400) return;
      this.ended = 0;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
    this.moves = (event) => this.move(event);
    this.ends = (event) => this.end(event);
    this.stops = (event) => event.key === "Escape" && this.card && (event.preventDefault(), event.stopImmediatePropagation(), this.end(null));
  }

  arm(event) {
    const card = event.target.closest("[data-card]");
    if (!card || card.matches(".fixed, [aria-busy]") || event.button !== 0 || !event.isPrimary) return;
    const touch = event.pointerType !== "mouse";
    this.armed = { card, x: event.clientX, y: event.clientY, touch };
    if (touch) this.timer = setTimeout(() => this.begin(), PRESS);
    addEventListener("pointermove", this.moves);
    addEventListener("pointerup", this.ends);
    addEventListener("pointercancel", this.ends);
    addEventListener("keydown", this.stops, true);
  }

  begin() {
    const { card, x, y } = this.armed;
    const box = card.getBoundingClientRect();
    this.card = card;
    this.off = { x: x - box.left, y: y - box.top };
    this.lifted = card.cloneNode(true);
    this.lifted.removeAttribute("data-card");
    this.lifted.removeAttribute("tabindex");
    this.lifted.setAttribute("aria-hidden", "true");
    for (const one of this.lifted.querySelectorAll("[id]")) one.removeAttribute("id");
    this.lifted.classList.add("lift");
    this.lifted.style.width = `${box.width}px`;
    document.body.append(this.lifted);
    document.documentElement.classList.add("dragging");
    this.board.lifted(card);
    this.follow(x, y);
    this.scroll();
    if (this.armed.touch) navigator.vibrate?.(10);
  }

  move(event) {
    const { x, y, touch } = this.armed;
    const far = Math.hypot(event.clientX - x, event.clientY - y) > FAR;
    if (!this.card && far && touch) return this.disarm();
    if (!this.card && far) this.begin();
    if (this.card) this.follow(event.clientX, event.clientY);
    return undefined;
  }

  follow(x, y) {
    this.at = { x, y };
    this.lifted.style.left = `${x - this.off.x}px`;
    this.lifted.style.top = `${y - this.off.y}px`;
    this.board.over(this.card, this.place(x, y));
  }

  place(x, y) {
    return document.elementFromPoint(x, y)?.closest("[data-column], [data-zone]") ?? null;
  }

  // At an edge the board, or the column under the pointer, scrolls on.
  scroll() {
    if (!this.card) return;
    const { x, y } = this.at;
    const row = this.board.querySelector(".kb");
    const box = row.getBoundingClientRect();
    row.scrollLeft += (x > box.right - EDGE) * SPEED - (x < box.left + EDGE) * SPEED;
    const cards = document.elementFromPoint(x, y)?.closest("[data-column]")?.querySelector("[data-cards]");
    const edges = cards?.getBoundingClientRect();
    if (cards) cards.scrollTop += (y > edges.bottom - EDGE && y < edges.bottom) * SPEED - (y < edges.top + EDGE && y > edges.top) * SPEED;
    requestAnimationFrame(() => this.scroll());
  }

  end(event) {
    const { card } = this;
    const place = card && event?.type === "pointerup" ? this.place(event.clientX, event.clientY) : null;
    this.disarm();
    if (!card) return;
    this.lifted.remove();
    this.card = null;
    this.ended = Date.now();
    document.documentElement.classList.remove("dragging");
    this.board.dropped(card, place);
  }

  disarm() {
    clearTimeout(this.timer);
    this.armed = this.card ? this.armed : null;
    removeEventListener("pointermove", this.moves);
    removeEventListener("pointerup", this.ends);
    removeEventListener("pointercancel", this.ends);
    removeEventListener("keydown", this.stops, true);
  }
}
