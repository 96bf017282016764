// Locks the page without losing it, when somebody asks or nobody is there; asks for the password where a step needs it.
import { dirty, save } from "./drafts.js";
import { post } from "./server.js";

const dialog = document.getElementById("guard");
const SEEN = "kx:seen";
const LOCKED = "kx:locked";
const MINUTE = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const onward = []; // what goes on once the password is given
let beat = Date.now();
let locking; // until the server knows that the screen is locked, no password is asked of it

const place = { lock: "/lock/", confirm: "/confirm/" };
const name = { lock: "password", confirm: "confirm_password" };
const now = () => Number(localStorage.getItem(SEEN)) || 0;

// Opens the dialog; `kind` is lock or confirm, `go` runs when the password was right.
export function ask(kind, go) {
  if (go) onward.push(go);
  if (!dialog) return location.reload();
  if (dialog.open && dialog.dataset.kind === "lock") return undefined;
  dialog.dataset.kind = kind;
  dialog.querySelector("[data-said]").hidden = true;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[type=password]").focus();
  return undefined;
}

export function lock() {
  for (const form of document.querySelectorAll("form[data-draft]")) if (dirty(form)) save(form);
  localStorage.setItem(LOCKED, Date.now());
  locking = post("/lock/").catch(() => undefined);
  ask("lock");
}

function shut() {
  dialog.querySelector("form").reset();
  dialog.close();
  document.dispatchEvent(new CustomEvent("kx:unlocked"));
}

async function answer(form) {
  const { kind } = dialog.dataset;
  const given = form.querySelector("[type=password], [name=guard]").value;
  const said = dialog.querySelector("[data-said]");
  await locking;
  const reply = await post(place[kind], { [name[kind]]: given }).catch(() => null);
  if (reply?.redirected) return location.reload();
  if (reply?.status === 204) {
    localStorage.removeItem(LOCKED);
    localStorage.setItem(SEEN, Date.now());
    const held = onward.splice(0);
    shut();
    for (const go of held) go();
    return undefined;
  }
  said.hidden = false;
  said.querySelector("span").textContent = (reply?.status === 422 && (await reply.text())) || said.dataset.failed;
  form.querySelector("[name=guard]").select();
  return undefined;
}

function watch(minutes) {
  const idle = minutes * MINUTE;
  const alive = () => {
    if (Date.now() - now() > 5000 && !dialog.open) localStorage.setItem(SEEN, Date.now());
  };
  localStorage.setItem(SEEN, Date.now());
  for (const sign of SIGNS) addEventListener(sign, alive, { passive: true, capture: true });
  setInterval(() => {
    if (dialog.open) return;
    if (Date.now() - now() >= idle) return lock();
    if (now() > beat && Date.now() - beat >= MINUTE) pulse();
  }, 5000);
}

// Who writes for long without a request is at work as well.
async function pulse() {
  beat = Date.now();
  const reply = await post("/lock/alive/").catch(() => null);
  if (reply?.status === 423) ask("lock");
}

if (dialog) {
  dialog.addEventListener("cancel", (event) => {
    if (dialog.dataset.kind === "lock") event.preventDefault();
  });
  dialog.addEventListener("close", () => dialog.dataset.kind === "lock" && localStorage.getItem(LOCKED) && dialog.showModal());
  dialog.querySelector("[data-close]").addEventListener("click", shut);
  dialog.querySelector("form[data-guard]").addEventListener("submit", (event) => {
    event.preventDefault();
    answer(event.target);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/lock/" || dialog.contains(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    lock();
  }, true);
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== LOCKED) return;
    if (newValue) ask("lock");
    else if (dialog.open && dialog.dataset.kind === "lock") shut();
  });
  localStorage.removeItem(LOCKED); // this page has come, so the screen is open
  const minutes = Number(dialog.dataset.idle);
  if (minutes) watch(minutes);
}
