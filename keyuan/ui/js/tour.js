// <guided-tour>: a walk through the areas of the page. It begins by itself once, and again from the help.
import { prefer } from "./server.js";

const GAP = 12;
const phone = matchMedia("(max-width: 767px)");
const seen = (one) => one && one.getClientRects().length > 0;

class GuidedTour extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.steps = [...this.querySelectorAll("li")];
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.closed());
    if (this.hasAttribute("data-fresh")) this.start();
  }

  start() {
    this.walk = this.steps.map((step) => [step, [...document.querySelectorAll(step.dataset.for)].find(seen)]).filter(([, target]) => target);
    if (!this.walk.length) return;
    this.at = 0;
    this.dialog.show();
    this.show();
  }

  clicked(event) {
    if (event.target.closest("[data-next]")) this.go(1);
    else if (event.target.closest("[data-previous]")) this.go(-1);
    else if (event.target.closest("[data-end]")) this.dialog.close();
  }

  key(event) {
    if (event.key === "Escape") this.dialog.close();
    else if (event.key === "ArrowRight") this.go(1);
    else if (event.key === "ArrowLeft") this.go(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  go(by) {
    if (this.at + by >= this.walk.length) return this.dialog.close();
    this.at = Math.max(0, this.at + by);
    this.show();
  }

  show() {
    const [step, target] = this.walk[this.at];
    this.mark(target);
    this.dialog.querySelector("[data-title]").textContent = step.dataset.title;
    this.dialog.querySelector("[data-text]").textContent = step.textContent;
    this.dialog.querySelector("[data-count]").textContent = `${this.at + 1} / ${this.walk.length}`;
    this.dialog.querySelector("[data-previous]").hidden = this.at === 0;
    const last = this.at === this.walk.length - 1;
    this.dialog.querySelector("[data-next]").hidden = last;
    const done = this.dialog.querySelector("[data-done]");
    done.hidden = !last;
    this.place(target.getBoundingClientRect());
    (last ? done : this.dialog.querySelector("[data-next]")).focus();
  }

  place(box) {
    const own = this.dialog.style;
    own.cssText = "";
    if (phone.matches) return;
    const size = this.dialog.getBoundingClientRect();
    const within = (value, most) => `${Math.max(GAP, Math.min(value, most - GAP))}px`;
    const below = box.bottom + GAP + size.height < innerHeight;
    const beside = !below && box.right + GAP + size.width < innerWidth;
    own.left = within(beside ? box.right + GAP : box.left, innerWidth - size.width);
    own.top = within(below ? box.bottom + GAP : box.top + GAP, innerHeight - size.height);
  }

  mark(target) {
    this.marked?.classList.remove("tour-on");
    this.marked = target;
    target?.classList.add("tour-on");
  }

  closed() {
    this.mark(null);
    this.removeAttribute("data-fresh");
    prefer("toured", "on");
  }
}

customElements.define("guided-tour", GuidedTour);
