// News without a reload: the number at the bell, a toast, lists that come again. One stream per browser, whose tabs share it.
import { announce, say } from "./words.js";
import { inform } from "./toasts.js";

const bell = document.querySelector("[data-bell][data-stream]");
const channel = "BroadcastChannel" in window ? new BroadcastChannel("kx:notices") : null;
const locked = () => Boolean(document.querySelector("#guard[open][data-kind=lock]"));
const WAITS = [2, 5, 15, 30, 60]; // seconds between tries after the server has refused; then only when somebody comes back
const title = document.title;
let source;
let refused = 0;
let later;
let shown; // the newest notice that this page has spoken of
let known; // the number that this page shows

function take({ unread, fresh }) {
  const isNews = known !== undefined && (known !== unread || fresh.length > 0);
  known = unread;
  bell.dataset.heard = unread;
  document.dispatchEvent(new CustomEvent("kx:counts-now", { detail: { notices: unread } }));
  const text = unread ? say("unread", { count: unread > 99 ? "99+" : unread }) : "";
  bell.title = [bell.dataset.label, text].filter(Boolean).join(" · ");
  bell.querySelector("[data-said]").textContent = bell.title;
  document.title = unread ? `(${unread > 99 ? "99+" : unread}) ${title}` : title;
  if (isNews) document.body.dispatchEvent(new CustomEvent("kx:notices", { bubbles: true }));
  for (const one of fresh) speak(one);
}

function speak(one) {
  if (one.id <= (shown ?? 0) || locked()) return;
  shown = one.id;
  if (document.visibilityState === "visible") inform(one);
  else announce(one.sentence);
}

function open() {
  clearTimeout(later);
  source?.close();
  source = new EventSource(bell.dataset.stream);
  source.addEventListener("message", (event) => {
    refused = 0;
    const { unread, new: fresh } = JSON.parse(event.data);
    channel?.postMessage({ user: bell.dataset.user, unread, fresh });
    take({ unread, fresh });
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // it comes again by itself
    if (refused < WAITS.length) later = setTimeout(again, WAITS[refused++] * 1000);
  });
}

function again() {
  if (source?.readyState === EventSource.CLOSED && !locked()) open();
}

function comeBack() {
  if (document.visibilityState !== "visible" || source?.readyState !== EventSource.CLOSED) return;
  refused = 0;
  again();
}

function lead() {
  open();
  addEventListener("online", comeBack);
  document.addEventListener("visibilitychange", comeBack);
  document.addEventListener("kx:unlocked", comeBack);
  // Held as long as this page lives; then the next tab leads.
  return new Promise((done) => addEventListener("pagehide", () => (source.close(), done()), { once: true }));
}

function hear({ data }) {
  if (data.user !== bell.dataset.user) return;
  if (!data.asks) take(data);
  else if (source && known !== undefined) channel.postMessage({ user: data.user, unread: known, fresh: [] });
}

if (bell) {
  channel?.addEventListener("message", hear);
  channel?.postMessage({ user: bell.dataset.user, asks: true });
  // The address of a page with a stream of its own is not kept for Back, so nobody has to let go of the lock.
  if (channel && navigator.locks) navigator.locks.request(`kx:notices:${bell.dataset.user}`, lead);
  else lead();
}
