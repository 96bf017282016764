// <time-span>: a beginning, an end and “all day”. The end follows the beginning; whole days have no clock.
const pad = (number) => String(number).padStart(2, "0");
const written = (at) => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;

class TimeSpan extends HTMLElement {
  connectedCallback() {
    [this.first, this.last] = ["starts_at", "ends_at"].map((name) => this.querySelector(`[name=${name}]`));
    this.whole = this.querySelector("[name=is_all_day]");
    if (!this.first || !this.last) return;
    this.clock = (this.first.value.split("T")[1] || "09:00").replace("00:00", "09:00");
    this.before = this.first.value;
    this.first.addEventListener("change", () => this.follow());
    this.whole?.addEventListener("change", () => this.draw());
    this.draw();
  }

  // Wall-clock arithmetic alone: the browser's own zone plays no part beyond it.
  follow() {
    const [old, now, end] = [this.before, this.first.value, this.last.value].map((text) => text && new Date(text.length < 11 ? `${text}T00:00` : text));
    if (now && end && old) this.put(this.last, written(new Date(end.getTime() + (now - old))));
    this.before = this.first.value;
  }

  put(input, value) {
    input.value = input.type === "date" ? value.slice(0, 10) : value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  draw() {
    const whole = Boolean(this.whole?.checked);
    for (const input of [this.first, this.last]) {
      const value = input.value;
      if (whole && value.length > 10) this.dataset[input.name] = value.slice(11);
      input.type = whole ? "date" : "datetime-local";
      if (value) input.value = whole ? value.slice(0, 10) : value.length > 10 ? value : `${value}T${this.dataset[input.name] ?? this.clock}`;
    }
    this.before = this.first.value;
  }
}

customElements.define("time-span", TimeSpan);
