// Files that are chosen, dropped or pasted go up at once, with their progress. What meets a locked screen waits for the
// password and goes on; what fails stays in its place and can be sent again.
import htmx from "../vendor/htmx.js";
import { ask } from "./guard.js";
import { csrf, post } from "./server.js";
import { announce, say } from "./words.js";

const AT_ONCE = 2;
const waiting = [];
let running = 0;

function send(url, file, tell) {
  const request = new XMLHttpRequest(); // fetch does not say how far a body is
  const body = new FormData();
  body.append("file", file, file.name);
  const answer = new Promise((done) => {
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => lengthComputable && tell(loaded / total);
    request.onloadend = () => done(request);
  });
  request.open("POST", url);
  for (const [name, value] of [["X-CSRFToken", csrf()], ["X-Requested-With", "fetch"], ["HX-Request", "true"]]) request.setRequestHeader(name, value);
  request.send(body);
  return { answer, stop: () => request.abort() };
}

const sentence = (text) =>
  new DOMParser().parseFromString(text, "text/html").querySelector("[data-sentence]")?.textContent.trim();
const unlocked = (kind) => new Promise((go) => ask(kind, go));

function row(template, file) {
  const made = template.content.firstElementChild.cloneNode(true);
  const cut = file.name.lastIndexOf(".");
  const at = cut > 0 && file.name.length - cut <= 17 ? cut : file.name.length;
  made.querySelector("[data-stem]").textContent = file.name.slice(0, at);
  made.querySelector("[data-ending]").textContent = file.name.slice(at);
  made.querySelector(".at-n").title = file.name;
  return made;
}

// One file on its way. `done` is called with the answer's text.
class Upload {
  constructor(url, file, template, done, left) {
    Object.assign(this, { url, file, done, left, row: row(template, file), stopped: false });
    this.bar = this.row.querySelector("progress");
    this.said = this.row.querySelector("[data-said]");
    this.again = this.row.querySelector("[data-again]");
    this.row.querySelector("[data-stop]").addEventListener("click", () => this.stop());
    this.again.addEventListener("click", () => this.queue());
  }

  queue() {
    this.said.hidden = this.again.hidden = true;
    this.bar.hidden = false;
    this.ended = new Promise((end) => (this.end = end));
    waiting.push(this);
    next();
  }

  async run() {
    for (;;) {
      this.bar.value = 0;
      const going = send(this.url, this.file, (part) => (this.bar.value = part));
      this.abort = going.stop;
      const answer = await going.answer;
      const asked = answer.status === 423 ? "lock" : answer.getResponseHeader("X-Keyuan-Confirm") && "confirm";
      if (this.stopped) return;
      if (!asked) return this.finish(answer);
      await unlocked(asked);
      if (this.stopped) return;
    }
  }

  finish(answer) {
    const { status } = answer;
    if (status >= 200 && status < 300) {
      announce(say("uploaded", { name: this.file.name }));
      return this.done(answer.responseText, this);
    }
    const refused = status === 409 || status === 403 || status === 404 || status === 413;
    this.fail(sentence(answer.responseText) ?? say(status ? (status === 401 ? "signed_out" : "failed") : "offline"), !refused);
  }

  fail(text, again) {
    this.bar.hidden = true;
    this.said.hidden = false;
    this.said.textContent = text;
    this.again.hidden = !again;
  }

  stop() {
    this.stopped = true;
    this.abort?.();
    const at = waiting.indexOf(this);
    if (at >= 0) waiting.splice(at, 1);
    this.row.remove();
    this.end?.();
    this.left?.(this);
  }
}

async function next() {
  if (running >= AT_ONCE || !waiting.length) return;
  const upload = waiting.shift();
  running += 1;
  await upload.run();
  running -= 1;
  upload.end();
  next();
}

function start(url, files, template, list, done, left) {
  const uploads = [...files].map((file) => new Upload(url, file, template, done, left));
  for (const one of uploads) {
    list.prepend(one.row);
    one.queue();
  }
  for (let i = 1; i < AT_ONCE; i += 1) next();
  return uploads;
}

// The block of a record: when all have arrived it is fetched again, and what failed stays on top of it.
const blocks = new Map();

function attach(block, files) {
  const url = block.dataset.files;
  const kept = blocks.get(url) ?? new Set();
  blocks.set(url, kept);
  block.querySelector("[data-none]")?.remove();
  const done = (_text, upload) => {
    upload.row.querySelector("progress").value = 1;
    kept.delete(upload);
    upload.row.dataset.done = "";
  };
  const uploads = start(url, files, block.querySelector("[data-going]"), block.querySelector("[data-list]"), done, (one) => kept.delete(one));
  for (const one of uploads) kept.add(one);
  Promise.all(uploads.map((one) => one.ended)).then(() => uploads.some((one) => "done" in one.row.dataset) && refresh(url));
}

const shown = (url) => document.querySelector(`[data-files="${url}"]`);

async function refresh(url) {
  const block = shown(url);
  if (!block) return;
  await htmx.ajax("GET", url, { source: block, target: block, swap: "outerHTML" });
  const fresh = shown(url);
  for (const one of blocks.get(url) ?? []) fresh?.querySelector("[data-list]").prepend(one.row);
  count(fresh);
}

function count(block) {
  const number = block?.querySelector("[data-count]")?.textContent;
  const tab = document.querySelector('[data-sections] a[href="#attachments"] .c');
  if (tab && number !== undefined) tab.textContent = number;
}

// <upload-list>: files of a form. Each becomes a chip whose hidden input attaches it when the form is saved.
class UploadList extends HTMLElement {
  going = new Set();

  connectedCallback() {
    if (this.form) return;
    this.form = this.closest("form");
    this.form?.addEventListener("reset", () => this.clear());
    this.addEventListener("change", ({ target }) => {
      if (target.type !== "file" || !target.files.length) return;
      this.take([...target.files]);
      target.value = "";
    });
    this.addEventListener("click", ({ target }) => {
      const chip = target.closest("[data-stop]")?.closest("[data-chip]");
      if (chip) this.drop(chip);
    });
  }

  get list() {
    return this.querySelector("[data-list]");
  }

  take(files) {
    const done = (text, upload) => {
      upload.row.replaceWith(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
      this.going.delete(upload);
    };
    const uploads = start(this.dataset.url, files, this.querySelector("[data-going]"), this.list, done, (one) => this.going.delete(one));
    for (const one of uploads) this.going.add(one);
  }

  drop(chip) {
    post(chip.dataset.chip).catch(() => undefined);
    chip.remove();
    this.querySelector("input[type=file]").focus();
  }

  clear() {
    this.list.replaceChildren();
    this.going.clear();
  }

  get busy() {
    return [...this.going].filter((one) => one.said.hidden);
  }
}
customElements.define("upload-list", UploadList);

// A form is sent when its files have arrived.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const lists = [...form.querySelectorAll("upload-list")].filter((one) => one.busy.length);
    if (!lists.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    announce(say("uploading"));
    await Promise.all(lists.flatMap((one) => one.busy.map((upload) => upload.ended)));
    if (form.isConnected && !form.querySelector("upload-list .going")) form.requestSubmit(event.submitter);
  },
  true,
);

document.addEventListener("change", ({ target }) => {
  const block = target.type === "file" && target.closest("[data-upload]")?.closest("[data-files]");
  if (!block || !target.files.length) return;
  attach(block, target.files);
  target.value = "";
});

// Pasting: a picture of the screen goes to the files of the form one writes in.
const clock = () => new Date().toLocaleString("sv").replaceAll(":", ".");

document.addEventListener("paste", (event) => {
  const list = event.target.closest?.("form")?.querySelector("upload-list");
  const { files, types } = event.clipboardData ?? {};
  if (!list || !files?.length || types.includes("text/plain")) return;
  event.preventDefault();
  list.take([...files].map((file) => (file.name === "image.png" ? new File([file], `${say("pasted", { time: clock() })}.png`, { type: file.type }) : file)));
});

// Dragging: a file that misses its place must not lead the page away.
const carries = (event) => event.dataTransfer?.types.includes("Files");
const place = ({ target }) => target.closest?.("[data-files]:has([data-upload])") ?? target.closest?.("form:has(upload-list)");
const light = (one) => document.querySelectorAll(".drop-on").forEach((other) => other !== one && other.classList.remove("drop-on"));

document.addEventListener("dragover", (event) => {
  if (!carries(event) || event.target.matches?.("input[type=file]")) return;
  const over = place(event);
  event.preventDefault();
  event.dataTransfer.dropEffect = over ? "copy" : "none";
  light(over);
  over?.classList.add("drop-on");
});
document.addEventListener("dragleave", (event) => !event.relatedTarget && light(null));
document.addEventListener("drop", (event) => {
  light(null);
  if (!carries(event) || event.target.matches?.("input[type=file]")) return;
  event.preventDefault();
  const over = place(event);
  if (!over || !event.dataTransfer.files.length) return;
  if (over.matches("form")) over.querySelector("upload-list").take([...event.dataTransfer.files]);
  else attach(over, event.dataTransfer.files);
});

document.addEventListener("htmx:after:swap", () => count(document.querySelector("[data-files]")));
document.addEventListener("kx:undone", (event) => {
  if (!event.detail.url.startsWith("/attachments/")) return;
  event.preventDefault();
  for (const block of document.querySelectorAll("[data-files]")) refresh(block.dataset.files);
});
addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
