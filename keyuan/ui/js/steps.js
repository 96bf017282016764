// Steps of opportunities: sent by script, and what is missing is asked for in a dialog, there and then.
import htmx from "../vendor/htmx.js";
import { ask } from "./guard.js";
import { csrf, post } from "./server.js";
import { refuse, tell } from "./toasts.js";
import { say } from "./words.js";

const sentence = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-sentence]")?.textContent.trim();

// Resolves to { told } where it is done, { asked } with a form, or { sentence } with the reason and how it stands now.
export async function send(url, values) {
  const headers = { "X-CSRFToken": csrf(), "X-Requested-With": "fetch", "HX-Request": "true" };
  const answer = await post(url, values, { headers }).catch(() => null);
  if (!answer) return { sentence: navigator.onLine ? say("failed") : say("offline") };
  if (answer.status === 423) return new Promise((go) => ask("lock", () => go(send(url, values))));
  if (answer.status === 401) return location.reload(), new Promise(() => undefined);
  if ((answer.headers.get("Content-Type") ?? "").includes("json")) {
    const told = await answer.json();
    return answer.ok ? { told } : told;
  }
  const text = await answer.text();
  return answer.status === 422 ? { asked: text } : { sentence: sentence(text) ?? say("failed") };
}

// The form in a dialog. Resolves as `send` does once it is sent with success or refused, to null where it is left.
export function question(html) {
  const dialog = document.createElement("dialog");
  dialog.className = "dlg ask-dlg";
  dialog.setAttribute("aria-labelledby", "ask-title");
  const from = document.activeElement;
  const fill = (text) => {
    dialog.innerHTML = text;
    htmx.process(dialog);
    (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
  };
  return new Promise((resolve) => {
    const end = (result) => {
      dialog.close();
      dialog.remove();
      if (from?.isConnected) from.focus({ preventScroll: true });
      resolve(result);
    };
    dialog.addEventListener("cancel", (event) => (event.preventDefault(), end(null)));
    dialog.addEventListener("click", (event) => {
      if (!event.target.closest("[data-cancel]")) return;
      event.preventDefault();
      end(null);
    });
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const form = event.target;
      const button = form.querySelector("[data-save]");
      if (button.disabled) return;
      button.disabled = true;
      const result = await send(form.getAttribute("action"), new FormData(form));
      if (result.asked) fill(result.asked);
      else end(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    fill(html);
  });
}

// A form with data-step on any other page: the stage bar of an opportunity.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-step]") || event.defaultPrevented || form.closest("dialog.ask-dlg, .ask-page")) return;
  event.preventDefault();
  let result = await send(form.getAttribute("action"), new FormData(form, event.submitter));
  if (result.asked) result = await question(result.asked);
  if (!result) return;
  if (result.sentence) return refuse(result.sentence);
  if (form.dispatchEvent(new CustomEvent("kx:stepped", { bubbles: true, cancelable: true, detail: result.told }))) {
    sessionStorage.setItem("kx:told", JSON.stringify(result.told.toast));
    location.reload();
  }
});

const waiting = sessionStorage.getItem("kx:told");
if (waiting) {
  sessionStorage.removeItem("kx:told");
  tell(JSON.parse(waiting));
}
