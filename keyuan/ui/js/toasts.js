// What was done, for 8 seconds, with the way back; and refusals, which stay until they are closed.
import { post } from "./server.js";
import { say } from "./words.js";

const LIFE = 8000;
const TICK = 100;

const region = () => document.getElementById("toasts");

function show(kind, text) {
  const box = region();
  const toast = document.getElementById(`toast-${kind}`)?.content.firstElementChild.cloneNode(true);
  if (!box || !toast) return null;
  // An open dialog covers everything outside of it.
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog ?? document.body).append(box);
  toast.querySelector("[data-text]").textContent = text;
  box.replaceChildren(toast);
  return toast;
}

export function tell({ text, more = "", undo = "", act = null }) {
  const toast = show("ok", text);
  if (!toast) return;
  toast.querySelector("[data-more]").textContent = more;
  const link = toast.querySelector("[data-act]");
  if (act) [link.textContent, link.href] = act;
  else link.remove();
  const button = toast.querySelector("[data-undo]");
  if (undo) button.dataset.undo = undo;
  else button.remove();
  live(toast);
}

// Something happened elsewhere; the click leads there.
export function inform({ sentence, address }) {
  if (document.querySelector("#toasts [role=alert]")) return; // a refusal stays until it is closed
  const toast = show("news", sentence);
  if (!toast) return;
  toast.querySelector("a").href = address;
  live(toast);
}

export function refuse(text, retry) {
  const toast = show("bad", text);
  if (!toast) return;
  const button = toast.querySelector("[data-retry]");
  if (retry) button.addEventListener("click", () => (toast.remove(), retry()));
  else button.remove();
  toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());
}

function live(toast) {
  const bar = toast.querySelector("progress");
  let left = LIFE;
  let still = false;
  const pause = (on) => () => (still = on);
  toast.addEventListener("mouseenter", pause(true));
  toast.addEventListener("mouseleave", pause(false));
  toast.addEventListener("focusin", pause(true));
  toast.addEventListener("focusout", pause(false));
  const clock = setInterval(() => {
    if (!toast.isConnected) return clearInterval(clock);
    if (still) return;
    left -= TICK;
    if (bar) bar.value = (100 * left) / LIFE;
    if (left <= 0) (clearInterval(clock), toast.remove());
  }, TICK);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-toast] [data-undo]");
  if (!button) return;
  event.preventDefault();
  const toast = button.closest("[data-toast]");
  button.disabled = true;
  const answer = await post(button.dataset.undo).catch(() => null);
  const text = (await answer?.text().catch(() => "")) ?? ""; // read in any case: an answer that is not keeps its connection
  toast.remove();
  if (!answer?.ok) {
    const sentence = new DOMParser().parseFromString(text, "text/html").querySelector("[data-sentence]")?.textContent;
    return refuse(sentence ?? (text ? say("failed") : say("offline")));
  }
  const event2 = new CustomEvent("kx:undone", { cancelable: true, detail: { url: button.dataset.undo } });
  if (document.dispatchEvent(event2)) location.reload();
});

document.addEventListener("kx:toast", (event) => {
  const last = event.detail.toasts?.at(-1);
  if (last) tell(last);
});

for (const toast of document.querySelectorAll("[data-toast]")) live(toast);
