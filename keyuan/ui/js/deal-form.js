// The forms of an opportunity: lines that add up while somebody types, the name that is proposed, amounts read aloud.

const UNITS = { "": 1, 百: 100, 千: 1e3, k: 1e3, 万: 1e4, w: 1e4, 十万: 1e5, 百万: 1e6, m: 1e6, 千万: 1e7, 亿: 1e8, 十亿: 1e9, 百亿: 1e10, b: 1e9 };
const narrow = (text) => text.normalize("NFKC").replace(/\s+/g, "").toLowerCase();

// A decimal as a whole number of its last place, exactly; null for what is none, or has more places.
function scaled(text, places) {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(text);
  if (!match || !(match[1] || match[2]) || (match[2] ?? "").length > places) return null;
  return BigInt((match[1] || "0") + (match[2] ?? "").padEnd(places, "0"));
}

// Cents of 1234.5, ¥1,234.50, 10万, 1.2亿, as the server reads them; null for no amount.
export function cents(typed) {
  const match = /^([\d,.]+)(\D*)$/.exec(narrow(typed).replace(/^(cny|rmb|¥)|(元|圆|人民币)$/g, ""));
  if (!match || !(match[2] in UNITS) || !/^(\d{1,3}(,\d{3})+|\d*)(\.\d*)?$/.test(match[1])) return null;
  const number = scaled(match[1].replaceAll(",", ""), 10);
  if (number === null) return null;
  const found = number * BigInt(UNITS[match[2]]) * 100n;
  return found % 10n ** 10n ? null : found / 10n ** 10n;
}

// What is taken off, in hundredths of a per cent: 15, 15%, or 8.5折 for what is left to pay.
function off(typed) {
  const text = narrow(typed) || "0";
  const paid = text.endsWith("折");
  const number = scaled(text.replace(/[%折]$/, ""), 3);
  if (number === null) return null;
  const found = paid ? 10000n - number : number / 10n;
  return found < 0n || found > 10000n ? null : found;
}

const halfUp = (number, by) => (number + by / 2n) / by;
export const money = (number) => {
  const whole = (number / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `¥${whole}.${(number % 100n).toString().padStart(2, "0")}`;
};

class DealLines extends HTMLElement {
  connectedCallback() {
    if (this.rows) return;
    this.rows = this.querySelector(".lines");
    this.blank = this.querySelector("template");
    for (const one of this.querySelectorAll("[data-add-line], [data-drop-line]")) one.hidden = false;
    const spare = this.lines().filter((row) => !this.value(row, "product") && !this.value(row, "price"));
    for (const row of spare.slice(this.lines().length === spare.length ? 1 : 0)) row.remove();
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-add-line]")) this.add();
      if (event.target.closest("[data-drop-line]")) this.drop(event.target.closest(".line"));
    });
    this.addEventListener("change", (event) => this.chosen(event));
    this.form = this.closest("form");
    this.form.addEventListener("input", () => this.show());
    this.show();
  }

  lines() {
    return [...this.rows.querySelectorAll(".line:not(.head)")];
  }

  value(row, name) {
    return row.querySelector(`[name="${name}"]`)?.value.trim() ?? "";
  }

  add() {
    const row = this.blank.content.firstElementChild.cloneNode(true);
    this.rows.append(row);
    row.querySelector("[data-drop-line]").hidden = false;
    row.querySelector("record-picker input").focus();
  }

  drop(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("[data-drop-line]") ?? this.querySelector("[data-add-line]"))?.focus();
    this.show();
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // A product that is chosen brings its price along, unless one has been typed.
  chosen(event) {
    const picker = event.target.closest?.("record-picker");
    const price = picker?.closest(".line")?.querySelector('[name="price"]');
    if (!price || !picker.hint) return;
    if (!price.value || price.value === price.dataset.preset) {
      price.value = price.dataset.preset = picker.hint.replace(/[¥,]/g, "").replace(/\.00$/, "");
    }
    this.show();
  }

  subtotal(row) {
    const price = this.value(row, "price") ? cents(this.value(row, "price")) : null;
    const quantity = scaled(narrow(this.value(row, "quantity") || "1").replaceAll(",", ""), 3);
    const less = off(this.value(row, "discount"));
    if (price === null || quantity === null || less === null) return null;
    return halfUp(price * quantity * (10000n - less), 10000000n);
  }

  show() {
    let sum = 0n;
    for (const row of this.lines()) {
      const found = this.subtotal(row);
      row.querySelector("output").textContent = found === null ? "" : money(found);
      sum += found ?? 0n;
    }
    const less = off(this.form.elements.deal_discount.value) ?? 0n;
    const reduced = cents(this.form.elements.reduction.value) ?? 0n;
    const whole = halfUp(sum * (10000n - less), 10000n);
    this.form.querySelector("[data-total]").textContent = money(whole > reduced ? whole - reduced : 0n);
  }
}
customElements.define("deal-lines", DealLines);

// = ¥100,000.00 beside an amount that is written in units.
function echo(input) {
  const place = input.closest("form")?.querySelector(`[data-echo="${input.name}"]`);
  if (!place) return;
  const found = cents(input.value);
  place.textContent = found === null || !input.value.trim() ? "" : `= ${money(found)}`;
}
document.addEventListener("input", (event) => event.target.matches?.("[data-money]") && echo(event.target));

// <deal-form>: the name that is proposed while nobody has typed one, the probability of the stage, what products cost.
class DealForm extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.closest("form");
    this.known = JSON.parse(this.querySelector("#deal-known")?.textContent ?? "{}");
    const name = this.form.elements.namedItem("name");
    this.named = "kept" in this.dataset || Boolean(name?.value.trim());
    this.weighed = "kept" in this.dataset || this.probability?.value !== this.usual();
    this.form.addEventListener("input", (event) => this.heard(event));
    this.form.addEventListener("change", (event) => this.heard(event));
    this.addEventListener("htmx:after:process", () => this.propose());
    this.propose();
  }

  get probability() {
    return this.form.elements.namedItem("probability");
  }

  usual() {
    return String(this.known.stages?.[this.form.elements.namedItem("stage")?.value] ?? "");
  }

  heard(event) {
    const name = event.detail?.length ? event.detail : event.target.name;
    if (name === "name" && event.isTrusted) this.named = Boolean(event.target.value.trim());
    if (name === "probability" && event.isTrusted) this.weigh(event.target.value.trim() !== this.usual());
    if (name === "stage" && !this.weighed) (this.probability.value = this.usual());
    if (["customer", "products", "new_customer-name"].includes(name)) this.propose();
    if (name === "products") this.cost();
  }

  weigh(typed) {
    this.weighed = typed;
    const said = this.querySelector("[data-weighed]");
    if (said) said.textContent = typed ? said.dataset.typed : said.dataset.follows;
  }

  picker(name) {
    return [...this.querySelectorAll("record-picker")].find((one) => one.name === name);
  }

  // The short name of the customer, else its whole name, and the first product.
  propose() {
    const input = this.form.elements.namedItem("name");
    if (this.named || !input) return;
    const customer = this.picker("customer");
    const chosen = customer?.chosen?.size ? customer.hint || this.querySelector("[data-short]")?.dataset.short || [...customer.chosen.values()][0] : "";
    const short = chosen || this.form.elements.namedItem("new_customer-name")?.value || this.known.short || "";
    const products = [...(this.picker("products")?.chosen?.values() ?? [])];
    if (!short || !products.length) return;
    input.value = `${short}-${products[0]}${products.length > 1 ? this.dataset.more : ""}`.slice(0, 200);
  }

  // What the products cost stands in the place of an amount that nobody has typed.
  cost() {
    const amount = this.form.elements.namedItem("amount");
    const picker = this.picker("products");
    if (!amount || !picker) return;
    let sum = 0n;
    for (const id of picker.chosen.keys()) sum += cents(picker.hints?.get(id) ?? "") ?? 0n;
    amount.placeholder = sum ? money(sum) : "";
  }
}
customElements.define("deal-form", DealForm);
