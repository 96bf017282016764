// htmx: the token on every request, what to do with refusals, where the focus goes.
import htmx from "../vendor/htmx.js";
import { ask } from "./guard.js";
import { csrf } from "./server.js";
import { refuse } from "./toasts.js";
import { say } from "./words.js";

htmx.on("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (request.method !== "GET") request.headers["X-CSRFToken"] = csrf();
  if (/\bevery\b|kx:notices/.test(event.detail.ctx.sourceElement?.getAttribute?.("hx-trigger") ?? "")) request.headers["X-Keyuan-Background"] = "1";
});

const busy = (event, on) => {
  const place = event.detail.ctx?.target;
  if (place instanceof Element) on ? place.setAttribute("aria-busy", "true") : place.removeAttribute("aria-busy");
};
htmx.on("htmx:before:request", (event) => busy(event, true));
htmx.on("htmx:finally:request", (event) => busy(event, false));

const sentence = (html) =>
  new DOMParser().parseFromString(html ?? "", "text/html").querySelector("[data-sentence]")?.textContent.trim();

const placed = (ctx) =>
  ctx.hx?.reswap || ctx.hx?.retarget || ctx.sourceElement.getAttributeNames().some((name) => name.startsWith("hx-status"));

// A refused form (422) is swapped in as usual. Any other refusal is said, and nothing on the page is lost.
htmx.on("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (status < 400 || status === 422 || ctx.hx?.redirect || placed(ctx)) return;
  Object.assign(ctx, { swap: "none", push: null, replace: null });
  const asked = status === 423 ? "lock" : ctx.response.headers.get("X-Keyuan-Confirm") && "confirm";
  if (asked) return ask(asked, () => repeat(ctx.sourceElement, ctx.sourceEvent));
  fail(ctx, sentence(ctx.text) ?? say("failed"), status >= 500 || status === 429);
});

htmx.on("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (!ctx || error?.name === "AbortError") return;
  fail(ctx, navigator.onLine ? say(ctx.request?.signal?.aborted ? "slow" : "failed") : say("offline"), true);
});

function fail(ctx, text, again) {
  const source = ctx.sourceElement;
  const retry = again ? () => repeat(source, ctx.sourceEvent) : undefined;
  const region = source.matches("[data-region]") ? document.getElementById("region-failed") : null;
  if (!region) return refuse(text, retry);
  source.replaceChildren(region.content.cloneNode(true));
  source.querySelector("[data-text]").textContent = text;
  source.querySelector("[data-retry]").addEventListener("click", retry ?? (() => location.reload()));
}

function repeat(source, event) {
  if (!source?.isConnected) location.reload();
  else if (source.matches("form")) source.requestSubmit();
  else if (event?.type && event.type !== "load") htmx.trigger(source, event.type);
  else htmx.ajax("GET", source.getAttribute("hx-get"), { source, target: source });
}

// After a swap the focus stays, or goes to what must be read first. What comes by itself takes it from nobody.
htmx.on("htmx:after:swap", (event) => {
  const place = event.detail.ctx?.target;
  if (!["click", "submit"].includes(event.detail.ctx?.sourceEvent?.type)) return;
  if (!(place instanceof Element) || !place.isConnected) return;
  const first = place.querySelector("[data-focus]");
  if (first) return first.focus();
  if (document.activeElement && document.activeElement !== document.body) return;
  const heading = place.querySelector("[autofocus], h1, h2");
  heading?.setAttribute("tabindex", heading.getAttribute("tabindex") ?? "-1");
  heading?.focus({ preventScroll: true });
});
