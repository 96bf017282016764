// <new-password>: ticks off the rules while one types, estimates the strength, compares the two fields.
// The rules come as data; the server checks them again and has the last word.
const weight = (sign) => (/\p{Script=Han}/u.test(sign) ? 9 : /[a-z]/.test(sign) ? 4 : /[A-Z0-9 ]/.test(sign) ? 5 : 6);

function bits(text) {
  const seen = new Map();
  return [...text].reduce((sum, sign) => {
    seen.set(sign, (seen.get(sign) ?? 0) + 1);
    return sum + weight(sign) / seen.get(sign);
  }, 0);
}

const level = (text) => [0, 36, 46, 56].filter((least) => bits(text) >= least).length;

const kind = (sign) => (/\p{Ll}/u.test(sign) ? "a" : /\p{Lu}/u.test(sign) ? "A" : /\p{Nd}/u.test(sign) ? "1" : "*");

// Each rule by its name; the facts come with the page. A rule that is missing here is the server's alone.
const rules = {
  length: (text, { least, most }) => [...text].length >= least && [...text].length <= most,
  classes: (text, { least }) => new Set([...text].map(kind)).size >= least,
  common: (text, { words, different }) => text !== "" && !words.includes(text.toLowerCase()) && new Set(text).size >= different,
  own: (text, { name, phone }) => text !== "" && !(name && text.toLowerCase().includes(name)) && !(phone && text.includes(phone)),
};

class NewPassword extends HTMLElement {
  connectedCallback() {
    this.facts = JSON.parse(document.getElementById("password-rules").textContent);
    [this.first, this.second] = ["password", "again"].map((name) => this.querySelector(`[name=${name}]`));
    this.leftLine = this.querySelector("[data-left][role=status]");
    this.addEventListener("input", () => this.show());
    this.show();
  }

  show() {
    const text = this.first.value;
    const done = Object.fromEntries(Object.entries(this.facts).map(([name, facts]) => [name, rules[name](text, facts)]));
    const left = this.querySelector("[name=old]")?.value === "" ? [this.leftLine.dataset.old] : [];
    for (const line of this.querySelectorAll("[data-rule]")) {
      if (!(line.dataset.rule in done)) continue;
      const good = done[line.dataset.rule];
      line.classList.toggle("y", good);
      if (!good) left.push(line.dataset.left);
    }
    this.showStrength(text, done);
    this.compare(text, left);
    this.finish(left);
  }

  showStrength(text, done) {
    const typed = this.querySelector("[data-typed]");
    typed.textContent = text ? typed.dataset.typed.replace("{n}", [...text].length) : "";
    const now = Object.values(done).every(Boolean) ? level(text) : 1;
    const [bars, said] = [this.querySelector("[data-bars]"), this.querySelector("[data-strength]")];
    bars.hidden = said.hidden = !text;
    bars.classList.toggle("ok", now >= 3);
    [...bars.children].forEach((bar, index) => bar.classList.toggle("f", index < now));
    said.classList.toggle("ok", now >= 3);
    said.classList.toggle("warn", now < 3);
    said.querySelector("span").textContent = said.dataset.words.split("|")[now - 1];
  }

  compare(text, left) {
    const equal = this.second.value === text && text !== "";
    const wrong = this.second.value !== "" && !equal;
    this.querySelector("[data-unequal]").hidden = !wrong;
    this.second.classList.toggle("is-bad", wrong);
    wrong ? this.second.setAttribute("aria-invalid", "true") : this.second.removeAttribute("aria-invalid");
    if (!equal) left.push(this.leftLine.dataset.equal);
    if (text) this.forgive();
  }

  forgive() {
    for (const line of this.querySelectorAll("[data-refused]")) line.hidden = true;
    this.first.classList.remove("is-bad");
    this.first.removeAttribute("aria-invalid");
  }

  finish(left) {
    this.querySelector("[data-save]").disabled = left.length > 0;
    const { left: sentence, join } = this.leftLine.dataset;
    this.leftLine.textContent = left.length
      ? sentence.replace("{n}", left.length).replace("{what}", left.join(join))
      : "";
  }
}

customElements.define("new-password", NewPassword);
