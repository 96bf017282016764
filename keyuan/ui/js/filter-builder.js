// <filter-builder>: conditions as sentence rows, groups one level deep; deeper ones are shown and kept as they are.
// What can be asked is fetched when it is first opened. With data-kept it stands in a form, whose text area named there
// keeps the conditions, instead of leading to a list.
import { later } from "./server.js";
import { say } from "./words.js";

const NEEDS_NOTHING = new Set(["empty", "not-empty", "me", "my-department"]);
const MANY = new Set(["in", "not-in", "any", "all", "none", "under"]);

const make = (tag, values = {}, ...children) => {
  const one = Object.assign(document.createElement(tag), values);
  one.append(...children);
  return one;
};

const askable = new Map();
const fetched = (url) => {
  if (!askable.has(url)) askable.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer))));
  return askable.get(url);
};

class FilterBuilder extends HTMLElement {
  connectedCallback() {
    this.recount = later(() => (this.dataset.kept ? this.keep() : this.count()), 250);
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox])")) return;
      if (this.dataset.kept) event.preventDefault();
      else this.apply();
    });
    // A new list leaves the element and takes its rows away.
    this.swapped = () => this.isConnected && !(this.rows && this.contains(this.rows)) && this.opened();
    document.addEventListener("htmx:after:swap", this.swapped);
    this.box = this.dataset.kept ? null : this.closest("details");
    this.box?.addEventListener("toggle", this.swapped);
    this.form = this.querySelector(".fb");
    this.classList.add("pop-filter");
    if (this.dataset.kept) this.closest("form").addEventListener("submit", () => this.keep(), { capture: true });
    this.opened();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:after:swap", this.swapped);
    this.box?.removeEventListener("toggle", this.swapped);
  }

  async opened() {
    if ((this.box && !this.box.open) || this.waits) return;
    this.form.hidden = true;
    this.waits = make("p", { className: "skl" }, make("span", { className: "skel w60" }), make("span", { className: "skel w45" }));
    this.append(this.waits);
    try {
      this.build(await fetched(this.dataset.fieldsUrl));
    } catch {
      askable.delete(this.dataset.fieldsUrl);
      this.form.hidden = false;
      this.form.prepend(make("p", { className: "bad fs12", role: "alert", textContent: say("failed") }));
    }
    this.waits.remove();
    this.waits = null;
  }

  build(askable) {
    this.told = { ...askable, ...JSON.parse(document.getElementById("list-builder").textContent) };
    this.words = this.told.words;
    this.fields = new Map(this.told.fields.map((one) => [one.name, one]));
    this.parts = read(this.told.filter);
    this.rows = make("div", { className: "fb" });
    this.append(this.rows);
    if (this.dataset.kept) this.hits = make("span");
    else this.append(this.footer());
    if (!this.parts.length && !this.dataset.kept) this.parts.push(this.blank());
    this.draw();
  }

  blank() {
    return { field: this.told.fields[0].name, op: this.told.fields[0].ops[0][0] };
  }

  footer() {
    const clear = make("button", { type: "button", className: "btn btn-sm btn-ghost", textContent: this.words.clear });
    clear.addEventListener("click", () => ((this.parts = []), this.apply()));
    this.hits = make("span", { className: "t2 fs12" });
    this.hits.setAttribute("role", "status");
    const apply = make("button", { type: "button", className: "btn btn-sm btn-primary", textContent: this.words.apply });
    apply.addEventListener("click", () => this.apply());
    return make("footer", {}, clear, make("span", { className: "end row-f g8" }, this.hits, apply));
  }

  draw() {
    this.rows.replaceChildren();
    for (const text of this.told.base) {
      const locked = make("span", { className: "lockd", textContent: text });
      this.rows.append(make("div", { className: "frow base" }, this.joint(this.words.when), locked, make("span", { className: "t3 fs12", textContent: this.told.from_view })));
    }
    this.parts.forEach((part, place) => {
      const first = !place && !this.told.base.length;
      this.rows.append(this.line(part, first ? this.words.when : this.words.and, () => this.parts.splice(this.parts.indexOf(part), 1)));
    });
    const more = make("button", { type: "button", className: "lnk a", textContent: `+ ${this.words.add}` });
    more.addEventListener("click", () => (this.parts.push(this.blank()), this.draw(), this.focusLast()));
    const group = make("button", { type: "button", className: "lnk", textContent: this.words.add_group });
    group.addEventListener("click", () => (this.parts.push({ or: [this.blank(), this.blank()] }), this.draw(), this.focusLast()));
    this.rows.append(make("div", { className: "row-f mt8 g12" }, more, group));
    this.recount?.();
  }

  focusLast() {
    [...this.rows.querySelectorAll("select")].at(-2)?.focus();
  }

  joint(text) {
    return make("span", { className: "fj t3", textContent: text });
  }

  line(part, joint, drop) {
    if (part.or || part.flat) return this.group(part, joint, drop);
    if (!part.field) return this.fixed(part, joint, drop);
    return this.row(part, joint, drop);
  }

  group(part, joint, drop) {
    const box = make("div", { className: "fgrp" });
    part.or.forEach((one, place) => {
      box.append(this.row(one, place ? this.words.or : this.words.when, () => {
        part.or.splice(part.or.indexOf(one), 1);
        if (!part.or.length) drop();
      }));
    });
    const more = make("button", { type: "button", className: "lnk", textContent: `+ ${this.words.add_inside}` });
    more.addEventListener("click", () => (part.or.push(this.blank()), this.draw()));
    box.append(more);
    return make("div", { className: "frow" }, this.joint(joint), box);
  }

  fixed(part, joint, drop) {
    const text = make("span", { className: "lockd mono fs12", textContent: JSON.stringify(part) });
    return make("div", { className: "frow base" }, this.joint(joint), text, this.dropper(drop));
  }

  row(part, joint, drop) {
    const field = this.fields.get(part.field) ?? this.told.fields[0];
    const pick = this.select(this.told.fields.map((one) => [one.name, one.label]), field.name, this.words.field);
    pick.addEventListener("change", () => {
      part.field = pick.value;
      part.op = this.fields.get(part.field).ops[0][0];
      delete part.value;
      this.draw();
    });
    const op = this.select(field.ops, part.op, this.words.op);
    op.addEventListener("change", () => {
      const before = part.op;
      part.op = op.value;
      if (MANY.has(before) !== MANY.has(part.op) || NEEDS_NOTHING.has(part.op) || ["within", "between"].includes(part.op)) delete part.value;
      this.draw();
    });
    const value = NEEDS_NOTHING.has(part.op) ? "" : this.value(field, part);
    return make("div", { className: "frow" }, this.joint(joint), pick, op, value, this.dropper(drop));
  }

  dropper(drop) {
    const button = make("button", { type: "button", className: "ib xs", title: this.words.drop, textContent: "×" });
    button.setAttribute("aria-label", this.words.drop);
    button.addEventListener("click", () => (drop(), this.draw()));
    return button;
  }

  select(pairs, chosen, label) {
    const box = make("select", { className: "form-select sm fsel" });
    box.setAttribute("aria-label", label);
    for (const [value, text] of pairs) box.add(new Option(text, value, false, value === chosen));
    return box;
  }

  value(field, part) {
    if (field.kind === "relation") return this.inner(field, part);
    if (part.op === "within") return this.span(part);
    if (part.op === "between") return this.pair(field, part);
    if (field.kind === "yes_no") return this.yesNo(part);
    if (field.choices && MANY.has(part.op)) return this.boxes(field, part);
    if (field.choices && ["=", "!="].includes(part.op)) return this.one(field, part);
    return this.text(field, part);
  }

  text(field, part) {
    const box = make("input", { className: "form-control form-control-sm fv", value: [part.value ?? ""].flat().join("、") });
    box.type = ["date", "moment"].includes(field.kind) ? "date" : "text";
    box.setAttribute("aria-label", `${field.label} ${this.words.value}`);
    const echo = make("span", { className: "t3 fs12" });
    box.addEventListener("input", () => {
      const typed = box.value.trim();
      part.value = MANY.has(part.op) ? typed.split(/[,，、;；]/).map((one) => one.trim()).filter(Boolean) : typed;
      if (field.money) echo.textContent = amount(typed);
      this.recount();
    });
    return make("span", { className: "fval" }, box, echo);
  }

  one(field, part) {
    const box = this.select([["", "—"], ...field.choices], part.value ?? "", field.label);
    box.addEventListener("change", () => ((part.value = box.value), this.recount()));
    return make("span", { className: "fval" }, box);
  }

  yesNo(part) {
    const box = this.select([["true", this.words.yes], ["false", this.words.no]], String(part.value ?? true), this.words.value);
    part.value ??= true;
    box.addEventListener("change", () => ((part.value = box.value === "true"), this.recount()));
    return make("span", { className: "fval" }, box);
  }

  span(part) {
    const counted = /^(\+?)(\d+)([dwmqy])$/.exec(part.value ?? "");
    const kinds = [["-", this.words.last_days], ["+", this.words.next_days], ...this.told.spans];
    part.value ??= "30d";
    const pick = this.select(kinds, counted || part.value === "30d" ? (counted?.[1] === "+" ? "+" : "-") : part.value, this.words.value);
    const number = make("input", { type: "number", min: 1, max: 9999, className: "form-control form-control-sm fnum", value: counted?.[2] ?? 30 });
    number.setAttribute("aria-label", this.words.days);
    const put = () => {
      const days = ["-", "+"].includes(pick.value);
      number.hidden = !days;
      part.value = days ? `${pick.value === "+" ? "+" : ""}${number.value || 1}${counted?.[3] ?? "d"}` : pick.value;
      this.recount?.();
    };
    for (const box of [pick, number]) box.addEventListener("input", put);
    put();
    return make("span", { className: "fval" }, pick, number);
  }

  pair(field, part) {
    part.value = Array.isArray(part.value) ? part.value : ["", ""];
    const boxes = [0, 1].map((place) => {
      const box = make("input", { className: "form-control form-control-sm fv", value: part.value[place] ?? "" });
      box.type = ["date", "moment"].includes(field.kind) ? "date" : "text";
      box.setAttribute("aria-label", `${field.label} ${place + 1}`);
      box.addEventListener("input", () => ((part.value[place] = box.value.trim()), this.recount()));
      return box;
    });
    return make("span", { className: "fval" }, boxes[0], "–", boxes[1]);
  }

  boxes(field, part) {
    part.value = [part.value ?? []].flat();
    const names = new Map(field.choices);
    const said = () => part.value.map((one) => (names.get(one) ?? one).trim()).join("、") || this.words.choose;
    const head = make("summary", { className: "form-select sm", textContent: said() });
    const find = make("input", { type: "search", className: "form-control form-control-sm", placeholder: this.words.find });
    find.setAttribute("aria-label", this.words.find);
    const list = make("div", { className: "flist" });
    let above = "";
    for (const [value, text, tint, group] of field.choices) {
      if (group && group !== above) list.append(make("div", { className: "t3 fs12 fgl", textContent: group }));
      above = group;
      const box = make("input", { type: "checkbox", className: "form-check-input", value, checked: part.value.includes(value) });
      box.addEventListener("change", () => {
        part.value = box.checked ? [...part.value, value] : part.value.filter((one) => one !== value);
        head.textContent = said();
        this.recount();
      });
      const dot = tint ? [make("i", { className: `dot-t${tint}` })] : [];
      list.append(make("label", { className: "mi" }, box, ...dot, make("span", { className: "grow", textContent: text })));
    }
    find.addEventListener("input", () => {
      for (const line of list.children) line.hidden = !line.textContent.toLowerCase().includes(find.value.toLowerCase());
    });
    const children = field.choices.length > 8 ? [head, find, list] : [head, list];
    return make("details", { className: "fval fdrop" }, ...children);
  }

  inner(field, part) {
    const told = field.fields;
    const inside = part.value ?? { field: told[0].name, op: told[0].ops[0][0] };
    part.value = inside;
    const known = new Map(told.map((one) => [one.name, one]));
    const now = known.get(inside.field) ?? told[0];
    const pick = this.select(told.map((one) => [one.name, one.label]), now.name, this.words.field);
    pick.addEventListener("change", () => ((part.value = { field: pick.value, op: known.get(pick.value).ops[0][0] }), this.draw()));
    const op = this.select(now.ops, inside.op, this.words.op);
    op.addEventListener("change", () => ((inside.op = op.value), delete inside.value, this.draw()));
    return make("span", { className: "fval fin" }, pick, op, NEEDS_NOTHING.has(inside.op) ? "" : this.value(now, inside));
  }

  node() {
    const whole = this.parts.flatMap((part) => (part.or ? group(part.or) : full(part) ? [part] : []));
    if (!whole.length) return null;
    return whole.length === 1 ? whole[0] : { and: whole };
  }

  address(base) {
    const url = new URL(base, location.href);
    for (const box of this.form.querySelectorAll("input[type=hidden]")) url.searchParams.set(box.name, box.value);
    const node = this.node();
    if (node) url.searchParams.set("filter", JSON.stringify(node));
    else url.searchParams.delete("filter");
    url.searchParams.delete("page");
    return url;
  }

  keep() {
    if (!this.rows) return;
    const node = this.node();
    document.getElementById(this.dataset.kept).value = node ? JSON.stringify(node) : "";
  }

  apply() {
    location.assign(this.address(this.form.action));
  }

  async count() {
    this.counting?.abort();
    this.counting = new AbortController();
    try {
      const answer = await fetch(this.address(this.dataset.countUrl), { signal: this.counting.signal, headers: { "HX-Request": "true" } });
      const text = new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent;
      const number = /[\d,]+\+?/.exec(text.replace(/^[\s,，]+/, ""))?.[0];
      this.hits.textContent = answer.ok && number ? this.words.hits.replace("{n}", number) : "";
    } catch {
      // the next change asks again
    }
  }
}

const full = (part) => !part.field || NEEDS_NOTHING.has(part.op) || ["some", "no"].includes(part.op) || filled(part.value);
const filled = (value) => (Array.isArray(value) ? value.length > 0 && value.every((one) => one !== "") : value !== undefined && value !== "");

function group(parts) {
  const whole = parts.filter(full);
  if (!whole.length) return [];
  return whole.length === 1 ? whole : [{ or: whole }];
}

function read(node) {
  if (!node) return [];
  const parts = node.and ?? [node];
  return parts.map((part) => (part.or && part.or.every((one) => one.field) ? { or: part.or } : part));
}

function amount(text) {
  const found = /^¥?([\d,.]+)\s*(万|亿)?$/.exec(text.replace(/\s/g, ""));
  if (!found || !found[2]) return "";
  const number = Number(found[1].replaceAll(",", "")) * (found[2] === "万" ? 1e4 : 1e8);
  return Number.isFinite(number) ? `= ¥${number.toLocaleString("en")}` : "";
}

customElements.define("filter-builder", FilterBuilder);
